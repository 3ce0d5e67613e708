//! Reading vendors' records leniently and without losing anything.

use keyroster_core::{Decimal, Timestamp};
use keyroster_http::json::{Discarded, EpochMillis, EpochSeconds, Id};
use keyroster_http::record;
use serde_json::{Value, json};

record! {
    struct Wire {
        made: EpochMillis = "made",
        used: EpochSeconds = "used",
        id: Id = "id",
    }
}

fn read(text: &str) -> Wire {
    serde_json::from_str(text).unwrap()
}

#[test]
fn epochs_are_read_in_their_own_unit() {
    let mut wire = read(r#"{"made": 1767225600001, "used": 1767225600}"#);
    let made = wire.made.take().unwrap().instant();
    let used = wire.used.take().unwrap().instant();
    assert_eq!(made.to_string(), "2026-01-01T00:00:00.001Z");
    assert_eq!(used.to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn unexpected_values_are_kept_unchanged() {
    for value in [
        json!(u64::MAX),
        json!(999_999_999_999_999_i64),
        json!(-1),
        json!(1.5),
        json!("2026-01-01T00:00:00Z"),
        json!(true),
    ] {
        let mut wire = read(&json!({ "made": value, "used": value }).to_string());
        assert_eq!((wire.made.take(), wire.used.take()), (None, None), "{value}");
        let kept = wire.leftovers();
        assert_eq!((kept.get("made"), kept.get("used")), (Some(&value), Some(&value)));
    }
    for value in [json!(-1), json!(1.5), json!([1]), json!(true)] {
        let mut wire = read(&json!({ "id": value }).to_string());
        assert_eq!(wire.id.take(), None);
        assert_eq!(wire.leftovers().get("id"), Some(&value));
    }
    let mut wire = read(r#"{"made": null, "id": null}"#);
    assert!(wire.made.is_null() && wire.id.is_null() && !wire.used.is_null());
    assert!(wire.leftovers().is_empty());
}

#[test]
fn values_that_are_put_back_go_to_the_extras() {
    for value in [json!("x-1"), json!([1])] {
        let mut wire = read(&json!({ "id": value }).to_string());
        let id = wire.id.take().map(Id::into_text);
        wire.id.keep(id);
        assert_eq!(wire.leftovers().get("id"), Some(&value));
    }
}

#[test]
fn a_numeric_id_and_a_text_id_are_the_same() {
    for (json, id) in [
        ("7", "7"),
        ("18446744073709551615", "18446744073709551615"),
        ("\"0007\"", "0007"),
        ("\"k\\u002d1\"", "k-1"),
    ] {
        let mut wire = read(&format!(r#"{{"id": {json}}}"#));
        assert_eq!(wire.id.take().map(Id::into_text).as_deref(), Some(id));
    }
}

record! {
    struct Untaken {
        name: String = "name",
        on: bool = "on",
        count: u64 = "count",
        spent: Decimal = "spent",
        at: Timestamp = "at",
        made: EpochMillis = "made",
        used: EpochSeconds = "used",
        id: Id = "id",
        tree: Value = "tree",
        secret: Discarded = "secret",
        empty: String = "empty",
    }
}

#[test]
fn fields_never_taken_go_to_the_extras() {
    let json = r#"{"name": "ci", "on": true, "count": 3, "spent": 0.10, "at": "2026-01-01T00:00:00Z",
        "made": 1767225600123, "used": 1767225600, "id": 4711, "tree": {"a": [1]},
        "secret": "fa4efa4e", "empty": null}"#;
    let mut wire: Untaken = serde_json::from_str(json).unwrap();
    let kept = serde_json::to_value(wire.leftovers()).unwrap();
    let expected = json!({
        "name": "ci", "on": true, "count": 3, "spent": "0.1", "at": "2026-01-01T00:00:00Z",
        "made": 1_767_225_600_123_u64, "used": 1_767_225_600, "id": "4711", "tree": {"a": [1]},
    });
    assert_eq!(kept, expected);
}
