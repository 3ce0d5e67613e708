//! The results of creating, rotating and revoking keys.

use serde::Serialize;

use crate::error::Error;
use crate::record::id::ProviderId;
use crate::record::key::ApiKey;
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

    /// Creates the result of a response that shows the secret but, against the vendor's documentation, does not
    /// say which key it belongs to. The id of the record is `unknown`, and a warning says so.
    pub fn without_id(provider: ProviderId, name: &str, secret: Secret) -> Self {
        let mut key = ApiKey::new(provider, Self::UNKNOWN_ID);
        key.name = Some(name.to_owned());
        let mut created = Self::new(key, secret);
        created.warnings.push(Warning::unconfirmed(format!(
            "the key `{name}` was created, but the vendor's response does not say its id; find it by its name"
        )));
        created
    }

    /// Adds a warning if the vendor reports an error although it shows the secret.
    pub fn warn_about(&mut self, error: Option<Error>) {
        if let Some(error) = error {
            self.warnings.push(Warning::unconfirmed(error.to_string()));
        }
    }

    /// The id of a new key whose id the vendor did not say.
    pub const UNKNOWN_ID: &'static str = "unknown";
}

/// A key that was just updated, and what its new record does not confirm.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use = "a warning says that the vendor did something else"]
#[non_exhaustive]
pub struct UpdatedKey {
    /// The new record.
    pub key: ApiKey,
    /// What the caller should know: requested fields that the record contradicts
    /// ([`Mismatch`](crate::WarningKind::Mismatch)) or does not mention
    /// ([`Unconfirmed`](crate::WarningKind::Unconfirmed)).
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
