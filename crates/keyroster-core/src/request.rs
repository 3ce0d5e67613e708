//! Requests: listing keys, and creating, changing and rotating one.

use serde::Serialize;

use crate::record::decimal::Amount;
use crate::record::extras::Extras;
use crate::record::key::Access;
use crate::record::quota::Reset;
use crate::record::time::Timestamp;

/// Which keys to list: all of the account, or those of one container.
///
/// There are no filters here. A vendor's filters are rarely the same as ours, and its defaults hide
/// keys; a listing asks for everything, and whoever wants less filters the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListKeys {
    /// Only the keys that the vendor files in the container of this id.
    pub container: Option<String>,
}

impl ListKeys {
    /// All keys of the account.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The keys of one container.
    #[must_use]
    pub fn in_container(id: impl Into<String>) -> Self {
        Self { container: Some(id.into()) }
    }
}

/// What a new key shall be.
///
/// What is not asked for is left to the vendor's default. What is asked for and cannot be honoured is
/// an error before any request: a key asked for with an expiry is never created without one.
///
/// ```
/// use keyroster_core::{Amount, CreateKey, Reset, Unit};
///
/// let mut request = CreateKey::new("ci-deploy");
/// request.limit = Some(Amount::new(25, Unit::USD));
/// request.reset = Some(Reset::Monthly);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateKey {
    /// The name, which is not empty.
    pub name: String,
    /// What it may do; `Access::Unknown` leaves it to the vendor.
    pub access: Access,
    /// How much it may use.
    pub limit: Option<Amount>,
    /// When the limit starts anew.
    pub reset: Option<Reset>,
    /// When it stops by itself.
    pub expires_at: Option<Timestamp>,
    /// The id of the container that it is filed in.
    pub container: Option<String>,
    /// The vendor's id of its owner.
    pub owner: Option<String>,
    /// Options of the vendor's own, by the vendor's names.
    pub extras: Extras,
}

impl CreateKey {
    /// A key with a name and nothing else asked for.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            access: Access::Unknown,
            limit: None,
            reset: None,
            expires_at: None,
            container: None,
            owner: None,
            extras: Extras::default(),
        }
    }
}

/// What shall become of one field of a key.
///
/// It serialises as vendors take it: what is taken away as null. What stays is to be left out, with
/// `#[serde(skip_serializing_if = "Change::is_keep")]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Change<T> {
    /// It stays as it is, and is not sent.
    #[default]
    Keep,
    /// It gets this value.
    Set(T),
    /// It is taken away.
    Clear,
}

impl<T> Change<T> {
    /// Whether the field stays as it is.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, if there is one.
    #[must_use]
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

/// How a key shall change; what is not named stays as it is.
///
/// ```
/// use keyroster_core::{Change, UpdateKey};
///
/// let mut change = UpdateKey::default();
/// change.limit = Change::Clear;
/// assert!(change.reset.is_keep());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UpdateKey {
    /// A new name.
    pub name: Option<String>,
    /// Off for now (`true`), or on again (`false`).
    pub disabled: Option<bool>,
    /// How much it may use; cleared, as much as the account.
    pub limit: Change<Amount>,
    /// When the limit starts anew; cleared, never.
    pub reset: Change<Reset>,
    /// When it stops by itself; cleared, never.
    pub expires_at: Change<Timestamp>,
    /// What it may do.
    pub access: Option<Access>,
    /// The id of the container that it moves to.
    pub container: Option<String>,
    /// Options of the vendor's own, by the vendor's names.
    pub extras: Extras,
}

impl UpdateKey {
    /// Turns a key off for now, or on again.
    #[must_use]
    pub fn disabled(disabled: bool) -> Self {
        Self { disabled: Some(disabled), ..Self::default() }
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is asked of a rotation, beside a new secret.
///
/// ```
/// use keyroster_core::{RotateKey, Timestamp};
///
/// let mut request = RotateKey::default();
/// request.old_works_until = Timestamp::from_seconds(1_900_000_000);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RotateKey {
    /// Until when the old secret works beside the new one; without it, the vendor's rule holds.
    pub old_works_until: Option<Timestamp>,
    /// When the key stops by itself; without it, what the vendor makes of its former expiry.
    pub expires_at: Option<Timestamp>,
    /// Options of the vendor's own, by the vendor's names.
    pub extras: Extras,
}
