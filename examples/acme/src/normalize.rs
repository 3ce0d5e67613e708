//! Turns Acme's JSON into records.

use keyroster_core::{Access, ApiKey, Container, Expiry, LastUsed, State};
use keyroster_http::json::{EpochMillis, Id};
use serde_json::Value;

use crate::{ID, wire};

/// The record of a key, or `None` if it has no `id`: nothing can be done with such a key.
pub(crate) fn key(mut wire: wire::KeyRow) -> Option<ApiKey> {
    let mut key = ApiKey::new(ID, wire.id.take()?.into_text());
    key.name = wire.label.take();
    // Acme deletes revoked keys, so a listed key is not revoked.
    key.state = State::new(wire.enabled.take().map(|enabled| !enabled), Some(false));
    key.access = access(&mut wire);
    key.container = wire.project.take().map(|id| Container::new("project", Id::into_text(id)));
    key.created_at = wire.created.take().map(EpochMillis::instant);
    key.expiry = match wire.expires.take() {
        Some(at) => Expiry::At { at: at.instant() },
        None if wire.expires.is_null() => Expiry::Never,
        None => Expiry::Unknown,
    };
    key.last_used = match wire.seen.take() {
        Some(at) => LastUsed::At { at: at.instant() },
        None if wire.seen.is_null() => LastUsed::Never,
        None => LastUsed::Unknown,
    };
    key.extras = wire.leftovers();
    Some(key)
}

/// A role that is not known proves nothing, and is kept in the extras.
fn access(wire: &mut wire::KeyRow) -> Access {
    let (role, grants) = (wire.role.take(), wire.grants.take());
    let access = match (role.as_deref(), grants.as_ref().and_then(scopes)) {
        (Some("full"), _) => Access::Admin,
        (Some("limited"), Some(scopes)) => return Access::scoped(scopes),
        _ => Access::Unknown,
    };
    wire.role.keep(role.filter(|_| access == Access::Unknown));
    wire.grants.keep(grants);
    access
}

/// The names of the grants, or `None` if one of them is not a string.
fn scopes(grants: &Value) -> Option<Vec<&str>> {
    grants.as_array()?.iter().map(Value::as_str).collect()
}
