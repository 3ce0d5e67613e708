//! The record of a key: [`ApiKey`] and the types of its fields.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::extras::Extras;
use crate::record::fact::Unreadable;
use crate::record::id::{KeyId, ProviderId};
use crate::record::quota::{Quota, Usage};
use crate::record::time::Timestamp;

/// The JSON Schema (draft 2020-12) of a serialized [`ApiKey`].
///
/// A schema of a larger document can extend it: the record itself allows further members.
pub const API_KEY_SCHEMA: &str = include_str!("../../schemas/api-key.json");

/// The record of a key: what the vendor reports about it, normalized, and never its secret.
///
/// A record holds facts. If the vendor does not report something, it is `None` or a variant called `Unknown`,
/// which never means "no". [`status_at`](ApiKey::status_at) derives a status from the facts and a clock.
///
/// # Serialized form
///
/// The serialized form is a contract, and [`API_KEY_SCHEMA`] describes it: fields in the order below, times as
/// RFC 3339 in UTC, amounts as decimal strings, enums in kebab-case, and vendor fields under `extras` in
/// canonical order. Use a self-describing format such as JSON; others, e.g. postcard or RON, cannot read the
/// enums back.
///
/// Stored records stay readable across versions. Every field except `provider` and `id` may be missing and is
/// then unknown, fields of later versions are ignored, and an enum word of a later version is read as
/// `Unknown`.
///
/// ```
/// use keyroster_core::{ApiKey, ProviderId};
///
/// let key = ApiKey::new(ProviderId::from_static("acme"), "k-17");
/// assert_eq!(key.id.as_str(), "k-17");
/// assert!(key.name.is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiKey {
    /// The provider that the key belongs to.
    pub provider: ProviderId,
    /// The id that other operations take. It is unique within the account.
    pub id: KeyId,
    /// The name that its creator gave it. Most vendors do not keep names unique.
    #[serde(default)]
    pub name: Option<String>,
    /// The masked form of the secret, which is safe to show, e.g. `sk-or-v1-0e6...1c96`.
    #[serde(default)]
    pub hint: Option<String>,
    /// Whether the key is disabled or revoked.
    #[serde(default)]
    pub state: State,
    /// What the key may do.
    #[serde(default)]
    pub access: Access,
    /// The allowance that stops the key when it is used up.
    #[serde(default)]
    pub quota: Quota,
    /// What the key has used, with one entry per meter, in the vendor's order.
    #[serde(default)]
    pub usage: Vec<Usage>,
    /// Who created the key or is responsible for it.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// Where the vendor keeps the key, e.g. in a workspace.
    #[serde(default)]
    pub container: Option<Container>,
    /// When the key was created.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When the key's record last changed.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// When the key expires.
    #[serde(default)]
    pub expiry: Expiry,
    /// When the key was last used.
    #[serde(default)]
    pub last_used: LastUsed,
    /// The vendor's fields that have no field of their own here.
    #[serde(default)]
    pub extras: Extras,
    /// The facts about which the vendor says something that cannot be read. They are unknown, and what the vendor
    /// says is in the extras. Left out of the serialized form if empty.
    #[serde(default, skip_serializing_if = "Unreadable::is_empty")]
    pub unreadable: Unreadable,
}

impl ApiKey {
    /// Creates a record that has only the provider and the id.
    #[must_use]
    pub fn new(provider: ProviderId, id: impl Into<KeyId>) -> Self {
        Self {
            provider,
            id: id.into(),
            name: None,
            hint: None,
            state: State::default(),
            access: Access::Unknown,
            quota: Quota::default(),
            usage: Vec::new(),
            owner: None,
            container: None,
            created_at: None,
            updated_at: None,
            expiry: Expiry::Unknown,
            last_used: LastUsed::Unknown,
            extras: Extras::default(),
            unreadable: Unreadable::new(),
        }
    }
}

/// Whether a key is disabled or revoked. `None` if the vendor does not report it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct State {
    /// Whether the key is disabled. A disabled key can be enabled again.
    pub disabled: Option<bool>,
    /// Whether the key is revoked permanently.
    pub revoked: Option<bool>,
}

impl State {
    /// Creates a state from both facts.
    #[must_use]
    pub const fn new(disabled: Option<bool>, revoked: Option<bool>) -> Self {
        Self { disabled, revoked }
    }
}

/// What a key may do.
///
/// ```
/// use keyroster_core::Access;
///
/// let access = Access::scoped(["keys:read", "keys:write"]);
/// let Access::Scoped { scopes } = &access else { return };
/// assert!(scopes.contains("keys:read"));
/// // Not "everything" and not "nothing", but unknown.
/// assert_eq!(Access::default(), Access::Unknown);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Access {
    /// Everything, including managing the account's other keys.
    Admin,
    /// What these scopes allow. Without scopes, the key can only authenticate.
    Scoped {
        /// The vendor's scope names, e.g. `pinning:pinFileToIPFS`.
        scopes: BTreeSet<String>,
    },
    /// The vendor does not report it.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Access {
    /// Creates access through these scopes.
    #[must_use]
    pub fn scoped<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self::Scoped { scopes: scopes.into_iter().map(Into::into).collect() }
    }

    /// Returns the kind of access as its serialized text, without the scopes.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Scoped { .. } => "scoped",
            Self::Unknown => "unknown",
        }
    }
}

/// When a key expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Expiry {
    /// Never. The vendor says that the key has no expiry.
    Never,
    /// At this time.
    At {
        /// The time.
        at: Timestamp,
    },
    /// The vendor does not report it.
    #[default]
    #[serde(other)]
    Unknown,
}

/// When a key was last used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LastUsed {
    /// Never. The vendor says that the key has not been used since it was created.
    Never,
    /// At this time.
    At {
        /// The time.
        at: Timestamp,
    },
    /// The vendor does not report it.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Who created a key or is responsible for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Owner {
    /// The vendor's id of a user, service account or team.
    pub id: String,
    /// A name or address for people, if the vendor reports one.
    #[serde(default)]
    pub name: Option<String>,
}

impl Owner {
    /// Creates an owner from its id.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: None }
    }
}

/// Where a vendor keeps a key: a workspace, a project, an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Container {
    /// The vendor's word for it in the singular and in lower case, e.g. `workspace`.
    pub kind: String,
    /// The vendor's id of the container.
    pub id: String,
    /// A name for people, if it is known.
    #[serde(default)]
    pub name: Option<String>,
}

impl Container {
    /// Creates a container from the vendor's word for it and its id.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into(), name: None }
    }

    /// Sets the name for people.
    #[must_use]
    pub fn with_name(mut self, name: Option<impl Into<String>>) -> Self {
        self.name = name.map(Into::into);
        self
    }
}
