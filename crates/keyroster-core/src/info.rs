//! What a provider is and can do: [`ProviderInfo`], its [`Capabilities`], and the names of operations.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::page::Paging;
use crate::record::decimal::Unit;
use crate::record::id::ProviderId;
use crate::secret_shape::SecretShape;

/// What a provider is, how its vendor pages, and what it can do.
///
/// ```
/// use keyroster_core::{Capabilities, Field, Operation, Paging, ProviderId, ProviderInfo};
///
/// static ACME: ProviderInfo = ProviderInfo::new(
///     ProviderId::from_static("acme"),
///     "Acme",
///     "https://docs.acme.example/keys",
///     Paging::Cursor,
///     Capabilities::LIST_ONLY.with_create(&[Field::Expiry]).with_revoke(),
/// );
/// assert!(ACME.capabilities.can(Operation::CreateKey));
/// assert!(!ACME.capabilities.can(Operation::WhoAmI));
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// The provider's id, as it appears in settings and records.
    pub id: ProviderId,
    /// The vendor's name for people.
    pub display_name: Cow<'static, str>,
    /// The URL of the vendor's documentation of its key-management API.
    pub docs_url: Cow<'static, str>,
    /// How the vendor pages its keys.
    pub paging: Paging,
    /// The containers whose keys must be requested one container at a time, if the vendor has any.
    pub containers: Option<Containers>,
    /// Keys that the vendor issues but does not list, in the vendor's own word and in the plural, e.g.
    /// `management keys`.
    pub unlisted: Option<&'static str>,
    /// What the vendor's secrets look like, if they have a prefix.
    #[serde(skip)]
    pub secret_shapes: &'static [SecretShape],
    /// What the provider can do.
    pub capabilities: Capabilities,
}

impl ProviderInfo {
    /// Creates the info of a provider whose keys are in one list.
    #[must_use]
    pub const fn new(
        id: ProviderId,
        display_name: &'static str,
        docs_url: &'static str,
        paging: Paging,
        capabilities: Capabilities,
    ) -> Self {
        Self {
            id,
            display_name: Cow::Borrowed(display_name),
            docs_url: Cow::Borrowed(docs_url),
            paging,
            containers: None,
            unlisted: None,
            secret_shapes: &[],
            capabilities,
        }
    }

    /// Declares that there is one list of keys per container. `kind` is the vendor's word for a container.
    #[must_use]
    pub const fn with_containers(mut self, kind: &'static str, paging: Paging) -> Self {
        self.containers = Some(Containers { kind, paging });
        self
    }

    /// Declares keys that the vendor issues but does not list, e.g. `management keys`.
    #[must_use]
    pub const fn with_unlisted(mut self, keys: &'static str) -> Self {
        self.unlisted = Some(keys);
        self
    }

    /// Declares what the vendor's secrets look like. Texts of these shapes never reach a record or an error.
    #[must_use]
    pub const fn with_secret_shapes(mut self, shapes: &'static [SecretShape]) -> Self {
        self.secret_shapes = shapes;
        self
    }
}

/// Containers whose keys must be requested one container at a time.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Containers {
    /// The vendor's word in the singular and in lower case, e.g. `workspace`.
    pub kind: &'static str,
    /// How the vendor pages its containers.
    pub paging: Paging,
}

/// An operation of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// List the keys.
    ListKeys,
    /// List the containers that hold keys.
    ListContainers,
    /// Look up one key.
    GetKey,
    /// Create a key.
    CreateKey,
    /// Change a key.
    UpdateKey,
    /// Replace the secret of a key and keep its record.
    RotateKey,
    /// Revoke a key permanently.
    RevokeKey,
    /// Check the account's own credential and what it may do.
    WhoAmI,
    /// Find the key that a secret belongs to.
    Identify,
}

impl Operation {
    /// Every operation on keys, in the order in which tables show them.
    pub const ALL: [Self; 8] = [
        Self::ListKeys,
        Self::GetKey,
        Self::CreateKey,
        Self::UpdateKey,
        Self::RotateKey,
        Self::RevokeKey,
        Self::WhoAmI,
        Self::Identify,
    ];

    /// Returns the operation as its serialized text, e.g. `list` or `create`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListKeys => "list",
            Self::ListContainers => "list-containers",
            Self::GetKey => "get",
            Self::CreateKey => "create",
            Self::UpdateKey => "update",
            Self::RotateKey => "rotate",
            Self::RevokeKey => "revoke",
            Self::WhoAmI => "whoami",
            Self::Identify => "identify",
        }
    }
}

impl fmt::Display for Operation {
    /// Writes the operation in words that can follow "cannot".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ListKeys => "list keys",
            Self::ListContainers => "list containers",
            Self::GetKey => "get the key",
            Self::CreateKey => "create the key",
            Self::UpdateKey => "update the key",
            Self::RotateKey => "rotate the key",
            Self::RevokeKey => "revoke the key",
            Self::WhoAmI => "check the credential",
            Self::Identify => "identify the secret",
        })
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An argument of creating, updating or rotating a key that a vendor may or may not support.
///
/// The name of a new key is always supported, so it is not among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// Access to everything.
    Admin,
    /// Access through scopes.
    Scopes,
    /// A limit in this unit.
    Limit(Unit),
    /// How often the limit resets.
    Reset,
    /// An expiry.
    Expiry,
    /// The container.
    Container,
    /// The owner.
    Owner,
    /// Disabling a key, and enabling it again.
    Disabled,
    /// A new name for an existing key.
    Name,
    /// A period in which the old and the new secret both work after a rotation.
    KeepOld,
    /// An option that only this vendor has, under the vendor's name.
    Extra(Cow<'static, str>),
}

impl Field {
    /// Creates an option that only this vendor has.
    #[must_use]
    pub const fn extra(name: &'static str) -> Self {
        Self::Extra(Cow::Borrowed(name))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("admin access"),
            Self::Scopes => f.write_str("scopes"),
            Self::Limit(unit) => write!(f, "a limit in {unit}"),
            Self::Reset => f.write_str("a reset interval"),
            Self::Expiry => f.write_str("an expiry"),
            Self::Container => f.write_str("a container"),
            Self::Owner => f.write_str("an owner"),
            Self::Disabled => f.write_str("disabling or enabling"),
            Self::Name => f.write_str("a new name"),
            Self::KeepOld => f.write_str("a period in which both secrets work"),
            Self::Extra(name) => write!(f, "the option `{name}`"),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a provider can do.
///
/// What a provider declares works. Everything else is refused before a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is a fact of its own, not part of a state"
)]
pub struct Capabilities {
    /// Whether the vendor can look up one key. If not, a key is found by listing.
    pub get: bool,
    /// The supported arguments of creating a key, or `None` if the provider cannot create keys.
    pub create: Option<&'static [Field]>,
    /// The values that the vendor returns for a new key besides its secret, under the vendor's names.
    pub secret_parts: &'static [&'static str],
    /// The fields of a key that can be updated, or `None` if there are none.
    pub update: Option<&'static [Field]>,
    /// The supported arguments of rotating a key, or `None` if the provider cannot rotate keys.
    pub rotate: Option<&'static [Field]>,
    /// Whether the provider can revoke keys.
    pub revoke: bool,
    /// Whether the provider can check the account's own credential.
    pub whoami: bool,
    /// Whether the provider can find the key that a secret belongs to.
    pub identify: bool,
}

impl Capabilities {
    /// Listing keys, which every provider can.
    pub const LIST_ONLY: Self = Self {
        get: false,
        create: None,
        secret_parts: &[],
        update: None,
        rotate: None,
        revoke: false,
        whoami: false,
        identify: false,
    };

    /// Adds looking up one key.
    #[must_use]
    pub const fn with_get(mut self) -> Self {
        self.get = true;
        self
    }

    /// Adds creating keys, with these arguments besides the name.
    #[must_use]
    pub const fn with_create(mut self, fields: &'static [Field]) -> Self {
        self.create = Some(fields);
        self
    }

    /// Adds the values that the vendor returns for a new key besides its secret, under the vendor's names.
    #[must_use]
    pub const fn with_secret_parts(mut self, parts: &'static [&'static str]) -> Self {
        self.secret_parts = parts;
        self
    }

    /// Adds updating these fields of a key.
    #[must_use]
    pub const fn with_update(mut self, fields: &'static [Field]) -> Self {
        self.update = Some(fields);
        self
    }

    /// Adds rotating keys, with these arguments.
    #[must_use]
    pub const fn with_rotate(mut self, fields: &'static [Field]) -> Self {
        self.rotate = Some(fields);
        self
    }

    /// Adds revoking keys.
    #[must_use]
    pub const fn with_revoke(mut self) -> Self {
        self.revoke = true;
        self
    }

    /// Adds checking the account's own credential.
    #[must_use]
    pub const fn with_whoami(mut self) -> Self {
        self.whoami = true;
        self
    }

    /// Adds finding the key that a secret belongs to.
    #[must_use]
    pub const fn with_identify(mut self) -> Self {
        self.identify = true;
        self
    }

    /// Returns whether a [`Provider`](crate::Provider) can perform an operation. A key can always be looked up,
    /// if necessary by listing.
    #[must_use]
    pub const fn can(&self, operation: Operation) -> bool {
        match operation {
            Operation::ListKeys | Operation::ListContainers | Operation::GetKey => true,
            Operation::CreateKey => self.create.is_some(),
            Operation::UpdateKey => self.update.is_some(),
            Operation::RotateKey => self.rotate.is_some(),
            Operation::RevokeKey => self.revoke,
            Operation::WhoAmI => self.whoami,
            Operation::Identify => self.identify,
        }
    }
}
