//! Who a credential belongs to, and which key a secret belongs to.

use serde::Serialize;

use crate::record::extras::Extras;
use crate::record::fact::Unreadable;
use crate::record::id::KeyId;
use crate::record::key::{Access, ApiKey, Expiry, Owner};
use crate::record::quota::{Quota, Usage};

/// What is known about a credential: the key behind it, what it may do, and its owner.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Principal {
    /// The id of the key, if it can be known.
    pub key_id: Option<KeyId>,
    /// The masked form of the credential, as the vendor shows it.
    pub hint: Option<String>,
    /// What the credential may do.
    pub access: Access,
    /// The owner of the credential.
    pub owner: Option<Owner>,
    /// How much the credential may use.
    pub quota: Quota,
    /// What the credential has used.
    pub usage: Vec<Usage>,
    /// When the credential expires.
    pub expiry: Expiry,
    /// The vendor's fields that have no field of their own here.
    pub extras: Extras,
    /// The facts about which the vendor says something that cannot be read. They are unknown. Left out of the
    /// serialized form if empty.
    #[serde(skip_serializing_if = "Unreadable::is_empty")]
    pub unreadable: Unreadable,
}

impl Principal {
    /// Creates a credential that works. Nothing else is known about it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

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

/// Whether a secret works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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

/// The key that a secret belongs to, and whether the secret works.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use = "it says whether the secret works"]
#[non_exhaustive]
pub struct Identification {
    /// Whether the secret works.
    pub liveness: Liveness,
    /// What the secret itself or the vendor says about it.
    pub principal: Principal,
    /// The records that the secret may belong to: one if it is certain, none if the account has no such key.
    pub keys: Vec<ApiKey>,
    /// What the result is based on, as human-readable sentences.
    pub evidence: Vec<String>,
}

impl Identification {
    /// Creates an identification without records or evidence.
    pub fn new(liveness: Liveness, principal: Principal) -> Self {
        Self { liveness, principal, keys: Vec::new(), evidence: Vec::new() }
    }

    /// Adds a sentence that says what the result is based on.
    pub fn with_evidence(mut self, sentence: impl Into<String>) -> Self {
        self.evidence.push(sentence.into());
        self
    }
}
