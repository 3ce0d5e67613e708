//! The body of a create request.

use serde_json::{Map, Value, json};

use super::quirks::{PinataQuirks, ZeroUses};
use super::state::{NewKey, Scopes};
use super::wire::Generation;
use crate::exchange::{Problem, kind};

/// Every v3 resource (npm pinata 2.5.6, `core/types/keys.ts`).
const RESOURCES: [&str; 10] = [
    "org:read",
    "org:write",
    "org:files:read",
    "org:files:write",
    "org:groups:read",
    "org:groups:write",
    "org:gateways:read",
    "org:gateways:write",
    "org:analytics:read",
    "org:analytics:write",
];

pub(super) fn parse(
    body: Option<&Value>,
    generation: Generation,
    quirks: &PinataQuirks,
) -> Result<NewKey, Problem> {
    let empty = Map::new();
    let body = match body {
        None => &empty,
        Some(Value::Object(body)) => body,
        Some(other) => return Err(wrong("body", "an object", other)),
    };
    let alias = quirks.accept_keyname.then(|| body.get("keyname")).flatten();
    let name = match body.get("keyName").or(alias) {
        Some(Value::String(name)) if !name.is_empty() => name.clone(),
        Some(Value::String(_)) => {
            return Err(Problem::new("keyName", "is not allowed to be empty"));
        }
        None => return Err(Problem::new("keyName", "is required")),
        Some(other) => return Err(wrong("keyName", "a string", other)),
    };
    let max_uses = match body.get("maxUses") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            Some(number.ok_or_else(|| wrong("maxUses", "a whole number from 0", value))?)
        }
    };
    let max_uses = max_uses.filter(|max| *max > 0 || quirks.zero_uses == ZeroUses::Exhausted);
    let scopes = match body.get("permissions") {
        Some(Value::Object(permissions)) => scopes(permissions, generation, quirks)?,
        None if generation == Generation::V3 => {
            Scopes { shown: json!({"admin": false}), admin: false, org_write: false }
        }
        None => return Err(Problem::new("permissions", "is required")),
        Some(other) => return Err(wrong("permissions", "an object", other)),
    };
    Ok(NewKey { name, max_uses, scopes })
}

fn scopes(
    permissions: &Map<String, Value>,
    generation: Generation,
    quirks: &PinataQuirks,
) -> Result<Scopes, Problem> {
    let admin = match permissions.get("admin") {
        None => false,
        Some(Value::Bool(admin)) => *admin,
        Some(other) => return Err(wrong("permissions.admin", "a boolean", other)),
    };
    let endpoints = permissions.get("endpoints");
    if let Some(endpoints) = endpoints {
        check_endpoints(endpoints)?;
        if quirks.strict_admin_xor_endpoints && permissions.contains_key("admin") {
            let text = "conflicts with permissions.admin";
            return Err(Problem::new("permissions.endpoints", text));
        }
    }
    // The legacy API has no resources, and ignores unknown members.
    let v3 = generation == Generation::V3;
    let resources = permissions.get("resources").filter(|_| v3);
    let org_write = resources.map_or(Ok(false), check_resources)?;
    if admin {
        // As in the example of the legacy page, an admin key lists nothing else.
        return Ok(Scopes { shown: json!({"admin": true}), admin, org_write });
    }
    let mut shown = Map::new();
    if let Some(endpoints) = endpoints {
        shown.insert("endpoints".to_owned(), endpoints.clone());
    }
    if let Some(resources) = resources {
        shown.insert("resources".to_owned(), resources.clone());
    }
    shown.insert("admin".to_owned(), false.into());
    Ok(Scopes { shown: Value::Object(shown), admin, org_write })
}

fn check_endpoints(endpoints: &Value) -> Result<(), Problem> {
    const FIELD: &str = "permissions.endpoints";
    let groups = endpoints.as_object().ok_or_else(|| wrong(FIELD, "an object", endpoints))?;
    for (group, members) in groups {
        // No schema for create has `psa`. Keys with it were created on the web page.
        if !matches!(group.as_str(), "data" | "pinning") {
            return Err(Problem::new(FIELD, format!("{group:?} is not allowed")));
        }
        let members = members.as_object().ok_or_else(|| wrong(FIELD, "objects", members))?;
        if let Some(value) = members.values().find(|value| !value.is_boolean()) {
            return Err(wrong(FIELD, "booleans in its groups", value));
        }
    }
    Ok(())
}

/// Whether `org:write` is among the resources.
fn check_resources(resources: &Value) -> Result<bool, Problem> {
    const FIELD: &str = "permissions.resources";
    let list = resources.as_array().ok_or_else(|| wrong(FIELD, "an array", resources))?;
    for resource in list {
        if !resource.as_str().is_some_and(|name| RESOURCES.contains(&name)) {
            let text = format!("must be one of {}", RESOURCES.join(", "));
            return Err(Problem::new(FIELD, text));
        }
    }
    Ok(list.iter().any(|resource| resource == "org:write"))
}

fn wrong(field: &'static str, wanted: &str, found: &Value) -> Problem {
    Problem::new(field, format!("must be {wanted}, not {}", kind(found)))
}
