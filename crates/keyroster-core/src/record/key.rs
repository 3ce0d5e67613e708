//! The record of a key.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::extras::Extras;
use crate::record::id::{KeyId, ProviderId};
use crate::record::quota::{Quota, Usage};
use crate::record::time::Timestamp;

/// The record of a key: what the vendor says about it, normalised, and never its secret.
///
/// A record holds facts. "The vendor does not say" is `None` or a variant called `Unknown`, and never
/// reads as "no". What follows from the facts and a clock is [`status_at`](ApiKey::status_at).
///
/// The serialised form is a contract: fields in the order given here, instants as RFC 3339 in UTC,
/// amounts as decimal strings, enums in kebab-case, vendor fields under `extras` in canonical order.
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
    /// Whose key it is.
    pub provider: ProviderId,
    /// The handle for other operations, unique within the account.
    pub id: KeyId,
    /// The name that somebody gave it; vendors rarely keep names unique.
    pub name: Option<String>,
    /// The masked form of the secret, safe to show, as in `sk-or-v1-0e6...1c96`.
    pub hint: Option<String>,
    /// Whether somebody turned it off, for a while or for good.
    pub state: State,
    /// What it may do.
    pub access: Access,
    /// The allowance that stops it when used up.
    pub quota: Quota,
    /// What it has used, one entry a meter, in the vendor's order.
    pub usage: Vec<Usage>,
    /// Who made it or answers for it.
    pub owner: Option<Owner>,
    /// Where the vendor files it.
    pub container: Option<Container>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When its record last changed.
    pub updated_at: Option<Timestamp>,
    /// When it stops by itself.
    pub expiry: Expiry,
    /// When it was last used.
    pub last_used: LastUsed,
    /// The vendor's fields that have no common place.
    pub extras: Extras,
}

impl ApiKey {
    /// A record of which nothing is known but whose it is and its handle.
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
        }
    }
}

/// Whether somebody turned a key off; `None` where the vendor does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State {
    /// Off for now; it can be turned on again.
    pub disabled: Option<bool>,
    /// Off for good.
    pub revoked: Option<bool>,
}

impl State {
    /// Both facts at once.
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
/// // Not "everything" and not "nothing": nobody said.
/// assert_eq!(Access::default(), Access::Unknown);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Access {
    /// Everything, the account's other keys included.
    Admin,
    /// What these scopes allow; with none of them, nothing but to authenticate.
    Scoped {
        /// The vendor's scope names, as `pinning:pinFileToIPFS`.
        scopes: BTreeSet<String>,
    },
    /// The vendor does not say.
    #[default]
    Unknown,
}

impl Access {
    /// Access through these scopes.
    #[must_use]
    pub fn scoped<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Self::Scoped { scopes: scopes.into_iter().map(Into::into).collect() }
    }
}

/// When a key stops by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Expiry {
    /// Not by itself: the vendor says that it has no expiry.
    Never,
    /// At this instant.
    At {
        /// The instant.
        at: Timestamp,
    },
    /// The vendor does not say.
    #[default]
    Unknown,
}

/// When a key was last used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LastUsed {
    /// Not since it was made: the vendor says so.
    Never,
    /// At this instant.
    At {
        /// The instant.
        at: Timestamp,
    },
    /// The vendor does not say.
    #[default]
    Unknown,
}

/// Who made a key or answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Owner {
    /// The vendor's identifier of a user, service account or team.
    pub id: String,
    /// A name or address for people, where the vendor gives one.
    pub name: Option<String>,
}

impl Owner {
    /// An owner by identifier.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: None }
    }
}

/// Where the vendor files a key: a workspace, a project, an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Container {
    /// The vendor's word for it, in the singular and lower case, as `workspace`.
    pub kind: String,
    /// The vendor's identifier.
    pub id: String,
    /// A name for people, where it is known.
    pub name: Option<String>,
}

impl Container {
    /// A container by identifier.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into(), name: None }
    }

    /// The same container with a name for people.
    #[must_use]
    pub fn named(mut self, name: Option<impl Into<String>>) -> Self {
        self.name = name.map(Into::into);
        self
    }
}
