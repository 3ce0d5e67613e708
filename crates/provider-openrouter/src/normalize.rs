//! Converts OpenRouter's JSON to records.

use keyroster_core::{
    Access, Amount, ApiKey, Container, Decimal, Expiry, Fact, LastUsed, Limit, Owner, Principal,
    Quota, Reset, State, Timestamp, Unit, Unreadable, Usage,
};
use keyroster_http::json::Field;
use keyroster_http::may_be_secret;

use crate::{BYOK_IN_LIMIT, ID, wire};

/// `last_used_at` covers only uses since this instant ("null if no usage has been recorded since the end of
/// 2025", OpenAPI, 2026-10-30).
const LAST_USED_SINCE: &str = "2026-01-01T00:00:00Z";

/// Converts a key. Returns `None` if it has no `hash`, which every other route needs.
///
/// The name of its workspace comes from `container`, if that is the same workspace.
pub(crate) fn key(mut wire: wire::KeyRow, container: Option<&Container>) -> Option<ApiKey> {
    let mut key = ApiKey::new(ID, wire.hash.id()?);
    let odd = &mut key.unreadable;
    key.name = wire.name.fact(Fact::Name, odd);
    key.hint = wire.label.fact(Fact::Hint, odd).filter(|label| !may_be_secret(label));
    // OpenRouter deletes keys and does not list deleted ones.
    key.state = State::new(wire.disabled.fact(Fact::Disabled, odd), Some(false));
    key.quota = quota(&mut wire, odd);
    key.usage = usage(&mut wire, odd);
    key.owner = wire.creator_user_id.fact(Fact::Owner, odd).map(Owner::new);
    key.container = wire.workspace_id.fact(Fact::Container, odd).map(|id| {
        let known = container.filter(|container| container.id == id);
        Container::new("workspace", id).with_name(known.and_then(|known| known.name.clone()))
    });
    key.created_at = wire.created_at.fact(Fact::CreatedAt, odd);
    key.updated_at = wire.updated_at.fact(Fact::UpdatedAt, odd);
    key.last_used = last_used(&mut wire.last_used_at, key.created_at, odd);
    key.expiry = expiry(&mut wire.expires_at, odd);
    let byok_in_limit = wire.include_byok_in_limit.take();
    let external_user = wire.external_user.take();
    key.extras = wire.leftovers();
    if let Some(counts) = byok_in_limit {
        key.extras.insert(BYOK_IN_LIMIT, counts.into());
    }
    if let Some(user) = external_user {
        key.extras.insert("external_user", user.into());
    }
    Some(key)
}

/// Converts the response of `GET /key`, which is about the credential in use.
pub(crate) fn principal(mut wire: wire::KeyRow) -> Principal {
    let mut principal = Principal::new();
    let odd = &mut principal.unreadable;
    principal.hint = wire.label.fact(Fact::Hint, odd).filter(|label| !may_be_secret(label));
    let manages = wire.is_management_key.fact(Fact::Access, odd);
    let provisions = wire.is_provisioning_key.fact(Fact::Access, odd);
    principal.access = match (manages, provisions) {
        // Two names of one flag.
        (Some(one), Some(other)) if one != other => {
            odd.insert(Fact::Access);
            Access::Unknown
        }
        _ if odd.contains(&Fact::Access) => Access::Unknown,
        (Some(true), _) | (None, Some(true)) => Access::Admin,
        // OpenRouter has two kinds of keys. The other one calls models.
        (Some(false), _) | (None, Some(false)) => Access::scoped(["inference"]),
        (None, None) => Access::Unknown,
    };
    principal.owner = wire.creator_user_id.fact(Fact::Owner, odd).map(Owner::new);
    principal.quota = quota(&mut wire, odd);
    principal.usage = usage(&mut wire, odd);
    principal.expiry = expiry(&mut wire.expires_at, odd);
    let byok_in_limit = wire.include_byok_in_limit.take();
    let workspace = wire.workspace_id.take();
    principal.extras = wire.leftovers();
    if let Some(counts) = byok_in_limit {
        principal.extras.insert(BYOK_IN_LIMIT, counts.into());
    }
    if let Some(id) = workspace {
        principal.extras.insert("workspace_id", id.into());
    }
    principal
}

fn usd(amount: Decimal) -> Amount {
    Amount::new(amount, Unit::USD)
}

/// Converts the limit, which is null for a key without one.
fn quota(wire: &mut wire::KeyRow, odd: &mut Unreadable) -> Quota {
    let limit = match wire.limit.fact(Fact::Limit, odd) {
        Some(limit) => Limit::Amount(usd(limit)),
        None if wire.limit.is_null() => Limit::Unlimited,
        None => Limit::Unknown,
    };
    let mut quota = Quota::new(limit);
    quota.remaining = wire.limit_remaining.fact(Fact::Remaining, odd).map(usd);
    quota.reset = match wire.limit_reset.fact(Fact::Reset, odd) {
        Some(rule) => match rule.as_str() {
            "daily" => Reset::Daily,
            "weekly" => Reset::Weekly,
            "monthly" => Reset::Monthly,
            _ => Reset::Other { rule },
        },
        None if wire.limit_reset.is_null() => Reset::Never,
        None => Reset::Unknown,
    };
    quota
}

/// Converts the two meters: OpenRouter's credits, and the use of the account's own provider keys.
fn usage(wire: &mut wire::KeyRow, odd: &mut Unreadable) -> Vec<Usage> {
    let mut meter = |name, readings: [&mut Field<Decimal>; 4]| {
        let [total, daily, weekly, monthly] =
            readings.map(|reading| reading.fact(Fact::Usage, odd).map(usd));
        let mut usage = Usage::new(name);
        usage.total = total;
        usage.daily = daily;
        usage.weekly = weekly;
        usage.monthly = monthly;
        usage
    };
    let credits =
        [&mut wire.usage, &mut wire.usage_daily, &mut wire.usage_weekly, &mut wire.usage_monthly];
    let byok = [
        &mut wire.byok_usage,
        &mut wire.byok_usage_daily,
        &mut wire.byok_usage_weekly,
        &mut wire.byok_usage_monthly,
    ];
    let mut meters = vec![meter("credits", credits), meter("byok", byok)];
    meters.retain(|usage| {
        [&usage.total, &usage.daily, &usage.weekly, &usage.monthly].iter().any(|x| x.is_some())
    });
    meters
}

/// Converts the expiry. Null means none, and a missing field means unknown.
fn expiry(wire: &mut Field<Timestamp>, odd: &mut Unreadable) -> Expiry {
    match wire.fact(Fact::Expiry, odd) {
        Some(at) => Expiry::At { at },
        None if wire.is_null() => Expiry::Never,
        None => Expiry::Unknown,
    }
}

/// Converts the last use. Null means no use since the end of 2025, so only younger keys were certainly never
/// used.
fn last_used(
    wire: &mut Field<Timestamp>,
    created_at: Option<Timestamp>,
    odd: &mut Unreadable,
) -> LastUsed {
    if let Some(at) = wire.fact(Fact::LastUsed, odd) {
        return LastUsed::At { at };
    }
    if wire.is_null() && created_at.is_some() && created_at >= LAST_USED_SINCE.parse().ok() {
        LastUsed::Never
    } else {
        LastUsed::Unknown
    }
}
