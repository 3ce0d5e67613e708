//! Checks requests before anything is sent: against rules that hold for every vendor, and against what the
//! provider can do.

use std::collections::BTreeSet;

use crate::error::{Error, ErrorKind, Result};
use crate::info::{Field, ProviderInfo};
use crate::record::decimal::{Amount, Unit};
use crate::record::extras::Extras;
use crate::record::key::Access;
use crate::record::time::Timestamp;
use crate::request::{Change, CreateKey, RotateKey, UpdateKey};

pub(crate) fn create(request: &CreateKey, provider: &ProviderInfo, now: Timestamp) -> Result<()> {
    check_name(&request.name)?;
    check_limit(request.limit.as_ref())?;
    if request.expires_at.is_some_and(|at| at <= now) {
        return Err(invalid("the expiry is in the past").with_help("set a later time"));
    }
    if request.reset.is_some() && request.limit.is_none() {
        return Err(invalid("a reset needs a limit").with_help("set a limit too"));
    }
    let mut fields = Vec::new();
    match &request.access {
        Access::Admin => fields.push(Field::Admin),
        Access::Scoped { scopes } if scopes.is_empty() => {
            return Err(invalid("scoped access needs at least one scope")
                .with_help("name a scope, or request admin access"));
        }
        Access::Scoped { .. } => fields.push(Field::Scopes),
        Access::Unknown => {}
    }
    fields.extend(request.limit.iter().map(|limit| Field::Limit(limit.unit.clone())));
    fields.extend(request.reset.iter().map(|_| Field::Reset));
    fields.extend(request.expires_at.map(|_| Field::Expiry));
    fields.extend(request.container.iter().map(|_| Field::Container));
    fields.extend(request.owner.iter().map(|_| Field::Owner));
    fields.extend(extra_fields(&request.extras));
    check_fields(&fields, provider.capabilities.create, provider, "for new keys")
}

pub(crate) fn update(request: &UpdateKey, provider: &ProviderInfo, now: Timestamp) -> Result<()> {
    if request.is_empty() {
        return Err(invalid("nothing is to be changed").with_help("set at least one field"));
    }
    if let Some(name) = &request.name {
        check_name(name)?;
    }
    check_limit(request.limit.set())?;
    if request.expires_at.set().is_some_and(|at| *at <= now) {
        return Err(
            invalid("the expiry is in the past").with_help("set a later time, or revoke the key")
        );
    }
    let supported = provider.capabilities.update.unwrap_or_default();
    let mut fields = Vec::new();
    fields.extend(request.name.iter().map(|_| Field::Name));
    fields.extend(request.disabled.map(|_| Field::Disabled));
    match &request.limit {
        Change::Keep => {}
        Change::Set(limit) => fields.push(Field::Limit(limit.unit.clone())),
        // A vendor that sets limits in any unit can also remove them.
        Change::Clear => {
            let limit = supported.iter().find(|field| matches!(field, Field::Limit(_)));
            fields.push(limit.cloned().unwrap_or(Field::Limit(Unit::from_static("any"))));
        }
    }
    fields.extend((!request.reset.is_keep()).then_some(Field::Reset));
    fields.extend((!request.expires_at.is_keep()).then_some(Field::Expiry));
    fields.extend(request.access.iter().map(|access| match access {
        Access::Admin => Field::Admin,
        Access::Scoped { .. } | Access::Unknown => Field::Scopes,
    }));
    fields.extend(request.container.iter().map(|_| Field::Container));
    fields.extend(extra_fields(&request.extras));
    check_fields(&fields, provider.capabilities.update, provider, "in an update")
}

pub(crate) fn rotate(request: &RotateKey, provider: &ProviderInfo, now: Timestamp) -> Result<()> {
    let instants = [
        (request.expires_at, "the expiry"),
        (request.keep_old_until, "the end of the old secret's validity"),
    ];
    for (at, name) in instants {
        if at.is_some_and(|at| at <= now) {
            return Err(invalid(format!("{name} is in the past")).with_help("set a later time"));
        }
    }
    let mut fields = Vec::new();
    fields.extend(request.keep_old_until.map(|_| Field::KeepOld));
    fields.extend(request.expires_at.map(|_| Field::Expiry));
    fields.extend(extra_fields(&request.extras));
    check_fields(&fields, provider.capabilities.rotate, provider, "in a rotation")
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}

fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(invalid("the name is empty").with_help("set a name"));
    }
    Ok(())
}

fn check_limit(limit: Option<&Amount>) -> Result<()> {
    match limit {
        Some(limit) if limit.amount.is_negative() => {
            Err(invalid(format!("the limit {limit} is negative"))
                .with_help("set a limit of zero or more"))
        }
        _ => Ok(()),
    }
}

fn extra_fields(extras: &Extras) -> impl Iterator<Item = Field> {
    extras.iter().map(|(name, _)| Field::Extra(name.clone().into()))
}

/// Refuses the first field that the vendor does not support, by name.
fn check_fields(
    fields: &[Field],
    supported: Option<&[Field]>,
    provider: &ProviderInfo,
    place: &str,
) -> Result<()> {
    let supported = supported.unwrap_or_default();
    let Some(field) = fields.iter().find(|field| !supported.contains(field)) else {
        return Ok(());
    };
    let vendor = &provider.display_name;
    let known: BTreeSet<String> = supported.iter().map(ToString::to_string).collect();
    let known: Vec<String> = known.into_iter().collect();
    let help = if known.is_empty() {
        format!("leave it out; {vendor} supports no options {place}; nothing was sent")
    } else {
        let known = known.join(", ");
        format!("leave it out; {vendor} supports {known} {place}; nothing was sent")
    };
    let message = format!("{vendor} does not support {field} {place}");
    Err(Error::new(ErrorKind::Unsupported, message).with_help(help))
}
