//! What a provider is and can do.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::page::Paging;
use crate::record::decimal::Unit;
use crate::record::id::ProviderId;

/// What a provider is, how it pages, and what it can do.
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
    /// The provider's name in settings and records.
    pub id: ProviderId,
    /// The vendor's name for people.
    pub display_name: Cow<'static, str>,
    /// Where the vendor documents its key-management API.
    pub docs_url: Cow<'static, str>,
    /// How the vendor pages its keys.
    pub paging: Paging,
    /// The containers whose keys have to be asked for one by one, if there are any.
    pub containers: Option<Containers>,
    /// Keys that the vendor issues and lists nowhere, in the vendor's word and the plural, if there are any.
    pub unlisted: Option<&'static str>,
    /// What it can do.
    pub capabilities: Capabilities,
}

impl ProviderInfo {
    /// A provider whose keys lie in one list.
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
            capabilities,
        }
    }

    /// The same provider, whose keys lie in one list a container.
    #[must_use]
    pub const fn with_containers(mut self, kind: &'static str, paging: Paging) -> Self {
        self.containers = Some(Containers { kind, paging });
        self
    }

    /// The same provider, whose vendor lists these keys nowhere, as `management keys`.
    #[must_use]
    pub const fn with_unlisted(mut self, keys: &'static str) -> Self {
        self.unlisted = Some(keys);
        self
    }
}

/// Containers whose keys have to be asked for one by one.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Containers {
    /// The vendor's word, in the singular and lower case, as `workspace`.
    pub kind: &'static str,
    /// How the vendor pages its containers.
    pub paging: Paging,
}

/// Something that one asks of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// List the keys.
    ListKeys,
    /// List the containers that hold keys.
    ListContainers,
    /// Look up one key.
    GetKey,
    /// Make a key.
    CreateKey,
    /// Change a key.
    UpdateKey,
    /// Give a key a new secret in place of its old one.
    RotateKey,
    /// Turn a key off for good.
    RevokeKey,
    /// Ask whose credential the account's own is.
    WhoAmI,
    /// Ask whose key a secret belongs to.
    Identify,
}

impl Operation {
    /// What one may ask of a key, in the order in which matrices show it.
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

    /// The operation as a short name: `list`, `create`.
    #[must_use]
    pub const fn name(self) -> &'static str {
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
    /// The operation as words that follow "cannot".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ListKeys => "list keys",
            Self::ListContainers => "list the containers of keys",
            Self::GetKey => "get the key",
            Self::CreateKey => "create the key",
            Self::UpdateKey => "change the key",
            Self::RotateKey => "rotate the key",
            Self::RevokeKey => "revoke the key",
            Self::WhoAmI => "check the credential",
            Self::Identify => "identify the secret",
        })
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// An argument of creating or changing a key that a vendor may or may not honour.
///
/// A name is always allowed and so is no field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// Access to everything.
    Admin,
    /// Access through scopes.
    Scopes,
    /// A limit, in this unit.
    Limit(Unit),
    /// When the limit starts anew.
    Reset,
    /// An expiry.
    Expiry,
    /// The container.
    Container,
    /// The owner.
    Owner,
    /// Off for now, or on again.
    Disabled,
    /// The name, when a key is changed.
    Name,
    /// A time in which the old secret works beside the new one, when a key is rotated.
    Overlap,
    /// An option of the vendor's own, by the vendor's name.
    Extra(Cow<'static, str>),
}

impl Field {
    /// An option of the vendor's own.
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
            Self::Reset => f.write_str("a reset of the limit"),
            Self::Expiry => f.write_str("an expiry"),
            Self::Container => f.write_str("a container"),
            Self::Owner => f.write_str("an owner"),
            Self::Disabled => f.write_str("disabling or enabling"),
            Self::Name => f.write_str("a new name"),
            Self::Overlap => f.write_str("a time in which both secrets work"),
            Self::Extra(name) => write!(f, "the option `{name}`"),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a provider can do: what it declares works, and what it does not declare refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state")]
pub struct Capabilities {
    /// Whether the vendor looks up one key; without it a key is found by listing.
    pub get: bool,
    /// The arguments of creating a key; none if it cannot.
    pub create: Option<&'static [Field]>,
    /// The values that a create hands out beside the secret, by the vendor's names.
    pub secret_parts: &'static [&'static str],
    /// What can be changed of a key; none if nothing.
    pub update: Option<&'static [Field]>,
    /// What may be asked of giving a key a new secret in place; none if it cannot.
    pub rotate: Option<&'static [Field]>,
    /// Whether it revokes keys.
    pub revoke: bool,
    /// Whether it checks the account's own credential.
    pub whoami: bool,
    /// Whether it tells whose key a secret belongs to.
    pub identify: bool,
}

impl Capabilities {
    /// Listing alone, which every provider can.
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

    /// Adds creating keys with these arguments beside the name.
    #[must_use]
    pub const fn with_create(mut self, fields: &'static [Field]) -> Self {
        self.create = Some(fields);
        self
    }

    /// Adds the values that a create hands out beside the secret, by the vendor's names.
    #[must_use]
    pub const fn with_secret_parts(mut self, parts: &'static [&'static str]) -> Self {
        self.secret_parts = parts;
        self
    }

    /// Adds changing these fields of a key.
    #[must_use]
    pub const fn with_update(mut self, fields: &'static [Field]) -> Self {
        self.update = Some(fields);
        self
    }

    /// Adds giving a key a new secret in place, with these arguments.
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

    /// Adds telling whose key a secret belongs to.
    #[must_use]
    pub const fn with_identify(mut self) -> Self {
        self.identify = true;
        self
    }

    /// Whether the handle can do it: a key can always be looked up, at worst by listing.
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
