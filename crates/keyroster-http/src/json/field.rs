//! One field of a vendor's record, and the types it can hold.

use std::fmt;
use std::marker::PhantomData;

use keyroster_core::{Decimal, Extras, Timestamp};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::redact::withhold;

/// A field of a vendor's record.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a field is one of these, for good")]
pub enum Field<T> {
    /// The record has no such field.
    #[default]
    Missing,
    /// The field is null.
    Null,
    /// The field is of the expected type.
    Is(T),
    /// The field is of another type, or its text does not parse.
    Unexpected(Value),
}

impl<T> Field<T> {
    /// The value, if there is one of the expected type; what is odd stays for the extras.
    pub fn take(&mut self) -> Option<T> {
        match std::mem::take(self) {
            Self::Is(value) => Some(value),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Puts a value back that was taken and has no place in the normalised record: `leftovers` then has it.
    pub fn keep(&mut self, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            *self = Self::Unexpected(value.into());
        }
    }

    /// Whether the vendor said null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T: Scalar> Field<T> {
    /// Moves what is odd, and what nobody took, into the extras, under the vendor's name.
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
    /// Reads a field, whatever it is.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error>;

    /// The value as JSON again, for the extras of a record in which nobody took it; none if it is not to be
    /// kept.
    fn into_json(self) -> Option<Value>;
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
    fn from_u64(value: u64) -> Option<Self> {
        Some(value)
    }
}

impl Primitive for Timestamp {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
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
        Ok(Field::Unexpected(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(de::value::SeqAccessDeserializer::new(items)).map(Field::Unexpected)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        // With serde_json's `arbitrary_precision`, numbers come this way too.
        let value = Value::deserialize(de::value::MapAccessDeserializer::new(members))?;
        let whole = value.as_u64().and_then(T::from_u64);
        Ok(whole.map_or(Field::Unexpected(value), Field::Is))
    }
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
    /// Reads the vendor's own digits, which a binary float would round.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw == "null" {
            return Ok(Field::Null);
        }
        // A number in quotes is another type, however much it looks like one.
        if let Ok(value) = raw.parse() {
            return Ok(Field::Is(value));
        }
        // A number of too many digits keeps them as text.
        let number = raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        Ok(Field::Unexpected(if number { raw.into() } else { value_of(raw) }))
    }

    /// As text, which holds any number of digits whatever features `serde_json` was built with.
    fn into_json(self) -> Option<Value> {
        Some(self.to_string().into())
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
}

/// A value of any type; a number that no `f64` can hold is kept as its text.
pub(super) fn value_of(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.into())
}

/// A value that is read past: no copy of it is made.
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
}
