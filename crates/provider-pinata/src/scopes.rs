//! Converts Pinata's scopes between its tree in JSON and a set of names.
//!
//! A name is the path to a leaf, joined by colons, e.g. `pinning:pinFileToIPFS`. The resources of v3 are
//! names already, e.g. `org:files:read`.

use std::collections::BTreeSet;

use keyroster_core::{Access, Error, ErrorKind, Result, Suggestion};
use serde_json::{Map, Value};

use crate::Generation;

/// The scopes that a new key's `permissions.endpoints` may contain (pinata-api-ipfs.yaml and
/// pinata-api-v3.yaml, 2026-06-30). Keys created in the web interface can have others, e.g.
/// `psa:pins:listPinObjects`.
const ENDPOINTS: [&str; 10] = [
    "data:pinList",
    "data:userPinnedDataTotal",
    "pinning:hashMetadata",
    "pinning:hashPinPolicy",
    "pinning:pinByHash",
    "pinning:pinFileToIPFS",
    "pinning:pinJSONToIPFS",
    "pinning:pinJobs",
    "pinning:unpin",
    "pinning:userPinPolicy",
];

/// The scopes that a new key's `permissions.resources` may contain, only on v3 (npm `pinata` 2.5.6,
/// `types/keys.ts`).
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

/// Converts a record's `scopes`. The flag says whether the result leaves something out.
pub(crate) fn read(scopes: &Value) -> (Access, bool) {
    let Some(members) = scopes.as_object() else {
        return (Access::Unknown, true);
    };
    if members.get("admin").and_then(Value::as_bool) == Some(true) {
        let more = members.iter().any(|(name, value)| name != "admin" && !is_bare(value));
        return (Access::Admin, more);
    }
    let mut names = BTreeSet::new();
    let mut incomplete = false;
    for (name, value) in members {
        match (name.as_str(), value) {
            ("admin", Value::Bool(_)) => {}
            ("admin", _) => incomplete = true,
            // These two names are not part of a scope's name.
            ("endpoints" | "resources", value) => collect("", value, &mut names, &mut incomplete),
            (name, value) => collect(name, value, &mut names, &mut incomplete),
        }
    }
    if incomplete {
        // A part that cannot be read may be anything, so the rest does not say what the key may do.
        return (Access::Unknown, true);
    }
    let says = ["admin", "endpoints", "resources"].iter().any(|name| members.contains_key(*name));
    if says || !names.is_empty() {
        (Access::Scoped { scopes: names }, incomplete)
    } else {
        // `{}` occurs, but its meaning is not documented.
        (Access::Unknown, incomplete)
    }
}

/// Whether a value adds nothing to admin access.
fn is_bare(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().all(is_bare),
        Value::Null => true,
        _ => false,
    }
}

fn collect(path: &str, value: &Value, names: &mut BTreeSet<String>, incomplete: &mut bool) {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}:{name}"),
    };
    match value {
        Value::Bool(true) if !path.is_empty() => {
            names.insert(path.to_owned());
        }
        Value::Bool(false) => {}
        Value::Object(members) => {
            for (name, value) in members {
                collect(&below(name), value, names, incomplete);
            }
        }
        Value::Array(items) => {
            for item in items {
                match item.as_str() {
                    Some(name) => {
                        names.insert(below(name));
                    }
                    None => *incomplete = true,
                }
            }
        }
        Value::Bool(true) | Value::Number(_) | Value::String(_) | Value::Null => *incomplete = true,
    }
}

/// Returns the `permissions` of a new key.
///
/// - [`InvalidRequest`](ErrorKind::InvalidRequest): a scope is unknown (the error suggests a similar one),
///   or there are no scopes.
/// - [`Unsupported`](ErrorKind::Unsupported): a resource is requested from the legacy API.
pub(crate) fn permissions(access: &Access, generation: Generation) -> Result<Value> {
    let scopes = match access {
        Access::Admin => return Ok(serde_json::json!({ "admin": true })),
        Access::Scoped { scopes } => scopes,
        _ => {
            let message = "the new key has no scopes";
            return Err(Error::new(ErrorKind::InvalidRequest, message)
                .with_help("request admin access or scopes such as `pinning:pinFileToIPFS`"));
        }
    };
    let mut endpoints = Map::new();
    let mut resources = Vec::new();
    for scope in scopes {
        if RESOURCES.contains(&scope.as_str()) {
            if generation == Generation::Legacy {
                let message = format!("the legacy API does not offer the scope `{scope}`");
                return Err(Error::new(ErrorKind::Unsupported, message)
                    .with_help("set `generation` (PINATA_GENERATION) to `v3`; nothing was sent"));
            }
            resources.push(Value::from(scope.as_str()));
            continue;
        }
        match scope.split_once(':') {
            Some((group, name)) if ENDPOINTS.contains(&scope.as_str()) => {
                let group = endpoints.entry(group).or_insert_with(|| Map::new().into());
                if let Some(group) = group.as_object_mut() {
                    group.insert(name.to_owned(), true.into());
                }
            }
            _ => return Err(unknown(scope)),
        }
    }
    let mut permissions = Map::new();
    if !endpoints.is_empty() {
        permissions.insert("endpoints".to_owned(), endpoints.into());
    }
    if !resources.is_empty() {
        permissions.insert("resources".to_owned(), resources.into());
    }
    Ok(permissions.into())
}

fn unknown(scope: &str) -> Error {
    let known = || ENDPOINTS.iter().chain(&RESOURCES).copied();
    let mut suggestion = Suggestion::for_name(scope, known());
    if !scope.contains(':') {
        // A bare `pinFileToIPFS` suggests `pinning:pinFileToIPFS`.
        let tail = |known: &'static str| known.split_once(':').map_or(known, |(_, tail)| tail);
        let by_tail = Suggestion::for_name(scope, known().map(tail));
        if let Some(whole) = known().find(|known| by_tail.nearest() == Some(tail(known))) {
            suggestion = Suggestion::Nearest(whole.to_owned());
        }
    }
    Error::new(ErrorKind::InvalidRequest, format!("unknown scope `{scope}`"))
        .with_help(suggestion.to_string())
}

#[cfg(test)]
mod tests {
    use keyroster_core::Access;
    use serde_json::json;

    use super::{permissions, read};
    use crate::Generation;

    #[test]
    fn every_known_structure_is_read() {
        for (scopes, access, incomplete) in [
            (json!({"admin": true}), Access::Admin, false),
            (
                json!({"admin": true, "endpoints": {"data": {}, "pinning": {}}}),
                Access::Admin,
                false,
            ),
            (json!({"admin": false}), Access::scoped::<&str>([]), false),
            (
                json!({"admin": false, "endpoints": {
                    "pinning": {"pinFileToIPFS": true, "unpin": false}, "data": {"pinList": true},
                    "psa": {"pins": {"listPinObjects": true}}
                }}),
                Access::scoped([
                    "data:pinList",
                    "pinning:pinFileToIPFS",
                    "psa:pins:listPinObjects",
                ]),
                false,
            ),
            (json!({"resources": ["org:files:read"]}), Access::scoped(["org:files:read"]), false),
            (json!({"resources": {"org:read": true}}), Access::scoped(["org:read"]), false),
            (json!({"groups": {"write": true}}), Access::scoped(["groups:write"]), false),
            (json!({}), Access::Unknown, false),
            (json!({"admin": "yes"}), Access::Unknown, true),
            (json!({"admin": 1, "endpoints": {"pinning": {"unpin": true}}}), Access::Unknown, true),
            (
                json!({"endpoints": {"pinning": {"unpin": "true", "pinByHash": true}}}),
                Access::Unknown,
                true,
            ),
            (json!({"resources": "org:write"}), Access::Unknown, true),
            (json!({"admin": null}), Access::Unknown, true),
            (json!(["admin"]), Access::Unknown, true),
            (json!(7), Access::Unknown, true),
        ] {
            assert_eq!(read(&scopes), (access, incomplete), "{scopes}");
        }
    }

    #[test]
    fn scopes_are_written_as_a_tree() {
        let access = Access::scoped(["pinning:unpin", "data:pinList", "pinning:pinByHash"]);
        assert_eq!(
            permissions(&access, Generation::Legacy).unwrap(),
            json!({"endpoints": {"data": {"pinList": true}, "pinning": {"pinByHash": true, "unpin": true}}})
        );
        let access = Access::scoped(["org:files:read"]);
        assert_eq!(
            permissions(&access, Generation::V3).unwrap(),
            json!({"resources": ["org:files:read"]})
        );
        assert!(permissions(&access, Generation::Legacy).is_err());
    }

    #[test]
    fn an_unknown_scope_gets_a_suggestion() {
        for (wrong, right) in [
            ("pinning:pinFileToIpfs", "pinning:pinFileToIPFS"),
            ("pinList", "data:pinList"),
            ("org:file:read", "org:files:read"),
        ] {
            let error = permissions(&Access::scoped([wrong]), Generation::V3).unwrap_err();
            assert!(error.to_string().contains(wrong), "{error}");
            assert!(error.help().contains(right), "{error:?}");
        }
        let error = permissions(&Access::scoped(["everything"]), Generation::V3).unwrap_err();
        assert!(error.help().starts_with("known: `data:pinList`, "), "{error:?}");
    }
}
