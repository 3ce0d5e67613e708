//! A vendor's own fields, which have no field of their own in a record.

use std::collections::{BTreeMap, btree_map};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A vendor's own fields, in a canonical order.
///
/// The order is the same at every depth and with every feature of `serde_json`, so a snapshot of a record does
/// not change if another crate turns `preserve_order` on.
///
/// ```
/// use keyroster_core::Extras;
/// use serde_json::json;
///
/// let mut extras = Extras::default();
/// extras.insert("plan", json!({ "tier": 2, "name": "team" }));
/// assert_eq!(serde_json::to_string(&extras)?, r#"{"plan":{"name":"team","tier":2}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Extras(BTreeMap<String, Value>);

impl Extras {
    /// Sets a field, replacing an earlier one of that name.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), canonical(value));
    }

    /// Returns the field of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Removes a field and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Returns the fields in their order.
    pub fn iter(&self) -> btree_map::Iter<'_, String, Value> {
        self.0.iter()
    }

    /// Returns the fields in their order, with values whose texts can be replaced.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = (&String, &mut Value)> {
        self.0.iter_mut()
    }

    /// Returns the fields in their order.
    pub(crate) fn into_fields(self) -> btree_map::IntoIter<String, Value> {
        self.0.into_iter()
    }

    /// Returns the number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Extras {
    type Item = (&'a String, &'a Value);
    type IntoIter = btree_map::Iter<'a, String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Extras {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(fields: I) -> Self {
        let mut extras = Self::default();
        for (name, value) in fields {
            extras.insert(name, value);
        }
        extras
    }
}

impl<'de> Deserialize<'de> for Extras {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, Value>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Sorts the members of every object, so that a map that keeps insertion order serializes like one that does
/// not.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(String, Value)> = members.into_iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            let members = sorted.into_iter().map(|(name, value)| (name, canonical(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        scalar => scalar,
    }
}
