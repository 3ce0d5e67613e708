//! Types for OpenRouter's JSON.

use keyroster_core::{Change, Decimal, Timestamp};
use keyroster_http::json::{Discarded, Field, Id};
use keyroster_http::record;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// The envelope of most responses.
#[derive(Debug, Deserialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// A page of workspaces.
#[derive(Debug, Deserialize)]
pub(crate) struct WorkspacePage {
    pub(crate) data: Vec<WorkspaceRow>,
    #[serde(default)]
    pub(crate) total_count: Field<u64>,
}

record! {
    /// A workspace.
    pub(crate) struct WorkspaceRow {
        id: Id = "id",
        name: String = "name",
    }
}

record! {
    /// A key (OpenAPI, 2026-10-30). Older responses lack the newest fields.
    pub(crate) struct KeyRow {
        hash: Id = "hash",
        /// Only in the response to a create, according to OpenRouter's rotation guide. It is never kept.
        secret: Discarded = "key",
        name: String = "name",
        label: String = "label",
        disabled: bool = "disabled",
        limit: Decimal = "limit",
        limit_remaining: Decimal = "limit_remaining",
        limit_reset: String = "limit_reset",
        include_byok_in_limit: bool = "include_byok_in_limit",
        usage: Decimal = "usage",
        usage_daily: Decimal = "usage_daily",
        usage_weekly: Decimal = "usage_weekly",
        usage_monthly: Decimal = "usage_monthly",
        byok_usage: Decimal = "byok_usage",
        byok_usage_daily: Decimal = "byok_usage_daily",
        byok_usage_weekly: Decimal = "byok_usage_weekly",
        byok_usage_monthly: Decimal = "byok_usage_monthly",
        created_at: Timestamp = "created_at",
        updated_at: Timestamp = "updated_at",
        last_used_at: Timestamp = "last_used_at",
        expires_at: Timestamp = "expires_at",
        creator_user_id: String = "creator_user_id",
        external_user: String = "external_user",
        workspace_id: String = "workspace_id",
        /// Only in the response of `GET /key`.
        is_management_key: bool = "is_management_key",
        /// The older name of `is_management_key`.
        is_provisioning_key: bool = "is_provisioning_key",
    }
}

/// The response to a deletion.
#[derive(Debug, Deserialize)]
pub(crate) struct Deleted {
    pub(crate) deleted: bool,
}

/// Whether a body is an error of OpenRouter: `{"error": {"code": 404, "message": "…"}}`, where the code repeats the
/// status (OpenAPI, 2026-10-30). It is a number in the schema, but text in some responses.
pub(crate) fn is_own_error(status: u16, body: &Value) -> bool {
    let Some(error) = body.get("error") else { return false };
    let code = match error.get("code") {
        Some(Value::Number(code)) => code.as_u64(),
        Some(Value::String(code)) => code.parse().ok(),
        _ => None,
    };
    code == Some(status.into()) && error.get("message").is_some_and(Value::is_string)
}

/// What OpenRouter says with a 401 if it saw no key at all (OpenAPI, 2026-10-30; observed by users). That says nothing
/// of the key.
pub(crate) const SAW_NO_KEY: [&str; 3] = [
    "Missing Authentication header",
    "No auth credentials found",
    "No cookie auth credentials found",
];

/// A number with exactly the requested digits.
pub(crate) type Number = Box<RawValue>;

/// The body of a create. Absent fields are not sent.
#[derive(Debug, Serialize)]
pub(crate) struct NewKey<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit_reset: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include_byok_in_limit: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) creator_user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace_id: Option<&'a str>,
}

/// The body of an update. Unchanged fields are not sent. Removed ones are sent as null.
#[derive(Debug, Serialize)]
pub(crate) struct KeyChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disabled: Option<bool>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub(crate) limit: Change<Number>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub(crate) limit_reset: Change<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include_byok_in_limit: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workspace_id: Option<&'a str>,
}
