//! Converts Pinata's JSON to records.

use keyroster_core::{
    Access, Amount, ApiKey, Decimal, Fact, Limit, Owner, Quota, Reset, State, Unit, Unreadable,
    Usage,
};

use crate::{ID, scopes, wire};

/// Converts a key. Returns `None` if it has no `key`, which every other route needs.
pub(crate) fn key(mut wire: wire::KeyRow) -> Option<ApiKey> {
    let mut key = ApiKey::new(ID, wire.public_key.id()?);
    let odd = &mut key.unreadable;
    key.name = wire.name.fact(Fact::Name, odd);
    // Pinata cannot disable a key, only revoke it.
    key.state = State::new(Some(false), wire.revoked.fact(Fact::Revoked, odd));
    let raw_scopes = wire.scopes.take();
    let (access, incomplete) = match &raw_scopes {
        Some(scopes) => scopes::read(scopes),
        None => (Access::Unknown, wire.scopes.is_null()),
    };
    if incomplete && access == Access::Unknown {
        odd.insert(Fact::Access);
    }
    key.access = access;
    key.quota = quota(&mut wire, odd);
    key.usage = key.quota.used.clone().into_iter().map(uses).collect();
    key.owner = wire.user_id.fact(Fact::Owner, odd).map(Owner::new);
    key.created_at = wire.created_at.fact(Fact::CreatedAt, odd);
    key.updated_at = wire.updated_at.fact(Fact::UpdatedAt, odd);
    let uuid = wire.uuid.take();
    key.extras = wire.leftovers();
    if let Some(uuid) = uuid {
        key.extras.insert("id", uuid.into());
    }
    if let Some(scopes) = raw_scopes.filter(|_| incomplete) {
        key.extras.insert("scopes", scopes);
    }
    Some(key)
}

/// Converts the limit. `max_uses` is null for a key without one (observed by users; the schema says integer).
/// Uses are never reset.
fn quota(wire: &mut wire::KeyRow, odd: &mut Unreadable) -> Quota {
    let requests = |amount| Amount::new(amount, Unit::REQUESTS);
    let limit = match wire.max_uses.fact(Fact::Limit, odd) {
        // A negative limit is not documented. It may mean no limit.
        Some(uses) if uses < Decimal::ZERO => {
            odd.insert(Fact::Limit);
            wire.max_uses.keep(Some(uses.to_string()));
            Limit::Unknown
        }
        Some(uses) => Limit::Amount(requests(uses)),
        None if wire.max_uses.is_null() => Limit::Unlimited,
        None => Limit::Unknown,
    };
    let mut quota = Quota::new(limit);
    quota.used = wire.uses.fact(Fact::Used, odd).map(requests);
    quota.reset = Reset::Never;
    quota
}

fn uses(total: Amount) -> Usage {
    let mut usage = Usage::new("requests");
    usage.total = Some(total);
    usage
}
