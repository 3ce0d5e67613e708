//! Records: exact, canonical, and honest about what is unknown.

use std::collections::BTreeSet;

use keyroster_core::{
    Access, Amount, ApiKey, Decimal, Expiry, Fact, KeyStatus, Limit, ProviderId, Quota, State,
    Timestamp, Unit,
};
use proptest::prelude::*;

use crate::support::vendor::key;

fn quota(limit: i32, remaining: i32) -> Quota {
    let mut quota = Quota::new(Limit::Amount(Amount::new(limit, Unit::USD)));
    quota.remaining = Some(Amount::new(remaining, Unit::USD));
    quota
}

#[test]
fn the_status_is_the_one_that_is_hardest_to_undo() {
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let past = Expiry::At { at: "2026-05-31T23:59:59Z".parse().unwrap() };
    let future = Expiry::At { at: "2026-06-01T00:00:01Z".parse().unwrap() };
    let (yes, no) = (Some(true), Some(false));
    for (disabled, revoked, expiry, quota, status) in [
        (no, no, Expiry::Unknown, Quota::default(), KeyStatus::Active),
        (no, no, future, quota(5, 1), KeyStatus::Active),
        (no, no, Expiry::Never, Quota::new(Limit::Unlimited), KeyStatus::Active),
        (no, no, Expiry::At { at: now }, Quota::default(), KeyStatus::Expired),
        (yes, no, past, quota(5, 0), KeyStatus::Expired),
        (yes, yes, past, quota(5, 0), KeyStatus::Revoked),
        (yes, no, future, quota(5, 0), KeyStatus::Disabled),
        (no, no, future, quota(5, 0), KeyStatus::Exhausted),
        (no, no, future, quota(0, 0), KeyStatus::Exhausted),
        (no, no, future, quota(5, -1), KeyStatus::Exhausted),
        (None, None, future, Quota::default(), KeyStatus::Unknown),
        (None, no, future, Quota::default(), KeyStatus::Unknown),
        (no, None, future, Quota::default(), KeyStatus::Unknown),
        (None, yes, future, Quota::default(), KeyStatus::Revoked),
        (None, None, past, Quota::default(), KeyStatus::Expired),
    ] {
        let mut key = key("k");
        (key.state, key.expiry, key.quota) = (State::new(disabled, revoked), expiry, quota);
        assert_eq!(key.status_at(now), status, "{key:?}");
    }
}

#[test]
fn an_unreadable_fact_makes_an_active_key_unknown() {
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut active = key("k");
    active.state = State::new(Some(false), Some(false));
    assert_eq!(active.status_at(now), KeyStatus::Active);
    for fact in
        [Fact::Disabled, Fact::Revoked, Fact::Expiry, Fact::Limit, Fact::Used, Fact::Remaining]
    {
        let mut key = active.clone();
        key.unreadable.insert(fact);
        assert_eq!(key.status_at(now), KeyStatus::Unknown, "{fact}");
        // What was said still counts.
        key.state.revoked = Some(true);
        assert_eq!(key.status_at(now), KeyStatus::Revoked, "{fact}");
    }
    for fact in [Fact::Name, Fact::Access, Fact::Usage, Fact::LastUsed, Fact::Owner] {
        let mut key = active.clone();
        key.unreadable.insert(fact);
        assert_eq!(key.status_at(now), KeyStatus::Active, "{fact}");
    }
    // Without a limit, it does not matter how much is used.
    active.quota = Quota::new(Limit::Unlimited);
    active.unreadable.insert(Fact::Used);
    assert_eq!(active.status_at(now), KeyStatus::Active);
}

#[test]
fn a_contradictory_quota_says_nothing() {
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let requests = |amount: i32| Amount::new(amount, Unit::REQUESTS);
    let mut nothing_left = Quota::new(Limit::Unlimited);
    nothing_left.remaining = Some(requests(0));
    let mut negative = Quota::new(Limit::Amount(requests(-1)));
    negative.used = Some(requests(7));
    for quota in [nothing_left, negative] {
        let mut key = key("k");
        key.state = State::new(Some(false), Some(false));
        key.quota = quota;
        assert_eq!(key.quota.is_exhausted(), None, "{key:?}");
        assert_eq!(key.status_at(now), KeyStatus::Unknown, "{key:?}");
    }
    // More left than the limit says nothing about how much is used.
    assert_eq!(quota(5, 7).used_so_far(), None);
    assert_eq!(quota(5, 7).is_exhausted(), Some(false));
}

#[test]
fn a_status_that_is_harder_to_undo_may_apply_too() {
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut disabled = key("k");
    disabled.state = State::new(Some(true), Some(false));
    for status in KeyStatus::ALL {
        let has = Some(status == KeyStatus::Disabled);
        assert_eq!(disabled.has_status_at(status, now), has, "{status}");
    }
    disabled.state.revoked = None;
    disabled.unreadable.extend([Fact::Revoked, Fact::Expiry]);
    for (status, has) in [
        (KeyStatus::Revoked, None),
        (KeyStatus::Expired, None),
        (KeyStatus::Disabled, Some(true)),
        (KeyStatus::Exhausted, Some(false)),
        (KeyStatus::Active, Some(false)),
        (KeyStatus::Unknown, Some(false)),
    ] {
        assert_eq!(disabled.has_status_at(status, now), has, "{status}");
    }
    // Of a key about which nothing is known, nothing is ruled out.
    for status in KeyStatus::ALL {
        let has = if status == KeyStatus::Unknown { Some(true) } else { None };
        assert_eq!(key("k").has_status_at(status, now), has, "{status}");
    }
}

#[test]
fn an_unknown_record_is_unknown_in_every_field() {
    let json = serde_json::to_string(&key("k1")).unwrap();
    assert_eq!(
        json,
        r#"{"provider":"made-up","id":"k1","name":null,"hint":null,"#.to_owned()
            + r#""state":{"disabled":null,"revoked":null},"access":{"kind":"unknown"},"#
            + r#""quota":{"limit":{"kind":"unknown"},"used":null,"remaining":null,"#
            + r#""reset":{"kind":"unknown"}},"usage":[],"owner":null,"container":null,"#
            + r#""created_at":null,"updated_at":null,"expiry":{"kind":"unknown"},"#
            + r#""last_used":{"kind":"unknown"},"extras":{}}"#
    );
    assert_eq!(serde_json::from_str::<ApiKey>(&json).unwrap(), key("k1"));
}

#[test]
fn money_adds_up_exactly() {
    let tenth: Decimal = "0.1".parse().unwrap();
    let sum: Option<Decimal> = std::iter::repeat_n(tenth, 10).sum();
    assert_eq!(sum, Some(Decimal::from(1)));
    for (text, shown) in [("25.50", "25.5"), ("100.00", "100"), ("1e-7", "0.0000001"), ("-0", "0")]
    {
        assert_eq!(text.parse::<Decimal>().unwrap().to_string(), shown);
    }
    for text in ["", "abc", "1e400", "0.12345678901234567890123456789012345", "NaN", "1,5"] {
        assert!(text.parse::<Decimal>().is_err(), "{text}");
    }
}

#[test]
fn a_decimal_becomes_the_nearest_float() {
    for (text, float) in [
        ("0.1", 0.1),
        ("-2.5", -2.5),
        ("12345678901234567890.12345678", 1.234_567_890_123_456_7e19),
    ] {
        let float: f64 = float;
        assert_eq!(text.parse::<Decimal>().unwrap().to_f64_lossy().to_bits(), float.to_bits());
    }
}

#[test]
fn scopes_are_sorted_and_unique() {
    let access = Access::scoped(["b", "a", "b"]);
    assert_eq!(serde_json::to_string(&access).unwrap(), r#"{"kind":"scoped","scopes":["a","b"]}"#);
}

#[test]
fn access_is_ordered_and_has_a_name() {
    let all = [Access::Unknown, Access::scoped(["a"]), Access::Admin];
    let sorted: BTreeSet<Access> = all.clone().into_iter().collect();
    assert_eq!(sorted.len(), 3);
    for access in all {
        assert_eq!(serde_json::to_value(&access).unwrap()["kind"], access.as_str());
    }
}

proptest! {
    #[test]
    fn no_digit_of_an_amount_is_lost(units in any::<i64>(), scale in 0u32..10) {
        let text = if scale == 0 {
            units.to_string()
        } else {
            let width = scale as usize + 1;
            let digits = format!("{:0width$}", units.unsigned_abs());
            let (whole, part) = digits.split_at(digits.len() - scale as usize);
            format!("{}{whole}.{part}", if units < 0 { "-" } else { "" })
        };
        let decimal: Decimal = text.parse().unwrap();
        prop_assert_eq!(decimal.to_string().parse::<Decimal>().unwrap(), decimal);
        let json = serde_json::to_string(&decimal).unwrap();
        prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), decimal);
        let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        let expected = if trimmed == "-0" { "0" } else { trimmed };
        prop_assert_eq!(decimal.to_string(), expected);
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC{0,40}") {
        let _ = text.parse::<Decimal>();
        let _ = text.parse::<Timestamp>();
        let _ = ProviderId::parse(text);
    }

    #[test]
    fn a_time_survives_being_written_and_read(millis in -62_000_000_000_000i64..253_000_000_000_000) {
        let at = Timestamp::from_millis(millis).unwrap();
        prop_assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        prop_assert_eq!(at.as_millis(), millis);
    }
}
