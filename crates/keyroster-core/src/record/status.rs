//! The status of a key, which follows from its record and a clock.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::key::{ApiKey, Expiry};
use crate::record::time::Timestamp;

/// Whether a key works, derived from its record at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyStatus {
    /// Nothing that the vendor reports prevents its use.
    Active,
    /// It is disabled, and can be enabled again.
    Disabled,
    /// Its quota is used up.
    Exhausted,
    /// It has expired.
    Expired,
    /// It is revoked permanently.
    Revoked,
    /// Nothing prevents its use, but the vendor does not report whether it is disabled or revoked.
    #[serde(other)]
    Unknown,
}

impl KeyStatus {
    /// Every status, in the order in which lists show them.
    pub const ALL: [Self; 6] = [
        Self::Active,
        Self::Disabled,
        Self::Exhausted,
        Self::Expired,
        Self::Revoked,
        Self::Unknown,
    ];

    /// Returns the status as its serialized text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Exhausted => "exhausted",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ApiKey {
    /// Returns the status at `now`.
    ///
    /// If several statuses apply, the one that is hardest to undo is returned: revoked, then expired, disabled,
    /// exhausted. A key expires exactly at its expiry. A key is active only if the vendor says that it is neither
    /// disabled nor revoked. An expiry or quota that the vendor does not report does not count against it.
    ///
    /// ```
    /// use keyroster_core::{ApiKey, Expiry, KeyStatus, ProviderId, State};
    ///
    /// let mut key = ApiKey::new(ProviderId::from_static("acme"), "k-17");
    /// let now = "2026-06-01T00:00:00Z".parse()?;
    /// assert_eq!(key.status_at(now), KeyStatus::Unknown);
    /// key.state = State::new(Some(true), None);
    /// key.expiry = Expiry::At { at: now };
    /// assert_eq!(key.status_at(now), KeyStatus::Expired);
    /// # Ok::<(), keyroster_core::ParseTimestampError>(())
    /// ```
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> KeyStatus {
        if self.state.revoked == Some(true) {
            KeyStatus::Revoked
        } else if matches!(self.expiry, Expiry::At { at } if at <= now) {
            KeyStatus::Expired
        } else if self.state.disabled == Some(true) {
            KeyStatus::Disabled
        } else if self.quota.is_exhausted() == Some(true) {
            KeyStatus::Exhausted
        } else if self.state.revoked.is_none() || self.state.disabled.is_none() {
            KeyStatus::Unknown
        } else {
            KeyStatus::Active
        }
    }
}
