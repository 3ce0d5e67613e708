//! Acme's JSON.

use keyroster_core::Secret;
use keyroster_http::json::{Discarded, EpochMillis, Id};
use keyroster_http::record;
use serde::Deserialize;
use serde_json::Value;

record! {
    /// A key, in the form that all answers use. Fields that are not declared here, such as `rate`, become
    /// extras.
    pub(crate) struct KeyRow {
        id: Id = "id",
        label: String = "label",
        /// The key itself, which even the list contains. It is skipped and never kept.
        value: Discarded = "value",
        enabled: bool = "enabled",
        role: String = "role",
        grants: Value = "grants",
        project: Id = "project",
        created: EpochMillis = "created",
        expires: EpochMillis = "expires",
        seen: EpochMillis = "seen",
    }
}

/// The secret in the answer to a create or a rotation. The same object contains the record.
#[derive(Debug, Deserialize)]
pub(crate) struct Issued {
    pub(crate) value: Secret,
}

/// The owner of the credential.
#[derive(Debug, Deserialize)]
pub(crate) struct Me {
    pub(crate) key: u64,
}

/// Whether a body is an error in Acme's own structure. A gateway's error has no `fault`.
pub(crate) fn is_own_error(_: u16, body: &Value) -> bool {
    let has = |name: &str| body.get(name).is_some_and(Value::is_string);
    has("fault") && has("detail")
}
