//! Finds a secret in a vendor's answer, whatever else the answer says.

use std::fmt;

use keyroster_core::Secret;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::field::{Field, Scalar};
use super::record::private::Name;

impl Scalar for Secret {
    /// Reads a text that can be a secret. Anything else, e.g. an empty text, is skipped and reads as missing.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw == "null" {
            return Ok(Field::Null);
        }
        let secret = serde_json::from_str::<Self>(raw).ok().and_then(usable);
        Ok(secret.map_or(Field::Missing, Field::Is))
    }

    /// A secret is never kept.
    fn into_json(self) -> Option<Value> {
        None
    }

    /// Returns the later one that can be used. A secret is not lost over a member that is written twice.
    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        if matches!(second, Field::Is(_)) { second } else { first }
    }
}

/// Returns a secret without the line break at its end, or `None` if it cannot authenticate: it is empty, or has
/// spaces, line breaks, other control characters or damaged characters in it.
fn usable(secret: Secret) -> Option<Secret> {
    let text = secret.expose().trim_end_matches(['\n', '\r']);
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\u{fffd}';
    if text.is_empty() || text.contains(odd) {
        return None;
    }
    Some(if text.len() == secret.expose().len() { secret } else { Secret::from(text) })
}

/// The usable secret in the member to which a path of names leads.
#[derive(Clone, Copy)]
pub(crate) struct SecretAt<'a>(pub(crate) &'a [&'a str]);

impl<'de> DeserializeSeed<'de> for SecretAt<'_> {
    type Value = Option<Secret>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            Secret::read(deserializer).map(|mut field| field.take())
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for SecretAt<'_> {
    type Value = Option<Secret>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (wanted, rest) = self.0.split_first().unwrap_or((&"", &[]));
        let mut found = None;
        while let Some(Name(name)) = members.next_key()? {
            if name == *wanted {
                found = members.next_value_seed(SecretAt(rest))?.or(found);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}
