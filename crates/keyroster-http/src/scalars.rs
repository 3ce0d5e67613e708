//! What vendors write as numbers and mean otherwise: instants as epochs, identifiers as integers.

use keyroster_core::Timestamp;
use serde::de::Deserializer;
use serde_json::Value;

use crate::json::{Field, Scalar};

/// An instant as the milliseconds since 1970-01-01T00:00:00Z, in a JSON number.
///
/// ```
/// use keyroster_http::json::EpochMillis;
/// use keyroster_http::record;
///
/// record! {
///     struct WireKey { created: EpochMillis = "created" }
/// }
///
/// let mut key: WireKey = serde_json::from_str(r#"{"created": 1767225600123}"#)?;
/// let created = key.created.take().map(EpochMillis::instant);
/// assert_eq!(created.unwrap().to_string(), "2026-01-01T00:00:00.123Z");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochMillis(Timestamp);

/// An instant as the whole seconds since 1970-01-01T00:00:00Z, in a JSON number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochSeconds(Timestamp);

/// An identifier that a vendor writes as a number or as a text; it is kept in the vendor's digits.
///
/// ```
/// use keyroster_http::json::Id;
/// use keyroster_http::record;
///
/// record! {
///     struct WireKey { id: Id = "id" }
/// }
///
/// for json in [r#"{"id": 4711}"#, r#"{"id": "4711"}"#] {
///     let mut key: WireKey = serde_json::from_str(json)?;
///     assert_eq!(key.id.take().map(Id::into_text).as_deref(), Some("4711"));
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(String);

impl EpochMillis {
    /// The instant.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

impl EpochSeconds {
    /// The instant.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

impl Id {
    /// The identifier as text, as a [`KeyId`](keyroster_core::KeyId) takes it.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl<T> Field<T> {
    /// Puts a value back that was taken and has no place in the normalised record: `leftovers` then has it.
    pub fn keep(&mut self, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            *self = Self::Odd(value.into());
        }
    }
}

impl Scalar for EpochMillis {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        read_epoch(deserializer, |millis| Timestamp::from_millis(millis).map(Self))
    }

    fn into_json(self) -> Option<Value> {
        Some(self.0.as_millis().into())
    }
}

impl Scalar for EpochSeconds {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        read_epoch(deserializer, |seconds| Timestamp::from_seconds(seconds).map(Self))
    }

    fn into_json(self) -> Option<Value> {
        Some((self.0.as_millis() / 1000).into())
    }
}

impl Scalar for Id {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match String::read(deserializer)? {
            Field::Is(text) => Field::Is(Self(text)),
            Field::Odd(Value::Number(number)) if number.is_u64() => {
                Field::Is(Self(number.to_string()))
            }
            Field::Odd(value) => Field::Odd(value),
            Field::Null => Field::Null,
            Field::Missing => Field::Missing,
        })
    }

    fn into_json(self) -> Option<Value> {
        Some(self.0.into())
    }
}

/// A number that is an instant; one that is none, as of the year 10000, is kept as it came.
fn read_epoch<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    instant: impl Fn(i64) -> Option<T>,
) -> Result<Field<T>, D::Error> {
    Ok(match u64::read(deserializer)? {
        Field::Is(number) => i64::try_from(number)
            .ok()
            .and_then(instant)
            .map_or_else(|| Field::Odd(number.into()), Field::Is),
        Field::Odd(value) => Field::Odd(value),
        Field::Null => Field::Null,
        Field::Missing => Field::Missing,
    })
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "`record!` serves public records too")]
mod tests {
    use keyroster_core::{Decimal, Timestamp};
    use serde_json::{Value, json};

    use super::{EpochMillis, EpochSeconds, Id};
    use crate::json::Dropped;
    use crate::record;

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
    fn epochs_are_instants_in_their_own_unit() {
        let mut wire = read(r#"{"made": 1767225600001, "used": 1767225600}"#);
        let made = wire.made.take().unwrap().instant();
        let used = wire.used.take().unwrap().instant();
        assert_eq!(made.to_string(), "2026-01-01T00:00:00.001Z");
        assert_eq!(used.to_string(), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_instant_or_id_is_kept_as_it_came() {
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
    fn what_is_put_back_goes_to_the_extras_and_what_was_odd_stays() {
        for value in [json!("x-1"), json!([1])] {
            let mut wire = read(&json!({ "id": value }).to_string());
            let id = wire.id.take().map(Id::into_text);
            wire.id.keep(id);
            assert_eq!(wire.leftovers().get("id"), Some(&value));
        }
    }

    #[test]
    fn an_id_is_one_text_whether_number_or_text() {
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
        struct Forgotten {
            name: String = "name",
            on: bool = "on",
            count: u64 = "count",
            spent: Decimal = "spent",
            at: Timestamp = "at",
            made: EpochMillis = "made",
            used: EpochSeconds = "used",
            id: Id = "id",
            tree: Value = "tree",
            secret: Dropped = "secret",
            empty: String = "empty",
        }
    }

    #[test]
    fn what_nobody_takes_is_not_lost() {
        let json = r#"{"name": "ci", "on": true, "count": 3, "spent": 0.10, "at": "2026-01-01T00:00:00Z",
            "made": 1767225600123, "used": 1767225600, "id": 4711, "tree": {"a": [1]},
            "secret": "fa4efa4e", "empty": null}"#;
        let mut wire: Forgotten = serde_json::from_str(json).unwrap();
        let kept = serde_json::to_value(wire.leftovers()).unwrap();
        let expected = json!({
            "name": "ci", "on": true, "count": 3, "spent": "0.1", "at": "2026-01-01T00:00:00Z",
            "made": 1_767_225_600_123_u64, "used": 1_767_225_600, "id": "4711", "tree": {"a": [1]},
        });
        assert_eq!(kept, expected);
    }
}
