//! The results of creating, rotating and revoking keys.

use serde::Serialize;

use crate::record::key::ApiKey;
use crate::record::time::Timestamp;
use crate::request::CreateKey;
use crate::secret::Secret;
use crate::warning::Warning;

/// A key that was just created or rotated, with its secret.
///
/// The vendor shows the secret only once, so this value is its only copy. It cannot be cloned: move it, or
/// take the secret out of it.
#[derive(Debug)]
#[must_use = "it holds the secret, which the vendor does not show again"]
#[non_exhaustive]
pub struct CreatedKey {
    /// The record. If it could not be fetched, it holds what is known, and `warnings` says so.
    pub key: ApiKey,
    /// Whether the record comes from the vendor. If not, it holds only what was requested.
    pub complete: bool,
    /// The value that authenticates.
    pub secret: Secret,
    /// Further values that the vendor returned, under the vendor's names (Pinata: `pinata_api_secret`).
    pub parts: Vec<(String, Secret)>,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
}

impl CreatedKey {
    /// Creates the result from a complete record and its secret.
    pub fn new(key: ApiKey, secret: Secret) -> Self {
        Self { key, complete: true, secret, parts: Vec::new(), warnings: Vec::new() }
    }

    /// Creates the result of a vendor whose response does not contain the record. [`Provider`] fetches the
    /// record by the id of `key`.
    ///
    /// [`Provider`]: crate::Provider
    pub fn without_record(key: ApiKey, secret: Secret) -> Self {
        Self { complete: false, ..Self::new(key, secret) }
    }
}

/// What is known of a key that may have been created without a response, to find it by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Orphan {
    /// The requested name.
    pub name: String,
    /// The id of the requested container.
    pub container: Option<String>,
    /// When the request was first sent, by this machine's clock.
    pub sent_at: Timestamp,
}

impl Orphan {
    /// Describes the key that a create request, first sent at `sent_at`, may have left behind.
    #[must_use]
    pub fn new(request: &CreateKey, sent_at: Timestamp) -> Self {
        Self { name: request.name.clone(), container: request.container.clone(), sent_at }
    }
}

/// A key that a create without a response may have left behind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Suspect {
    /// The record of the key.
    pub key: ApiKey,
    /// Whether the vendor says that the key was created after the request was sent. If not, it may be an older
    /// key of the same name that is in use: the vendor's clock may lag, or it does not report creation times.
    pub made_since: bool,
}

/// The keys found when searching for an orphaned key.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[must_use = "it names the keys that may have been left behind"]
#[non_exhaustive]
pub struct Reconciliation {
    /// The keys that may be the orphaned one.
    pub suspects: Vec<Suspect>,
    /// Why the search may have missed it.
    pub warnings: Vec<Warning>,
}

/// The result of revoking a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Revocation {
    /// The vendor revoked the key.
    Revoked,
    /// The vendor does not know the key: it was revoked or deleted before, or never existed.
    AlreadyGone,
    /// The vendor no longer knows the key, but an earlier attempt of this request got no response. So it is
    /// unknown whether this request revoked it.
    Gone,
}
