//! Reading vendors' JSON: leniently, once, and without losing anything.
//!
//! A vendor's record is declared with [`record!`](crate::record). Each of its fields is a [`Field`]:
//! missing, null, a value of the expected type, or something odd that is kept as it came. Fields that
//! the declaration does not name are kept too. Nothing but broken JSON is an error here; which field a
//! record cannot do without is its provider's matter.

use std::fmt;
use std::marker::PhantomData;

use keyroster_core::{Decimal, Extras, Timestamp};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::redact::withhold;
pub use crate::scalars::{EpochMillis, EpochSeconds, Id};

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
    Odd(Value),
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

    /// Whether the vendor said null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T: Scalar> Field<T> {
    /// Moves what is odd, and what nobody took, into the extras, under the vendor's name.
    pub fn spill(&mut self, name: &str, extras: &mut Extras) {
        let value = match std::mem::take(self) {
            Self::Is(value) => value.into_json(),
            Self::Odd(value) => Some(value),
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
        Ok(T::from_text(text).map_or_else(|| Field::Odd(text.into()), Field::Is))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(T::from_text(&text).map_or_else(|| Field::Odd(text.into()), Field::Is))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_bool(value).map_or_else(|| Field::Odd(value.into()), Field::Is))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(T::from_u64(value).map_or_else(|| Field::Odd(value.into()), Field::Is))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Field::Odd(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Field::Odd(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(de::value::SeqAccessDeserializer::new(items)).map(Field::Odd)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        // With serde_json's `arbitrary_precision`, numbers come this way too.
        let value = Value::deserialize(de::value::MapAccessDeserializer::new(members))?;
        let whole = value.as_u64().and_then(T::from_u64);
        Ok(whole.map_or(Field::Odd(value), Field::Is))
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
        Ok(Field::Odd(if number { raw.into() } else { value_of(raw) }))
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
fn value_of(raw: &str) -> Value {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.into())
}

/// A JSON object. A derived struct alone would take an array too, and read `[[]]` as an empty page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper, to be taken off")]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(members)).map(Object)
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A value that is read past: no copy of it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped;

impl Scalar for Dropped {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Ok(Field::Is(Self))
    }

    fn into_json(self) -> Option<Value> {
        None
    }
}

/// The fields of a record that its declaration does not name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rest(Vec<(String, Value)>);

impl Rest {
    #[doc(hidden)]
    pub fn push(&mut self, name: String, value: &RawValue) {
        self.0.push((name, value_of(value.get())));
    }

    /// Moves them into extras; a value whose name or text speaks of a secret is withheld.
    pub fn spill(&mut self, extras: &mut Extras) {
        for (name, value) in self.0.drain(..) {
            let value = withhold(&name, value);
            extras.insert(name, value);
        }
    }
}

/// Declares a vendor's record: a struct whose fields are [`Field`](crate::json::Field)s, each under its
/// name in the JSON, and `rest`, which keeps every other field.
///
/// `leftovers` takes what is odd or unnamed out of a record, as the extras of the normalised one, and what
/// is declared and was not taken: a field that a provider forgets is not lost.
///
/// ```
/// use keyroster_core::Decimal;
/// use keyroster_http::record;
///
/// record! {
///     /// A key, as Acme's list shows it.
///     pub struct WireKey {
///         id: String = "id",
///         limit: Decimal = "creditLimit",
///     }
/// }
///
/// let mut key: WireKey = serde_json::from_str(r#"{"id": "k-1", "creditLimit": "much", "tier": 2}"#)?;
/// assert_eq!(key.id.take().as_deref(), Some("k-1"));
/// assert_eq!(key.limit.take(), None);
/// let extras = key.leftovers();
/// assert_eq!(serde_json::to_string(&extras)?, r#"{"creditLimit":"much","tier":2}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! record {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty = $wire:literal),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        $vis struct $name {
            $(
                $(#[$field_meta])*
                #[doc = concat!("`", $wire, "`.")]
                pub $field: $crate::json::Field<$type>,
            )+
            /// Every other field.
            pub rest: $crate::json::Rest,
        }

        impl $name {
            /// Takes out what is odd, what is unnamed, and what nobody took.
            pub fn leftovers(&mut self) -> $crate::json::private::Extras {
                let mut extras = $crate::json::private::Extras::default();
                $(self.$field.spill($wire, &mut extras);)+
                self.rest.spill(&mut extras);
                extras
            }
        }

        impl<'de> $crate::json::private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::json::private::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                struct Record;
                impl<'de> $crate::json::private::Visitor<'de> for Record {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: $crate::json::private::MapAccess<'de>>(
                        self,
                        mut members: A,
                    ) -> ::std::result::Result<$name, A::Error> {
                        let mut record = $name::default();
                        while let Some($crate::json::private::Name(name)) = members.next_key()? {
                            match &*name {
                                $($wire => record.$field = members.next_value()?,)+
                                _ => record.rest.push(name.into_owned(), members.next_value()?),
                            }
                        }
                        Ok(record)
                    }
                }
                deserializer.deserialize_map(Record)
            }
        }
    };
}

/// What [`record!`](crate::record) needs at its place of use; no part of the API.
#[doc(hidden)]
pub mod private {
    use std::borrow::Cow;
    use std::fmt;

    pub use keyroster_core::Extras;
    pub use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

    /// A member's name, borrowed where the JSON has no escape in it.
    #[expect(clippy::exhaustive_structs, reason = "matched by the macro")]
    #[derive(Debug)]
    pub struct Name<'de>(pub Cow<'de, str>);

    impl<'de> Deserialize<'de> for Name<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Text;
            impl<'de> Visitor<'de> for Text {
                type Value = Name<'de>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a name")
                }

                fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                    Ok(Name(Cow::Borrowed(text)))
                }

                fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                    Ok(Name(Cow::Owned(text.to_owned())))
                }
            }
            deserializer.deserialize_str(Text)
        }
    }
}
