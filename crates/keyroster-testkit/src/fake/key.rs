//! The keys that an imitated vendor holds.

use keyroster_core::{Secret, Timestamp};
use serde_json::Value;

use super::clock::now;

/// A key at an imitated vendor: what a harness turns into the vendor's own JSON.
///
/// It holds what scenarios steer. Everything else that the vendor tells of a key, a harness makes up: the
/// more fields its rows have, the more of the provider is tested.
///
/// ```
/// use keyroster_testkit::FakeKey;
/// use serde_json::{Value, json};
///
/// fn row(key: &FakeKey) -> Value {
///     json!({
///         "id": key.id, "label": key.name, "created": key.created_at, "active": !key.disabled,
///         "expires": key.expires_at, "role": "owner", "grants": ["read", "write"],
///     })
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FakeKey {
    /// Its number, from 1; nought is the account's own credential.
    pub number: usize,
    /// What the provider's operations name it by.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The value that authenticates, for vendors that show it: at a create, or in each list.
    pub secret: Secret,
    /// The id of the container that it is filed in; none where the provider declares no containers.
    pub container: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, or has ended: in a far future, unless a scenario wants an expired key.
    pub expires_at: Timestamp,
    /// Whether it is off for now.
    pub disabled: bool,
    /// Whether it is off for good, and still in the list.
    pub revoked: bool,
}

impl FakeKey {
    /// Whether its time is over.
    #[must_use]
    pub fn has_expired(&self) -> bool {
        self.expires_at <= now()
    }
}

/// A container at an imitated vendor.
///
/// ```
/// use keyroster_testkit::FakeContainer;
/// use serde_json::{Value, json};
///
/// fn row(project: &FakeContainer) -> Value {
///     json!({ "id": project.id, "title": project.name })
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FakeContainer {
    /// The vendor's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A page of an imitated vendor's list, for a harness to wrap as its vendor does.
///
/// ```
/// use keyroster_testkit::{FakePage, Reply};
/// use serde_json::json;
///
/// fn wrap(page: FakePage) -> Reply {
///     Reply::json(json!({ "data": page.rows, "has_more": page.next.is_some(), "total": page.total }))
/// }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FakePage {
    /// The rows, made by the harness.
    pub rows: Vec<Value>,
    /// What leads to the next page: a cursor, the last key's id, or a page's number, as it was asked for;
    /// none on the last page.
    pub next: Option<String>,
    /// How many rows the whole list has.
    pub total: u64,
}
