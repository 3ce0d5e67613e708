//! Values of a record as short texts for people.

use std::time::Duration;

use keyroster::{
    Access, Amount, ApiKey, Decimal, Expiry, LastUsed, Limit, Quota, Reset, Timestamp,
};

use super::text::clean;

/// Shown for what the vendor does not report.
pub(crate) const UNKNOWN: &str = "?";

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

pub(crate) fn name(key: &ApiKey) -> String {
    key.name.as_deref().map_or_else(|| UNKNOWN.to_owned(), clean)
}

pub(crate) fn access(access: &Access) -> String {
    match access {
        Access::Admin => "admin".to_owned(),
        Access::Scoped { scopes } if scopes.is_empty() => "nothing".to_owned(),
        Access::Scoped { scopes } if scopes.len() == 1 => "1 scope".to_owned(),
        Access::Scoped { scopes } => format!("{} scopes", scopes.len()),
        _ => UNKNOWN.to_owned(),
    }
}

/// Used and total amount: `12.50/50 USD`, `3/10 requests`, `unlimited`.
pub(crate) fn quota(quota: &Quota) -> String {
    match &quota.limit {
        Limit::Unlimited => "unlimited".to_owned(),
        Limit::Amount(limit) => {
            let used = quota.used_so_far();
            let used = used.map_or_else(|| UNKNOWN.to_owned(), |used| number(&used));
            format!("{used}/{} {}", number(limit), clean(limit.unit.as_str()))
        }
        _ => UNKNOWN.to_owned(),
    }
}

/// The number of an amount. Money is rounded to the cent.
pub(crate) fn number(amount: &Amount) -> String {
    if !amount.unit.is_money() {
        return amount.amount.to_string();
    }
    let rounded = amount.amount.round(2);
    if rounded == Decimal::ZERO && amount.amount > Decimal::ZERO {
        return "<0.01".to_owned();
    }
    let text = rounded.to_string();
    match text.split_once('.') {
        Some((_, cents)) if cents.len() == 1 => format!("{text}0"),
        _ => text,
    }
}

pub(crate) fn reset(reset: &Reset) -> String {
    match reset {
        Reset::Never => "never".to_owned(),
        Reset::Daily => "daily".to_owned(),
        Reset::Weekly => "weekly".to_owned(),
        Reset::Monthly => "monthly".to_owned(),
        Reset::Other { rule } => clean(rule),
        _ => UNKNOWN.to_owned(),
    }
}

pub(crate) fn expiry(expiry: Expiry, now: Timestamp) -> String {
    match expiry {
        Expiry::Never => "never".to_owned(),
        Expiry::At { at } => relative(at, now),
        _ => UNKNOWN.to_owned(),
    }
}

pub(crate) fn last_used(used: LastUsed, now: Timestamp) -> String {
    match used {
        LastUsed::Never => "never".to_owned(),
        LastUsed::At { at } => past(at, now),
        _ => UNKNOWN.to_owned(),
    }
}

/// How far the vendor's clock may be ahead of ours.
const SKEW: Duration = Duration::from_secs(5 * MINUTE);

/// A time relative to now of something that has happened. It may seem to lie ahead if clocks differ.
pub(crate) fn past(at: Timestamp, now: Timestamp) -> String {
    if at > now && at.saturating_since(now) <= SKEW {
        return "just now".to_owned();
    }
    relative(at, now)
}

/// A time relative to now: `3d ago`, `in 2mo`.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    if at > now {
        format!("in {}", span(at.saturating_since(now)))
    } else {
        format!("{} ago", span(now.saturating_since(at)))
    }
}

/// Formats a duration in its largest whole unit: `90m` is `1h`. Months have 30 days here, years 365.
fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (count, unit) = match seconds {
        0..MINUTE => (seconds, "s"),
        MINUTE..HOUR => (seconds / MINUTE, "m"),
        HOUR..DAY => (seconds / HOUR, "h"),
        _ if seconds < 120 * DAY => (seconds / DAY, "d"),
        _ if seconds < 730 * DAY => (seconds / (30 * DAY), "mo"),
        _ => (seconds / (365 * DAY), "y"),
    };
    format!("{count}{unit}")
}

#[cfg(test)]
mod tests {
    use keyroster::{Amount, Decimal, Timestamp, Unit};

    use super::{last_used, number, past, relative};

    #[test]
    fn what_has_just_happened_is_not_ahead_of_us() {
        let now = "2026-06-15T12:00:00Z".parse().unwrap();
        for (at, text) in [
            ("2026-06-15T11:59:30Z", "30s ago"),
            ("2026-06-15T12:00:00.4Z", "just now"),
            ("2026-06-15T12:04:59Z", "just now"),
            // No clock is that wrong: it is shown as the vendor says it.
            ("2026-06-15T12:06:00Z", "in 6m"),
        ] {
            let at = at.parse().unwrap();
            assert_eq!(past(at, now), text);
            assert_eq!(last_used(keyroster::LastUsed::At { at }, now), text);
        }
    }

    #[test]
    fn distances_are_short_and_right() {
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        for (at, text) in [
            ("2026-06-15T12:00:00Z", "0s ago"),
            ("2026-06-15T11:59:01Z", "59s ago"),
            ("2026-06-15T11:01:00Z", "59m ago"),
            ("2026-06-14T12:00:01Z", "23h ago"),
            ("2026-06-14T12:00:00Z", "1d ago"),
            ("2026-02-15T12:00:01Z", "119d ago"),
            ("2026-02-15T12:00:00Z", "4mo ago"),
            ("2024-06-15T12:00:00Z", "2y ago"),
            ("2026-06-15T12:00:30Z", "in 30s"),
            ("2026-09-15T12:00:00Z", "in 92d"),
        ] {
            assert_eq!(relative(at.parse().unwrap(), now), text, "{at}");
        }
    }

    #[test]
    fn money_is_shown_to_the_cent_and_never_as_nothing() {
        for (amount, text) in [
            ("0", "0"),
            ("12.5", "12.50"),
            ("0.004", "<0.01"),
            ("25.005", "25.01"),
            ("-3.999", "-4"),
            ("50", "50"),
        ] {
            let amount: Decimal = amount.parse().unwrap();
            assert_eq!(number(&Amount::new(amount, Unit::USD)), text);
        }
        assert_eq!(number(&Amount::new(3, Unit::REQUESTS)), "3");
    }
}
