//! Identifiers written as numbers or text.

use serde::de::Deserializer;
use serde_json::Value;

use super::field::{Field, Scalar};

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

impl Id {
    /// The identifier as text, as a [`KeyId`](keyroster_core::KeyId) takes it.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl Scalar for Id {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match String::read(deserializer)? {
            Field::Is(text) => Field::Is(Self(text)),
            Field::Unexpected(Value::Number(number)) if number.is_u64() => {
                Field::Is(Self(number.to_string()))
            }
            Field::Unexpected(value) => Field::Unexpected(value),
            Field::Null => Field::Null,
            Field::Missing => Field::Missing,
        })
    }

    fn into_json(self) -> Option<Value> {
        Some(self.0.into())
    }
}
