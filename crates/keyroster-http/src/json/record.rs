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

/// Items that the code of [`record!`](crate::record) uses. Not part of the API.
#[doc(hidden)]
pub mod private {
    use std::borrow::Cow;
    use std::fmt;

    pub use keyroster_core::Extras;
    pub use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

    /// A member's name, borrowed if the JSON contains no escape in it.
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
