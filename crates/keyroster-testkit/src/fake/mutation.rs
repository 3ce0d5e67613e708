//! Mutations of a vendor's rows.

use serde_json::{Map, Value};

/// The name and the value of a field that no vendor has.
pub(crate) const UNKNOWN_FIELD: &str = "zz_unknown_field";
pub(crate) const UNKNOWN_VALUE: &str = "zz-unknown-value";

/// The only member of the object that replaces a value with one of another type.
pub(crate) const ODD_MEMBER: &str = "zz_odd_member";

/// A mutation of every row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mutation {
    /// Adds an unknown member to the row.
    AddUnknown,
    /// Removes the value at the path.
    Remove(Path),
    /// Removes the values at these paths.
    RemoveEach(Vec<Path>),
    /// Replaces the value at the path.
    Replace(Path, Value),
}

/// The place of a value in a row: names of members and, as numbers, indexes of arrays.
pub(crate) type Path = Vec<String>;

impl Mutation {
    pub(crate) fn apply(&self, mut row: Value) -> Value {
        match self {
            Self::AddUnknown => add_unknown(&mut row),
            Self::Remove(path) => remove(&mut row, path),
            Self::RemoveEach(paths) => paths.iter().for_each(|path| remove(&mut row, path)),
            Self::Replace(path, value) => {
                if let Some(place) = follow(&mut row, path) {
                    *place = value.clone();
                }
            }
        }
        row
    }
}

fn remove(row: &mut Value, path: &[String]) {
    if let Some((last, parents)) = path.split_last()
        && let Some(Value::Object(members)) = follow(row, parents)
    {
        members.remove(last);
    }
}

/// A value of an unexpected type: an object without string members, so that it is not mistaken for a secret.
pub(crate) fn odd() -> Value {
    let members = [(ODD_MEMBER.to_owned(), Value::Bool(true))];
    Value::Object(members.into_iter().collect::<Map<_, _>>())
}

/// Returns the paths of all members in a row, except those that contain a part of the id, without which there
/// is no record.
pub(crate) fn members(row: &Value, but: &[&str]) -> Vec<Path> {
    let mut paths = Vec::new();
    walk(row, &mut Vec::new(), but, &mut paths);
    paths
}

/// Returns the paths of the members in a row that are this text or number.
pub(crate) fn members_that_are(row: &Value, text: &str) -> Vec<Path> {
    let scalar = |path: &Path| {
        at(row, path)
            .is_some_and(|value| !value.is_object() && !value.is_array() && holds(value, text))
    };
    members(row, &[]).into_iter().filter(scalar).collect()
}

fn walk(value: &Value, at: &mut Path, but: &[&str], paths: &mut Vec<Path>) {
    let mut visit = |name: String, value: &Value, named: bool| {
        at.push(name);
        if named && !but.iter().any(|text| holds(value, text)) {
            paths.push(at.clone());
        }
        walk(value, at, but, paths);
        at.pop();
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| visit(name.clone(), value, true));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| visit(at.to_string(), item, false));
        }
        _ => {}
    }
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::Object(members) => members.values().any(|value| holds(value, text)),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::String(own) => own == text,
        Value::Number(number) => number.to_string() == text,
        _ => false,
    }
}

/// Returns the value at a path.
pub(crate) fn at<'v>(row: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(row, |value, name| match value {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

fn follow<'v>(row: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(row, |value, name| match value {
        Value::Object(members) => members.get_mut(name),
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    })
}

fn add_unknown(row: &mut Value) {
    if let Value::Object(members) = row {
        members.insert(UNKNOWN_FIELD.to_owned(), UNKNOWN_VALUE.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Mutation, members};

    #[test]
    fn every_member_except_the_id_is_found() {
        let row = json!({"id": "k-1", "a": {"b": 1, "c": [{"d": null}]}, "w": {"id": "k-1"}});
        let found: Vec<String> =
            members(&row, &["k-1"]).into_iter().map(|path| path.join("/")).collect();
        assert_eq!(found, ["a", "a/b", "a/c", "a/c/0/d"]);
    }

    #[test]
    fn members_are_removed_and_replaced_at_any_depth() {
        let row = json!({"a": {"c": [{"d": 1}]}});
        let path = ["a", "c", "0", "d"].map(str::to_owned).to_vec();
        assert_eq!(Mutation::Remove(path.clone()).apply(row.clone()), json!({"a": {"c": [{}]}}));
        let replaced = Mutation::Replace(path, json!(null)).apply(row);
        assert_eq!(replaced, json!({"a": {"c": [{"d": null}]}}));
    }
}
