//! Acme's JSON.

use keyroster_http::record;
use serde::Deserialize;
use serde_json::Value;

/// Whether a body is an error in Acme's own structure, and not that of a proxy in front of it. Only then was a refused
/// create not carried out, and is a key that is not found gone.
pub(crate) fn is_own_error(status: u16, body: &Value) -> bool {
    body["error"]["code"] == status && body["error"]["message"].is_string()
}

/// A page of keys.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "until client.rs lists")]
pub(crate) struct KeyPage {
    pub(crate) data: Vec<KeyRow>,
    pub(crate) next: Option<String>,
}

record! {
    /// A key. Fields with a place in the record are named here, and secrets are `Discarded`. Other fields are kept
    /// as extras.
    pub(crate) struct KeyRow {
        id: String = "id",
        name: String = "name",
    }
}
