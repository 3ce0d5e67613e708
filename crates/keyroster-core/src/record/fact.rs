//! The facts of a record, by name.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A fact of a record.
///
/// A vendor's answer can be silent about a fact, or say something that cannot be read: another type, a date
/// without a time zone, a scope that is neither true nor false. In both cases the fact is unknown. In the second
/// one, the record names it in [`ApiKey::unreadable`](crate::ApiKey::unreadable), since the vendor did say
/// something, and the value is kept in the extras.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// The name.
    Name,
    /// The masked form of the secret.
    Hint,
    /// Whether the key is disabled.
    Disabled,
    /// Whether the key is revoked.
    Revoked,
    /// What the key may do.
    Access,
    /// How much the key may use.
    Limit,
    /// How much of the limit is used.
    Used,
    /// How much of the limit is left.
    Remaining,
    /// How often the limit resets.
    Reset,
    /// What the key has used.
    Usage,
    /// Who created the key or is responsible for it.
    Owner,
    /// Where the vendor keeps the key.
    Container,
    /// When the key was created.
    CreatedAt,
    /// When the record last changed.
    UpdatedAt,
    /// When the key expires.
    Expiry,
    /// When the key was last used.
    LastUsed,
    /// A fact of a later version.
    #[serde(other)]
    Other,
}

impl Fact {
    /// Returns the fact as its serialized text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Hint => "hint",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Access => "access",
            Self::Limit => "limit",
            Self::Used => "used",
            Self::Remaining => "remaining",
            Self::Reset => "reset",
            Self::Usage => "usage",
            Self::Owner => "owner",
            Self::Container => "container",
            Self::CreatedAt => "created-at",
            Self::UpdatedAt => "updated-at",
            Self::Expiry => "expiry",
            Self::LastUsed => "last-used",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The facts that an answer says something unreadable about.
pub type Unreadable = BTreeSet<Fact>;
