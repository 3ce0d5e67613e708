//! The bodies of create and update requests, validated by the official OpenAPI of 2026-10-30.

use serde_json::{Map, Value};

use super::state::{Change, NewKey, Reset, State};
use crate::clock::parse_utc;
use crate::exchange::{Problem, kind};
use crate::token::is_uuid;

/// What is wrong with a body.
#[derive(Debug)]
pub(super) enum Invalid {
    Field(Problem),
    /// A PATCH without a known field.
    Nothing,
    /// A PATCH to a workspace that does not exist.
    Workspace,
}

impl From<Problem> for Invalid {
    fn from(problem: Problem) -> Self {
        Self::Field(problem)
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(other) => Err(wrong("body", "an object", &other)),
        Err(_) => Err(Problem::new("body", "must be JSON")),
    }
}

pub(super) fn create(body: &[u8], state: &State) -> Result<NewKey, Problem> {
    // Fields that are not in the schema are ignored: `label` of old documents, and `disabled`,
    // which only PATCH can set.
    let body = object(body)?;
    let name = body.get("name").ok_or_else(|| Problem::new("name", "is required"))?;
    let workspace = match body.get("workspace_id") {
        None => 0,
        Some(id) => {
            let unknown = || Problem::new("workspace_id", "is not a workspace of this account");
            state.workspace(&uuid(id)?).ok_or_else(unknown)?
        }
    };
    Ok(NewKey {
        name: string("name", name, 1, 256)?,
        limit: body.get("limit").map_or(Ok(None), limit)?,
        reset: body.get("limit_reset").map_or(Ok(None), reset)?,
        byok_in_limit: body
            .get("include_byok_in_limit")
            .map_or(Ok(false), |value| boolean("include_byok_in_limit", value))?,
        expires: match body.get("expires_at") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let wanted = "a UTC time with seconds, such as 2027-12-31T23:59:59Z";
                let instant = value.as_str().and_then(parse_utc);
                Some(instant.ok_or_else(|| wrong("expires_at", wanted, value))?)
            }
        },
        creator: match body.get("creator_user_id") {
            None | Some(Value::Null) => None,
            Some(value) => Some(string("creator_user_id", value, 1, usize::MAX)?),
        },
        external_user: body.get("external").map(external).transpose()?,
        workspace,
    })
}

pub(super) fn change(body: &[u8], state: &State) -> Result<Change, Invalid> {
    let body = object(body)?;
    let flag = |field| body.get(field).map(|value| boolean(field, value)).transpose();
    let change = Change {
        name: body.get("name").map(|value| string("name", value, 1, 256)).transpose()?,
        disabled: flag("disabled")?,
        limit: body.get("limit").map(limit).transpose()?,
        reset: body.get("limit_reset").map(reset).transpose()?,
        byok_in_limit: flag("include_byok_in_limit")?,
        workspace: match body.get("workspace_id") {
            None => None,
            Some(id) => Some(state.workspace(&uuid(id)?).ok_or(Invalid::Workspace)?),
        },
    };
    if change == Change::default() { Err(Invalid::Nothing) } else { Ok(change) }
}

fn string(
    field: &'static str,
    value: &Value,
    shortest: usize,
    longest: usize,
) -> Result<String, Problem> {
    let text = value.as_str().ok_or_else(|| wrong(field, "a string", value))?;
    let length = text.chars().count();
    if length < shortest || length > longest {
        let bounds = if longest == usize::MAX {
            format!("at least {shortest}")
        } else {
            format!("{shortest} to {longest}")
        };
        return Err(Problem::new(field, format!("must have {bounds} characters")));
    }
    Ok(text.to_owned())
}

fn limit(value: &Value) -> Result<Option<f64>, Problem> {
    if value.is_null() {
        return Ok(None);
    }
    let limit = value.as_f64().filter(|limit| (0.0..1_000_000.0).contains(limit));
    let wanted = "null or a number from 0 to below 1000000";
    limit.map(Some).ok_or_else(|| wrong("limit", wanted, value))
}

fn reset(value: &Value) -> Result<Option<Reset>, Problem> {
    match value.as_str() {
        None if value.is_null() => Ok(None),
        Some("daily") => Ok(Some(Reset::Daily)),
        Some("weekly") => Ok(Some(Reset::Weekly)),
        Some("monthly") => Ok(Some(Reset::Monthly)),
        _ => Err(wrong("limit_reset", "daily, weekly, monthly or null", value)),
    }
}

fn boolean(field: &'static str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| wrong(field, "a boolean", value))
}

fn uuid(value: &Value) -> Result<String, Problem> {
    let id = value.as_str().filter(|id| is_uuid(id));
    id.map(str::to_owned).ok_or_else(|| wrong("workspace_id", "a UUID", value))
}

fn external(value: &Value) -> Result<String, Problem> {
    let user = value.get("user").and_then(Value::as_str).map(str::trim);
    let fits = |user: &&str| (1..=512).contains(&user.chars().count()) && !user.contains('\0');
    let user = user.filter(fits);
    let user =
        user.ok_or_else(|| Problem::new("external.user", "must have 1 to 512 characters"))?;
    if let Some(key) = value.get("api_key") {
        string("external.api_key", key, 32, 512)?;
    }
    Ok(user.to_owned())
}

fn wrong(field: &'static str, wanted: &str, found: &Value) -> Problem {
    Problem::new(field, format!("must be {wanted}, not {}", kind(found)))
}
