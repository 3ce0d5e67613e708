//! Reads a JSON object, but not an array, and notices an error that it reports.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StringDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::record::private::Name;

/// A JSON object. Without this wrapper, a derived struct would accept an array too and read `[[]]` as an
/// empty page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper with nothing to add")]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Answer::deserialize(deserializer).map(|answer| Self(answer.value))
    }
}

/// A JSON object, and the error that it reports next to its other members.
pub(crate) struct Answer<T> {
    pub(crate) value: T,
    pub(crate) error: Option<Value>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Answer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Answer<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                let mut error = None;
                let watched = Watched { members, name: None, error: &mut error };
                let value = T::deserialize(MapAccessDeserializer::new(watched))?;
                Ok(Answer { value, error })
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A member that can report an error.
#[derive(Clone, Copy)]
enum Report {
    /// `error`, unless it is null.
    Error,
    /// `errors`, unless it is null or empty.
    Errors,
    /// `success` or `ok`, if it is false.
    Success,
}

impl Report {
    fn of(name: &str) -> Option<Self> {
        match name {
            "error" => Some(Self::Error),
            "errors" => Some(Self::Errors),
            "success" | "ok" => Some(Self::Success),
            _ => None,
        }
    }

    fn is_error(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => false,
            (Self::Success, value) => *value == Value::Bool(false),
            (Self::Errors, Value::Array(items)) => !items.is_empty(),
            (Self::Errors, Value::Object(members)) => !members.is_empty(),
            (Self::Error | Self::Errors, _) => true,
        }
    }
}

/// Members of an object that are passed on while an error among them is noticed.
struct Watched<'a, A> {
    members: A,
    name: Option<Report>,
    error: &'a mut Option<Value>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Watched<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Name(name)) = self.members.next_key()? else { return Ok(None) };
        self.name = Report::of(&name);
        let key = match name {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => seed.deserialize(StringDeserializer::new(name)),
        };
        key.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        let Some(report) = self.name.take() else { return self.members.next_value_seed(seed) };
        let value: Value = self.members.next_value()?;
        if report.is_error(&value) {
            *self.error = Some(value.clone());
        }
        seed.deserialize(value).map_err(de::Error::custom)
    }

    fn size_hint(&self) -> Option<usize> {
        self.members.size_hint()
    }
}
