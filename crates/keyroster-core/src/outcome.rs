//! What came of creating, rotating and revoking keys.

use serde::Serialize;

use crate::record::key::ApiKey;
use crate::record::time::Timestamp;
use crate::request::CreateKey;
use crate::secret::Secret;
use crate::warning::Warning;

/// A key that was just made or rotated, with its secret, which the vendor shows this once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreatedKey {
    /// The record. When it could not be read back, it holds what is known, and `warnings` says so.
    pub key: ApiKey,
    /// Whether the record is the vendor's; false when it holds no more than what was asked for.
    pub complete: bool,
    /// The value that authenticates.
    pub secret: Secret,
    /// Further values that the vendor handed out, by the vendor's names (Pinata: `pinata_api_secret`).
    pub parts: Vec<(String, Secret)>,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
}

impl CreatedKey {
    /// A record and its secret.
    #[must_use]
    pub fn new(key: ApiKey, secret: Secret) -> Self {
        Self { key, complete: true, secret, parts: Vec::new(), warnings: Vec::new() }
    }

    /// A secret whose record the vendor's answer does not tell; the handle looks it up by its id.
    #[must_use]
    pub fn without_record(key: ApiKey, secret: Secret) -> Self {
        Self { complete: false, ..Self::new(key, secret) }
    }
}

/// What is known of a key that may have been created unseen, to find it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Orphan {
    /// The name that was asked for.
    pub name: String,
    /// The container that was asked for.
    pub container: Option<String>,
    /// When the request was first sent, by this machine's clock.
    pub sent_at: Timestamp,
}

impl Orphan {
    /// What a create request left behind, perhaps.
    #[must_use]
    pub fn new(request: &CreateKey, sent_at: Timestamp) -> Self {
        Self { name: request.name.clone(), container: request.container.clone(), sent_at }
    }
}

/// A key that an unanswered create may have left behind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Suspect {
    /// Its record.
    pub key: ApiKey,
    /// Whether the vendor dates it after the request was sent. Otherwise it may be an older key of the same
    /// name, in good use: the vendor's clock may be behind, or it dates no keys.
    pub made_since: bool,
}

/// What looking for an orphan found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// The keys that may be it.
    pub suspects: Vec<Suspect>,
    /// Why it may have been overlooked.
    pub warnings: Vec<Warning>,
}

/// What came of revoking a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Revocation {
    /// The vendor revoked it.
    Revoked,
    /// The vendor does not know such a key: it was gone already, or never was.
    AlreadyGone,
    /// The vendor does not know such a key any longer, and an earlier attempt of the same request went
    /// unanswered: by which of the two it is gone, cannot be told.
    Gone,
}
