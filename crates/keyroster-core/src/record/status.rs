//! The status of a key, which follows from its record and a clock.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::fact::Fact;
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
    /// Nothing prevents its use, but the vendor does not report, or not readably, whether it is disabled or
    /// revoked, when it expires or how much it has used.
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

/// The facts that can make an otherwise active key unusable.
const DECISIVE: [Fact; 5] =
    [Fact::Disabled, Fact::Revoked, Fact::Expiry, Fact::Limit, Fact::Remaining];

impl ApiKey {
    /// Returns the status at `now`.
    ///
    /// If several statuses apply, the one that is hardest to undo is returned: revoked, then expired, disabled,
    /// exhausted. A key expires exactly at its expiry. A key is active only if the vendor says that it is neither
    /// disabled nor revoked. An expiry or quota that the vendor does not report does not count against it, but one
    /// that it reports unreadably makes the status unknown.
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
        } else if self.state.revoked.is_none()
            || self.state.disabled.is_none()
            || DECISIVE.iter().any(|fact| self.unreadable.contains(fact))
            || self.is_quota_in_doubt()
        {
            KeyStatus::Unknown
        } else {
            KeyStatus::Active
        }
    }

    /// Whether the vendor says something about the quota, but not whether it is used up.
    fn is_quota_in_doubt(&self) -> bool {
        let is_used_unreadable = self.unreadable.contains(&Fact::Used);
        self.quota.is_contradictory() || (is_used_unreadable && self.quota.is_exhausted().is_none())
    }

    /// Returns whether the key has a status at `now`, or `None` if that is unknown.
    ///
    /// Unlike a comparison with [`status_at`](Self::status_at), it takes into account that a status which is harder to
    /// undo may apply too: a disabled key may also be revoked, if the vendor does not say readably whether it is.
    ///
    /// ```
    /// use keyroster_core::{ApiKey, KeyStatus, ProviderId, State};
    ///
    /// let mut key = ApiKey::new(ProviderId::from_static("acme"), "k-17");
    /// let now = "2026-06-01T00:00:00Z".parse()?;
    /// key.state = State::new(Some(true), None);
    /// assert_eq!(key.has_status_at(KeyStatus::Disabled, now), Some(true));
    /// assert_eq!(key.has_status_at(KeyStatus::Revoked, now), None);
    /// assert_eq!(key.has_status_at(KeyStatus::Active, now), Some(false));
    /// # Ok::<(), keyroster_core::ParseTimestampError>(())
    /// ```
    #[must_use]
    pub fn has_status_at(&self, wanted: KeyStatus, now: Timestamp) -> Option<bool> {
        let status = self.status_at(now);
        if status == wanted {
            return Some(true);
        }
        let is_unknown = status == KeyStatus::Unknown;
        let expiry_in_doubt = self.unreadable.contains(&Fact::Expiry);
        let open = match wanted {
            KeyStatus::Revoked => self.state.revoked.is_none(),
            KeyStatus::Expired if is_unknown => expiry_in_doubt || self.expiry == Expiry::Unknown,
            KeyStatus::Expired => status != KeyStatus::Revoked && expiry_in_doubt,
            KeyStatus::Disabled => {
                self.state.disabled.is_none() && (is_unknown || status == KeyStatus::Exhausted)
            }
            KeyStatus::Exhausted => is_unknown && self.quota.is_exhausted().is_none(),
            KeyStatus::Active => is_unknown,
            KeyStatus::Unknown => false,
        };
        if open { None } else { Some(false) }
    }
}
