//! Asking for changes, and what came of them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    Access, Amount, ApiKey, Capabilities, Error, ErrorKind, Expiry, Extras, Field, KeyId, Owner,
    Quota, Reset, Result, Secret, Timestamp, Usage, Warning,
};

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

    /// Checks what holds for every vendor, and that this one honours each field asked for.
    pub(crate) fn check(&self, can: &Capabilities, now: Timestamp) -> Result<()> {
        check_name(&self.name)?;
        check_limit(self.limit.as_ref())?;
        if self.expires_at.is_some_and(|at| at <= now) {
            return Err(invalid("the expiry is in the past").with_help("give a later instant"));
        }
        if self.reset.is_some() && self.limit.is_none() {
            return Err(invalid("a reset is given without a limit").with_help("give a limit too"));
        }
        let mut asked = Vec::new();
        match &self.access {
            Access::Admin => asked.push(Field::Admin),
            Access::Scoped { scopes } if scopes.is_empty() => {
                return Err(invalid("access is scoped, and no scope is named")
                    .with_help("name at least one scope, or ask for admin access"));
            }
            Access::Scoped { .. } => asked.push(Field::Scopes),
            Access::Unknown => {}
        }
        asked.extend(self.limit.iter().map(|limit| Field::Limit(limit.unit.clone())));
        asked.extend(self.reset.iter().map(|_| Field::Reset));
        asked.extend(self.expires_at.map(|_| Field::Expiry));
        asked.extend(self.container.iter().map(|_| Field::Container));
        asked.extend(self.owner.iter().map(|_| Field::Owner));
        asked.extend(self.extras.iter().map(|(name, _)| Field::Extra(name.clone().into())));
        check_fields(&asked, can.create.unwrap_or_default(), "creates keys")
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

    /// Checks what holds for every vendor, and that this one can change each field named.
    pub(crate) fn check(&self, can: &Capabilities, now: Timestamp) -> Result<()> {
        if self.is_empty() {
            return Err(invalid("no change is named").with_help("name at least one field"));
        }
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        check_limit(self.limit.set())?;
        if self.expires_at.set().is_some_and(|at| *at <= now) {
            return Err(invalid("the expiry is in the past")
                .with_help("give a later instant, or revoke the key"));
        }
        let supported = can.update.unwrap_or_default();
        let mut asked = Vec::new();
        asked.extend(self.name.iter().map(|_| Field::Name));
        asked.extend(self.disabled.map(|_| Field::Disabled));
        match &self.limit {
            Change::Keep => {}
            Change::Set(limit) => asked.push(Field::Limit(limit.unit.clone())),
            // Whoever can set a limit in any unit can take it away.
            Change::Clear => {
                let limit = supported.iter().find(|field| matches!(field, Field::Limit(_)));
                asked.push(limit.cloned().unwrap_or(Field::Limit(crate::Unit::from_static("any"))));
            }
        }
        asked.extend((!self.reset.is_keep()).then_some(Field::Reset));
        asked.extend((!self.expires_at.is_keep()).then_some(Field::Expiry));
        asked.extend(self.access.iter().map(|access| match access {
            Access::Admin => Field::Admin,
            Access::Scoped { .. } | Access::Unknown => Field::Scopes,
        }));
        asked.extend(self.container.iter().map(|_| Field::Container));
        asked.extend(self.extras.iter().map(|(name, _)| Field::Extra(name.clone().into())));
        check_fields(&asked, supported, "changes keys")
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

impl RotateKey {
    /// Checks what holds for every vendor, and that this one honours each field asked for.
    pub(crate) fn check(&self, can: &Capabilities, now: Timestamp) -> Result<()> {
        for (at, what) in
            [(self.expires_at, "the expiry"), (self.old_works_until, "the overlap's end")]
        {
            if at.is_some_and(|at| at <= now) {
                return Err(
                    invalid(format!("{what} is in the past")).with_help("give a later instant")
                );
            }
        }
        let mut asked = Vec::new();
        asked.extend(self.old_works_until.map(|_| Field::Overlap));
        asked.extend(self.expires_at.map(|_| Field::Expiry));
        asked.extend(self.extras.iter().map(|(name, _)| Field::Extra(name.clone().into())));
        check_fields(&asked, can.rotate.unwrap_or_default(), "rotates keys")
    }
}

/// A key that was just made or rotated, with its secret, which the vendor shows this once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreatedKey {
    /// The record. When it could not be read back, it holds what is known, and `warnings` says so.
    pub key: ApiKey,
    /// Whether the record is the vendor's; false when it holds no more than what was asked for.
    pub complete: bool,
    /// The value that authenticates.
    pub secret: Secret,
    /// Further values that the vendor handed out, by the vendor's names (Pinata: `pinata_api_secret`).
    pub parts: Vec<(String, Secret)>,
    /// What the caller should know.
    pub warnings: Vec<Warning>,
}

impl CreatedKey {
    /// A record and its secret.
    #[must_use]
    pub fn new(key: ApiKey, secret: Secret) -> Self {
        Self { key, complete: true, secret, parts: Vec::new(), warnings: Vec::new() }
    }

    /// A secret whose record the vendor's answer does not tell; the handle looks it up by its id.
    #[must_use]
    pub fn without_record(key: ApiKey, secret: Secret) -> Self {
        Self { complete: false, ..Self::new(key, secret) }
    }
}

/// What is known of a key that may have been created unseen, to find it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Orphan {
    /// The name that was asked for.
    pub name: String,
    /// The container that was asked for.
    pub container: Option<String>,
    /// When the request was first sent, by this machine's clock.
    pub sent_at: Timestamp,
}

impl Orphan {
    /// What a create request left behind, perhaps.
    #[must_use]
    pub fn new(request: &CreateKey, sent_at: Timestamp) -> Self {
        Self { name: request.name.clone(), container: request.container.clone(), sent_at }
    }
}

/// A key that an unanswered create may have left behind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Suspect {
    /// Its record.
    pub key: ApiKey,
    /// Whether the vendor dates it after the request was sent. Otherwise it may be an older key of the same
    /// name, in good use: the vendor's clock may be behind, or it dates no keys.
    pub made_since: bool,
}

/// What looking for an orphan found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reconciliation {
    /// The keys that may be it.
    pub suspects: Vec<Suspect>,
    /// Why it may have been overlooked.
    pub warnings: Vec<Warning>,
}

/// What came of revoking a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Revocation {
    /// The vendor revoked it.
    Revoked,
    /// The vendor does not know such a key: it was gone already, or never was.
    AlreadyGone,
    /// The vendor does not know such a key any longer, and an earlier attempt of the same request went
    /// unanswered: by which of the two it is gone, cannot be told.
    Gone,
}

/// Whose credential the account's own is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Principal {
    /// The key's handle, where it can be known.
    pub key_id: Option<KeyId>,
    /// The masked form of the credential, as the vendor shows it.
    pub hint: Option<String>,
    /// What the credential may do.
    pub access: Access,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Its allowance.
    pub quota: Quota,
    /// What it has used.
    pub usage: Vec<Usage>,
    /// When it stops by itself.
    pub expiry: Expiry,
    /// The vendor's fields that have no common place.
    pub extras: Extras,
}

impl Principal {
    /// A credential that works, of which nothing else is known.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key_id: None,
            hint: None,
            access: Access::Unknown,
            owner: None,
            quota: Quota::default(),
            usage: Vec::new(),
            expiry: Expiry::Unknown,
            extras: Extras::default(),
        }
    }
}

impl Principal {
    /// Adds what the credential's record tells.
    pub(crate) fn complete(&mut self, record: ApiKey) {
        self.access = record.access;
        self.owner = record.owner.or(self.owner.take());
        self.quota = record.quota;
        self.usage = record.usage;
        if self.expiry == Expiry::Unknown {
            self.expiry = record.expiry;
        }
    }

    /// The records that may be this credential's: the one of its id, or failing that those of its
    /// masked form and owner. Where several are, usage decides; it moves, so it never rules out all.
    pub(crate) fn candidates(&self, mut keys: Vec<ApiKey>) -> Vec<ApiKey> {
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

impl Default for Principal {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a secret works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

/// Whose key a secret belongs to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Identification {
    /// Whether the secret works.
    pub liveness: Liveness,
    /// What the secret says of itself, or the vendor of it.
    pub principal: Principal,
    /// The records that it can belong to: one when it is certain, none when the account has no such key.
    pub keys: Vec<ApiKey>,
    /// By what it was told, as sentences for people.
    pub evidence: Vec<String>,
}

impl Identification {
    /// An answer without evidence yet.
    #[must_use]
    pub fn new(liveness: Liveness, principal: Principal) -> Self {
        Self { liveness, principal, keys: Vec::new(), evidence: Vec::new() }
    }

    /// The same answer with one more sentence of evidence.
    #[must_use]
    pub fn because(mut self, sentence: impl Into<String>) -> Self {
        self.evidence.push(sentence.into());
        self
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}

fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(invalid("the name is empty").with_help("give the key a name"));
    }
    Ok(())
}

fn check_limit(limit: Option<&Amount>) -> Result<()> {
    match limit {
        Some(limit) if limit.amount.is_negative() => {
            Err(invalid(format!("the limit {limit} is negative"))
                .with_help("give a limit of nought or more"))
        }
        _ => Ok(()),
    }
}

/// Refuses the first field that the vendor does not honour, by name.
fn check_fields(asked: &[Field], supported: &[Field], does: &str) -> Result<()> {
    let Some(field) = asked.iter().find(|field| !supported.contains(field)) else {
        return Ok(());
    };
    let known: BTreeSet<String> = supported.iter().map(ToString::to_string).collect();
    let known: Vec<String> = known.into_iter().collect();
    let help = if known.is_empty() {
        format!("leave it out; the vendor {does} without options; nothing was sent")
    } else {
        format!("leave it out; the vendor {does} with {}; nothing was sent", known.join(", "))
    };
    Err(Error::new(ErrorKind::Unsupported, format!("the vendor does not offer {field}"))
        .with_help(help))
}
