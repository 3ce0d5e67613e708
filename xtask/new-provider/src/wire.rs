//! Acme's JSON.

use keyroster_http::record;
use serde::Deserialize;

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
