//! Converts Pinata's JSON to records.

use keyroster_core::{Access, Amount, ApiKey, Limit, Owner, Quota, Reset, State, Unit, Usage};

use crate::{ID, scopes, wire};

/// Converts a key. Returns `None` if it has no `key`, which every other route needs.
pub(crate) fn key(mut wire: wire::KeyRow) -> Option<ApiKey> {
    let mut key = ApiKey::new(ID, wire.public_key.take()?);
    key.name = wire.name.take();
    // Pinata cannot disable a key, only revoke it.
    key.state = State::new(Some(false), wire.revoked.take());
    let raw_scopes = wire.scopes.take();
    let (access, incomplete) = raw_scopes.as_ref().map_or((Access::Unknown, false), scopes::read);
    key.access = access;
    key.quota = quota(&mut wire);
    key.usage = key.quota.used.clone().into_iter().map(uses).collect();
    key.owner = wire.user_id.take().map(Owner::new);
    key.created_at = wire.created_at.take();
    key.updated_at = wire.updated_at.take();
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
fn quota(wire: &mut wire::KeyRow) -> Quota {
    let requests = |amount| Amount::new(amount, Unit::REQUESTS);
    let limit = match wire.max_uses.take() {
        Some(uses) => Limit::Amount(requests(uses)),
        None if wire.max_uses.is_null() => Limit::Unlimited,
        None => Limit::Unknown,
    };
    let mut quota = Quota::new(limit);
    quota.used = wire.uses.take().map(requests);
    quota.reset = Reset::Never;
    quota
}

fn uses(total: Amount) -> Usage {
    let mut usage = Usage::new("requests");
    usage.total = Some(total);
    usage
}
