//! The `record!` macro, which declares a vendor's record.

use keyroster_core::Extras;
use serde_json::Value;
use serde_json::value::RawValue;

use super::field::value_of;
use crate::redact::withhold;

/// The fields of a record that its declaration does not name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rest(Vec<(String, Value)>);

impl Rest {
    #[doc(hidden)]
    pub fn push(&mut self, name: String, value: &RawValue) {
        self.0.push((name, value_of(value.get())));
    }

    /// Moves the fields into extras. Values that may be secrets are hidden.
    pub fn move_into(&mut self, extras: &mut Extras) {
        for (name, value) in self.0.drain(..) {
            let value = withhold(&name, value);
            extras.insert(name, value);
        }
    }
}

/// Declares a vendor's record: a struct of [`Field`](crate::json::Field)s, each with its name in the JSON,
/// and `rest`, which keeps every other field.
///
/// `leftovers` returns the extras of the normalized record: unexpected values, fields without a declaration,
/// and declared fields that were never taken. A field that a provider forgets is not lost.
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
            /// Returns unexpected values, fields without a declaration, and fields never taken.
            pub fn leftovers(&mut self) -> $crate::json::private::Extras {
                let mut extras = $crate::json::private::Extras::default();
                $(self.$field.move_into($wire, &mut extras);)+
                self.rest.move_into(&mut extras);
                extras
            }
        }

        /// A record inside another one.
        impl $crate::json::Scalar for $name {
            fn read<'de, D: $crate::json::private::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<$crate::json::Field<Self>, D::Error> {
                $crate::json::private::Deserialize::deserialize(deserializer).map($crate::json::Field::Is)
            }

            /// What was not taken is not kept.
            fn into_json(self) -> ::std::option::Option<$crate::json::private::Value> {
                None
            }

            fn merge(
                _: $crate::json::Field<Self>,
                second: $crate::json::Field<Self>,
            ) -> $crate::json::Field<Self> {
                second
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

                    $crate::json::private::odd_rows!();

                    fn visit_map<A: $crate::json::private::MapAccess<'de>>(
                        self,
                        mut members: A,
                    ) -> ::std::result::Result<$name, A::Error> {
                        let mut record = $name::default();
                        while let Some($crate::json::private::Name(name)) = members.next_key()? {
                            match &*name {
                                $($wire => record.$field.put(members.next_value()?),)+
                                _ => record.rest.push(name.into_owned(), members.next_value()?),
                            }
                        }
                        Ok(record)
                    }
                }
                // Any value is read, so that an odd row costs only itself.
                deserializer.deserialize_any(Record)
            }
        }
    };
}

/// Reads a row that is not an object as a row without any field.
#[doc(hidden)]
#[macro_export]
macro_rules! __odd_rows {
    () => {
        fn visit_unit<E>(self) -> ::std::result::Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_bool<E>(self, _: bool) -> ::std::result::Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_i64<E>(self, _: i64) -> ::std::result::Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_u64<E>(self, _: u64) -> ::std::result::Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_f64<E>(self, _: f64) -> ::std::result::Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_str<E>(self, _: &str) -> ::std::result::Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_seq<A: $crate::json::private::SeqAccess<'de>>(
            self,
            mut items: A,
        ) -> ::std::result::Result<Self::Value, A::Error> {
            while items.next_element::<$crate::json::private::IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

/// Items that the code of [`record!`](crate::record) uses. Not part of the API.
#[doc(hidden)]
pub mod private {
    use std::borrow::Cow;
    use std::fmt;

    pub use crate::__odd_rows as odd_rows;
    pub use keyroster_core::Extras;
    pub use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
    pub use serde_json::Value;

    /// A member's name, borrowed if it contains no escape sequence.
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
