//! The keys of an imitated vendor.

use keyroster_core::{Secret, Timestamp};
use serde_json::Value;

use super::clock::now;

/// A key at an imitated vendor: what a harness turns into the vendor's own JSON.
///
/// It has the fields that scenarios control. A harness invents the vendor's other fields: the more fields its
/// rows have, the more of the provider is tested.
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
    /// The number of the key, from 1. Zero is the account's own credential.
    pub number: usize,
    /// The id by which the provider's operations select it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The secret, for vendors that return it when a key is created, or in lists.
    pub secret: Secret,
    /// The id of its container; none if the provider declares no containers.
    pub container: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires: in the far future, unless a scenario wants an expired key.
    pub expires_at: Timestamp,
    /// Whether it is disabled.
    pub disabled: bool,
    /// Whether it is revoked and still in lists.
    pub revoked: bool,
}

impl FakeKey {
    /// Whether it has expired.
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
    /// The next page in the way that the call pages: a cursor, the last key's id, or a page number. None on the
    /// last page.
    pub next: Option<String>,
    /// Number of rows in the whole list.
    pub total: u64,
}
