//! One field of a vendor's record, and the types it can hold.

use std::fmt;
use std::marker::PhantomData;

use keyroster_core::{Decimal, Extras, Fact, Timestamp, Unreadable};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::redact::withhold;

/// A field of a vendor's record.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list is complete")]
pub enum Field<T> {
    /// The record does not have the field.
    #[default]
    Missing,
    /// The field is null.
    Null,
    /// The field has the expected type.
    Is(T),
    /// The field has another type, or its text cannot be parsed.
    Unexpected(Value),
}

impl<T> Field<T> {
    /// Takes the value if it has the expected type. An unexpected value stays for the extras.
    ///
    /// For what is not a fact of the record, such as an id. Facts are taken with [`fact`](Field::fact).
    pub fn take(&mut self) -> Option<T> {
        match std::mem::take(self) {
            Self::Is(value) => Some(value),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Takes the value of a fact. If the vendor says something that cannot be read, the fact is noted as unreadable,
    /// and what it says stays for the extras.
    ///
    /// ```
    /// use keyroster_core::{Fact, Timestamp, Unreadable};
    /// use keyroster_http::record;
    ///
    /// record! {
    ///     struct WireKey { expires: Timestamp = "expires_at" }
    /// }
    ///
    /// let mut key: WireKey = serde_json::from_str(r#"{"expires_at": "2027-01-31"}"#)?;
    /// let mut unreadable = Unreadable::new();
    /// // A date alone does not say when.
    /// assert_eq!(key.expires.fact(Fact::Expiry, &mut unreadable), None);
    /// assert!(unreadable.contains(&Fact::Expiry));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn fact(&mut self, fact: Fact, unreadable: &mut Unreadable) -> Option<T> {
        if matches!(self, Self::Unexpected(_)) {
            unreadable.insert(fact);
        }
        self.take()
    }

    /// Takes an id. One that is empty, consists of spaces, or has damaged characters in it names nothing, and is as
    /// good as missing. It stays for the extras.
    ///
    /// ```
    /// use keyroster_http::json::Id;
    /// use keyroster_http::record;
    ///
    /// record! {
    ///     struct WireKey { id: Id = "id" }
    /// }
    ///
    /// for (json, id) in [(r#"{"id": 7}"#, Some("7")), (r#"{"id": " "}"#, None), (r#"{"id": null}"#, None)] {
    ///     let mut key: WireKey = serde_json::from_str(json)?;
    ///     assert_eq!(key.id.id().as_deref(), id);
    /// }
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn id(&mut self) -> Option<String>
    where
        T: AsRef<str> + Into<String>,
    {
        let names_one = |id: &T| {
            let id = id.as_ref();
            !id.trim().is_empty() && !id.contains(char::REPLACEMENT_CHARACTER)
        };
        if matches!(self, Self::Is(id) if names_one(id)) {
            self.take().map(Into::into)
        } else {
            None
        }
    }

    /// Puts back a taken value that has no place in the normalized record, so that `leftovers` returns it.
    pub fn keep(&mut self, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            *self = Self::Unexpected(value.into());
        }
    }

    /// Whether the vendor sent null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T: Scalar> Field<T> {
    /// Puts in the value of a member. If the object had the member before, the two are combined.
    #[doc(hidden)]
    #[inline]
    pub fn put(&mut self, value: Self) {
        if matches!(self, Self::Missing) {
            *self = value;
        } else {
            *self = match (std::mem::take(self), value) {
                (first, Self::Missing) => first,
                (Self::Null, Self::Null) => Self::Null,
                (first, second) => T::merge(first, second),
            };
        }
    }

    /// Returns the value as JSON, if there is one that may be kept.
    fn into_value(self) -> Option<Value> {
        match self {
            Self::Missing => None,
            Self::Null => Some(Value::Null),
            Self::Is(value) => value.into_json(),
            Self::Unexpected(value) => Some(value),
        }
    }

    /// Moves an unexpected value, or one that was never taken, into the extras under the vendor's name.
    pub fn move_into(&mut self, name: &str, extras: &mut Extras) {
        let value = match std::mem::take(self) {
            Self::Is(value) => value.into_json(),
            Self::Unexpected(value) => Some(value),
            empty => {
                *self = empty;
                None
            }
        };
        if let Some(value) = value {
            extras.insert(name, withhold(name, value));
        }
    }
}

/// A type that a [`Field`] can hold.
pub trait Scalar: Sized {
    /// Reads a field of any type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error>;

    /// Converts a value that was never taken back to JSON, for the extras. Returns `None` if it must not be
    /// kept.
    fn into_json(self) -> Option<Value>;

    /// Combines the values of a member that an object has twice. Two values that differ say nothing: both are
    /// unexpected.
    #[must_use]
    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        Field::Unexpected(both(first, second))
    }
}

/// Returns the values of a member that an object has twice.
fn both<T: Scalar>(first: Field<T>, second: Field<T>) -> Value {
    [first, second].into_iter().filter_map(Field::into_value).collect()
}

impl<'de, T: Scalar> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer)
    }
}

/// A type that is read from a JSON string, boolean or whole number.
trait Primitive: Sized {
    fn from_text(_: &str) -> Option<Self> {
        None
    }
    fn from_bool(_: bool) -> Option<Self> {
        None
    }
    fn from_u64(_: u64) -> Option<Self> {
        None
    }
}

impl Primitive for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Primitive for bool {
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Primitive for u64 {
    /// A number in quotes is a number.
    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn from_u64(value: u64) -> Option<Self> {
        Some(value)
    }
}

impl Primitive for Timestamp {
    /// The first year is how servers in Go and .NET write that a time is not set. It is not a time.
    fn from_text(text: &str) -> Option<Self> {
        let at: Self = text.parse().ok()?;
        (Some(at) >= Self::from_seconds(SECOND_YEAR)).then_some(at)
    }
}

/// 0002-01-01T00:00:00Z, in seconds since 1970-01-01T00:00:00Z.
const SECOND_YEAR: i64 = -62_104_060_800;

/// Returns a whole number that is written like `23.0`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is a whole number below 2^53"
)]
fn whole(value: f64) -> Option<u64> {
    const TOO_LARGE: f64 = 9_007_199_254_740_992.0;
    ((0.0..TOO_LARGE).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}

struct Lenient<T>(PhantomData<T>);

impl<'de, T: Primitive> Visitor<'de> for Lenient<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(text).map_or_else(|| Field::Unexpected(text.into()), Field::Is))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(T::from_text(&text).map_or_else(|| Field::Unexpected(text.into()), Field::Is))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_bool(value).map_or_else(|| Field::Unexpected(value.into()), Field::Is))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(T::from_u64(value).map_or_else(|| Field::Unexpected(value.into()), Field::Is))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Field::Unexpected(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        let whole = whole(value).and_then(T::from_u64);
        Ok(whole.map_or_else(|| Field::Unexpected(value.into()), Field::Is))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(de::value::SeqAccessDeserializer::new(items)).map(Field::Unexpected)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        // With serde_json's `arbitrary_precision`, numbers arrive as maps.
        let value = Value::deserialize(de::value::MapAccessDeserializer::new(members))?;
        let whole = value.as_u64().and_then(T::from_u64);
        Ok(whole.map_or(Field::Unexpected(value), Field::Is))
    }
}

/// Combines two values of a member: they are one if they are equal.
pub(super) fn merge_equal<T: Scalar + PartialEq>(first: Field<T>, second: Field<T>) -> Field<T> {
    if first == second {
        return second;
    }
    Field::Unexpected(both(first, second))
}

macro_rules! primitive {
    ($($type:ty => $json:expr),* $(,)?) => {$(
        impl Scalar for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
                deserializer.deserialize_any(Lenient(PhantomData))
            }

            fn into_json(self) -> Option<Value> {
                Some($json(self))
            }

            fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
                merge_equal(first, second)
            }
        }
    )*};
}
primitive! {
    String => Value::from,
    bool => Value::from,
    u64 => Value::from,
    Timestamp => |at: Timestamp| Value::from(at.to_string()),
}

impl Scalar for Decimal {
    /// Reads the vendor's own digits, which a float would round.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw == "null" {
            return Ok(Field::Null);
        }
        // A number in quotes is a number.
        let bare =
            raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).map_or(raw, str::trim);
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
        if let Some(value) = bare.parse().ok().filter(|_| bare.chars().all(is_number)) {
            return Ok(Field::Is(value));
        }
        // A number with too many digits is kept as text.
        let number = raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        Ok(Field::Unexpected(if number { raw.into() } else { value_of(raw) }))
    }

    /// Writes text, which keeps every digit regardless of the features of `serde_json`.
    fn into_json(self) -> Option<Value> {
        Some(self.to_string().into())
    }

    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        merge_equal(first, second)
    }
}

impl Scalar for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Field::Null,
            value => Field::Is(value),
        })
    }

    fn into_json(self) -> Option<Value> {
        Some(self)
    }

    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        merge_equal(first, second)
    }
}

/// Parses a value of any type. A number that `f64` cannot hold is kept as text.
pub(super) fn value_of(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.into())
}

/// A value that is skipped. No copy of it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discarded;

impl Scalar for Discarded {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Ok(Field::Is(Self))
    }

    fn into_json(self) -> Option<Value> {
        None
    }

    fn merge(_: Field<Self>, _: Field<Self>) -> Field<Self> {
        Field::Is(Self)
    }
}
