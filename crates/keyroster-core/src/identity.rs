//! Whose a credential or a secret is.

use serde::Serialize;

use crate::record::extras::Extras;
use crate::record::id::KeyId;
use crate::record::key::{Access, ApiKey, Expiry, Owner};
use crate::record::quota::{Quota, Usage};

/// Whose credential the account's own is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Principal {
    /// The key's handle, where it can be known.
    pub key_id: Option<KeyId>,
    /// The masked form of the credential, as the vendor shows it.
    pub hint: Option<String>,
    /// What the credential may do.
    pub access: Access,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Its allowance.
    pub quota: Quota,
    /// What it has used.
    pub usage: Vec<Usage>,
    /// When it stops by itself.
    pub expiry: Expiry,
    /// The vendor's fields that have no common place.
    pub extras: Extras,
}

impl Principal {
    /// A credential that works, of which nothing else is known.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key_id: None,
            hint: None,
            access: Access::Unknown,
            owner: None,
            quota: Quota::default(),
            usage: Vec::new(),
            expiry: Expiry::Unknown,
            extras: Extras::default(),
        }
    }
}

impl Principal {
    /// Adds what the credential's record says.
    pub(crate) fn add_record(&mut self, record: ApiKey) {
        self.access = record.access;
        self.owner = record.owner.or(self.owner.take());
        self.quota = record.quota;
        self.usage = record.usage;
        if self.expiry == Expiry::Unknown {
            self.expiry = record.expiry;
        }
    }

    /// Returns the records that may be this credential's: the one with its id, or else those with its
    /// masked form and owner.
    ///
    /// If several fit, the usage decides. It keeps changing, so it never rules out all of them.
    pub(crate) fn matching_records(&self, mut keys: Vec<ApiKey>) -> Vec<ApiKey> {
        if let Some(id) = &self.key_id {
            keys.retain(|key| *id == key.id);
            return keys;
        }
        keys.retain(|key| {
            let same_owner = self.owner.is_none() || key.owner.is_none() || self.owner == key.owner;
            self.hint == key.hint && same_owner
        });
        if keys.len() > 1 && keys.iter().any(|key| key.usage == self.usage) {
            keys.retain(|key| key.usage == self.usage);
        }
        keys
    }
}

impl Default for Principal {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a secret works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Liveness {
    /// The vendor accepts it.
    Live,
    /// The vendor refuses it.
    Dead,
    /// It could not be tried.
    Unknown,
}

/// Whose key a secret belongs to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Identification {
    /// Whether the secret works.
    pub liveness: Liveness,
    /// What the secret says of itself, or the vendor of it.
    pub principal: Principal,
    /// The records that it can belong to: one when it is certain, none when the account has no such key.
    pub keys: Vec<ApiKey>,
    /// By what it was told, as sentences for people.
    pub evidence: Vec<String>,
}

impl Identification {
    /// An answer without evidence yet.
    #[must_use]
    pub fn new(liveness: Liveness, principal: Principal) -> Self {
        Self { liveness, principal, keys: Vec::new(), evidence: Vec::new() }
    }

    /// The same answer with one more sentence of evidence.
    #[must_use]
    pub fn because(mut self, sentence: impl Into<String>) -> Self {
        self.evidence.push(sentence.into());
        self
    }
}
