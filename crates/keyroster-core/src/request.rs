//! Requests: listing keys, and creating, updating and rotating one.

use serde::Serialize;
use serde_json::Value;

use crate::record::decimal::Amount;
use crate::record::extras::Extras;
use crate::record::key::Access;
use crate::record::quota::Reset;
use crate::record::time::Timestamp;

/// Which keys to list: all keys of the account, or those of one container.
///
/// There are no filters. A vendor's filters rarely mean the same as another's, and its defaults hide keys.
/// A listing requests everything, and the caller filters the records.
///
/// ```
/// use keyroster_core::ListKeys;
///
/// let everything = ListKeys::all();
/// let of_one_workspace = ListKeys::all().container("ws-17");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ListKeys {
    /// The id of the container whose keys are listed. `None` lists the keys of all containers.
    pub container: Option<String>,
    /// The number of keys after which a listing stops, with a warning that keys may be missing. `None` means
    /// [`ListKeys::MAX_KEYS`].
    pub max_keys: Option<u64>,
}

impl ListKeys {
    /// The number of keys after which a listing stops by default. A vendor that returns new ids forever would
    /// otherwise never let it end. It is also the maximum number of containers.
    pub const MAX_KEYS: u64 = 10_000_000;

    /// Creates a request for all keys of the account.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Lists only the keys of the container with this id.
    #[must_use]
    pub fn container(mut self, id: impl Into<String>) -> Self {
        self.container = Some(id.into());
        self
    }

    /// Stops the listing after this many keys.
    #[must_use]
    pub fn max_keys(mut self, count: u64) -> Self {
        self.max_keys = Some(count);
        self
    }

    /// Returns the number of keys after which the listing stops.
    pub(crate) fn limit(&self) -> u64 {
        self.max_keys.unwrap_or(Self::MAX_KEYS)
    }
}

/// The properties of a new key.
///
/// The vendor's defaults apply to everything that is not set. If the vendor cannot honor something that is
/// set, the create fails before a request is sent: a key requested with an expiry is never created without
/// one.
///
/// ```
/// use keyroster_core::{Access, Amount, CreateKey, Reset, Unit};
///
/// let request = CreateKey::new("ci-deploy")
///     .access(Access::scoped(["keys:read"]))
///     .limit(Amount::new(25, Unit::USD))
///     .reset(Reset::Monthly);
/// assert_eq!(request.reset, Some(Reset::Monthly));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateKey {
    /// The name of the key. It must not be empty.
    pub name: String,
    /// What the key may do. [`Access::Unknown`] leaves it to the vendor.
    pub access: Access,
    /// How much the key may use.
    pub limit: Option<Amount>,
    /// How often the limit resets.
    pub reset: Option<Reset>,
    /// When the key expires.
    pub expires_at: Option<Timestamp>,
    /// The id of the container that the key is created in.
    pub container: Option<String>,
    /// The vendor's id of the key's owner.
    pub owner: Option<String>,
    /// Options that only this vendor has, under the vendor's names.
    pub extras: Extras,
}

impl CreateKey {
    /// Creates a request for a key with a name and nothing else set.
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

    /// Sets what the key may do.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Sets how much the key may use.
    #[must_use]
    pub fn limit(mut self, limit: Amount) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets how often the limit resets.
    #[must_use]
    pub fn reset(mut self, reset: Reset) -> Self {
        self.reset = Some(reset);
        self
    }

    /// Sets when the key expires.
    #[must_use]
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets the id of the container that the key is created in.
    #[must_use]
    pub fn container(mut self, id: impl Into<String>) -> Self {
        self.container = Some(id.into());
        self
    }

    /// Sets the vendor's id of the key's owner.
    #[must_use]
    pub fn owner(mut self, id: impl Into<String>) -> Self {
        self.owner = Some(id.into());
        self
    }

    /// Sets an option that only this vendor has, under the vendor's name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extras.insert(name, value.into());
        self
    }
}

/// What happens to one field of a key.
///
/// A change serializes as vendors expect it: `Set` as the value, and `Clear` as null. Leave `Keep` out with
/// `#[serde(skip_serializing_if = "Change::is_keep")]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Change<T> {
    /// The field stays as it is, and is not sent.
    #[default]
    Keep,
    /// The field gets this value.
    Set(T),
    /// The field is removed.
    Clear,
}

impl<T> Change<T> {
    /// Returns whether the field stays as it is.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns the new value, if there is one.
    #[must_use]
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<T> for Change<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// Changes to a key. Fields that are not set stay as they are.
///
/// ```
/// use keyroster_core::{Amount, Change, Unit, UpdateKey};
///
/// let raise = UpdateKey::new().limit(Amount::new(50, Unit::USD));
/// let unlimited = UpdateKey::new().limit(Change::Clear);
/// assert!(unlimited.reset.is_keep());
/// let off = UpdateKey::new().disabled(true);
/// # let _ = (raise, off);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UpdateKey {
    /// The new name.
    pub name: Option<String>,
    /// Whether the key is disabled. A disabled key can be enabled again.
    pub disabled: Option<bool>,
    /// How much the key may use. A cleared limit leaves only the account's own limit.
    pub limit: Change<Amount>,
    /// How often the limit resets. A cleared reset never does.
    pub reset: Change<Reset>,
    /// When the key expires. A cleared expiry means never.
    pub expires_at: Change<Timestamp>,
    /// What the key may do.
    pub access: Option<Access>,
    /// The id of the container that the key moves to.
    pub container: Option<String>,
    /// Options that only this vendor has, under the vendor's names.
    pub extras: Extras,
}

impl UpdateKey {
    /// Creates a request that changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a new name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Disables the key, or enables it again.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = Some(disabled);
        self
    }

    /// Sets how much the key may use, or removes the limit.
    #[must_use]
    pub fn limit(mut self, limit: impl Into<Change<Amount>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// Sets how often the limit resets, or removes the reset.
    #[must_use]
    pub fn reset(mut self, reset: impl Into<Change<Reset>>) -> Self {
        self.reset = reset.into();
        self
    }

    /// Sets when the key expires, or removes the expiry.
    #[must_use]
    pub fn expires_at(mut self, at: impl Into<Change<Timestamp>>) -> Self {
        self.expires_at = at.into();
        self
    }

    /// Sets what the key may do.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.access = Some(access);
        self
    }

    /// Moves the key to the container with this id.
    #[must_use]
    pub fn container(mut self, id: impl Into<String>) -> Self {
        self.container = Some(id.into());
        self
    }

    /// Sets an option that only this vendor has, under the vendor's name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extras.insert(name, value.into());
        self
    }

    /// Returns whether nothing is to be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Options for rotating a key.
///
/// ```
/// use std::time::Duration;
///
/// use keyroster_core::{RotateKey, Timestamp};
///
/// # fn example(now: Timestamp) {
/// let request = RotateKey::new().keep_old_until(now.saturating_add(Duration::from_hours(24)));
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RotateKey {
    /// How long the old secret keeps working alongside the new one. By default, the vendor decides.
    pub keep_old_until: Option<Timestamp>,
    /// When the key expires. By default, the vendor decides what becomes of the current expiry.
    pub expires_at: Option<Timestamp>,
    /// Options that only this vendor has, under the vendor's names.
    pub extras: Extras,
}

impl RotateKey {
    /// Creates a request without options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long the old secret keeps working alongside the new one.
    #[must_use]
    pub fn keep_old_until(mut self, at: Timestamp) -> Self {
        self.keep_old_until = Some(at);
        self
    }

    /// Sets when the key expires.
    #[must_use]
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets an option that only this vendor has, under the vendor's name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extras.insert(name, value.into());
        self
    }
}
