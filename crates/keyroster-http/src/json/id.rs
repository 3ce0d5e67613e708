//! Identifiers written as numbers or text.

use serde::de::Deserializer;
use serde_json::Value;

use super::field::{Field, Scalar, merge_equal};

/// An identifier, written as a number or as text. The vendor's digits are kept.
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
    /// Returns the identifier as text, e.g. for a [`KeyId`](keyroster_core::KeyId).
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
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

    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        merge_equal(first, second)
    }
}
