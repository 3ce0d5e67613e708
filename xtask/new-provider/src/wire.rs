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
    /// A key. Every field that has a place in the record is named here; a secret is `Discarded`; the others are
    /// kept as extras.
    pub(crate) struct KeyRow {
        id: String = "id",
        name: String = "name",
    }
}
