//! Acme's JSON.

use keyroster_core::Secret;
use keyroster_http::json::{Discarded, EpochMillis, Id};
use keyroster_http::record;
use serde::Deserialize;
use serde_json::Value;

record! {
    /// A key, as every answer shows it. What is not named here, `rate` above all, goes to the extras.
    pub(crate) struct KeyRow {
        id: Id = "id",
        label: String = "label",
        /// The key itself, in the list too. It is read past, never kept.
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

/// The secret in the answer to a create or a rotation, which holds the record too.
#[derive(Debug, Deserialize)]
pub(crate) struct Issued {
    pub(crate) value: Secret,
}

/// Whose the credential is.
#[derive(Debug, Deserialize)]
pub(crate) struct Me {
    pub(crate) key: u64,
}

/// An error in Acme's own words; a gateway's has no `fault`.
#[derive(Debug, Deserialize)]
pub(crate) struct Failure {
    #[serde(rename = "fault")]
    _fault: String,
}
