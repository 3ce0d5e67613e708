//! `cargo xtask api`: checks that our libraries' public API uses no types from other crates
//! except those on an allowlist.
//!
//! A foreign type in a signature ties our major version to its crate's. rustdoc reports as JSON what is
//! public. Everything in it that looks like a path is checked, so that no form of a type is missed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The libraries, besides the providers, whose API is public, with the crates that each may name in
/// addition to [`ALLOWED`].
const LIBRARIES: [(&str, &[&str]); 3] =
    [("keyroster-core", &[]), ("keyroster-http", &[]), ("keyroster-testkit", &["insta"])];

/// Crates whose every item may be named.
const ALLOWED_CRATES: [&str; 6] =
    ["alloc", "core", "std", "keyroster_core", "keyroster_http", "keyroster_testkit"];

/// Items of other crates, by the paths that rustdoc prints.
const ALLOWED: [&str; 3] =
    ["async_trait::async_trait", "futures_core::stream::Stream", "serde_json::value::Value"];

/// Crates whose every trait may be named.
const ALLOWED_TRAITS: [&str; 2] = ["serde", "serde_core"];

/// The version of rustdoc's JSON format that this module reads: that of Rust 1.95.
const FORMAT: u64 = 57;

/// Returns the foreign items that the public APIs name and may not, one line each.
///
/// # Errors
///
/// rustdoc fails, or prints another format than this module reads.
pub fn check(root: &Path) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let mut libraries = LIBRARIES.map(|(library, extra)| (library.to_owned(), extra)).to_vec();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        libraries.extend(name.starts_with("provider-").then_some((name, &[][..])));
    }
    libraries.sort();
    for (library, extra) in &libraries {
        let api = public_api(root, library)?;
        let named = foreign(&api).map_err(|why| io::Error::other(format!("{library}: {why}")))?;
        complaints.extend(named.iter().filter(|(item, _)| !may_be_named(item, extra)).map(
            |(item, place)| {
                format!(
                    "{library}: {place} names {item}, which is not on the list of xtask/src/api.rs"
                )
            },
        ));
    }
    Ok(complaints)
}

/// A library's documentation as JSON.
fn public_api(root: &Path, library: &str) -> io::Result<Value> {
    let status = Command::new(env!("CARGO"))
        .args(["rustdoc", "--quiet", "--lib", "--all-features", "--package", library, "--"])
        .args(["-Zunstable-options", "--output-format", "json"])
        .env("RUSTDOC", std::fs::canonicalize(root.join("xtask/rustdoc-unstable"))?)
        .current_dir(root)
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{library}: rustdoc failed")));
    }
    let file = target(root)?.join("doc").join(library.replace('-', "_")).with_extension("json");
    let text = std::fs::read_to_string(&file)?;
    serde_json::from_str(&text).map_err(io::Error::from)
}

/// Cargo's target folder, wherever its settings put it.
fn target(root: &Path) -> io::Result<std::path::PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let folder = metadata["target_directory"].as_str();
    folder.map(Into::into).ok_or_else(|| io::Error::other("cargo reports no target folder"))
}

/// An item of another crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Foreign {
    path: String,
    kind: String,
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} `{}`", self.kind.replace('_', " "), self.path)
    }
}

fn may_be_named(item: &Foreign, extra: &[&str]) -> bool {
    let owner = item.path.split("::").next().unwrap_or_default();
    ALLOWED_CRATES.contains(&owner)
        || extra.contains(&owner)
        || ALLOWED.contains(&item.path.as_str())
        || (ALLOWED_TRAITS.contains(&owner) && item.kind == "trait")
}

/// Returns the items of other crates that the public API names, each with one place that names it.
fn foreign(api: &Value) -> Result<BTreeMap<Foreign, String>, String> {
    if api["format_version"] != FORMAT {
        let found = &api["format_version"];
        return Err(format!(
            "rustdoc's JSON has format version {found}; read its changes and adapt FORMAT"
        ));
    }
    let index = api["index"].as_object().ok_or("rustdoc's JSON has no index")?;
    let mut named = BTreeMap::new();
    for item in index.values().filter(|item| item["crate_id"] == 0 && !is_implied(item)) {
        let mut ids = BTreeSet::new();
        collect(&item["inner"], &mut ids)?;
        for id in ids {
            let Some(summary) = api["paths"].get(id.to_string()) else {
                // Our own item without a public path, e.g. an associated type.
                if index.get(&id.to_string()).is_some_and(|item| item["crate_id"] == 0) {
                    continue;
                }
                return Err(format!("rustdoc reports no path for the item {id}"));
            };
            if summary["crate_id"] == 0 {
                continue;
            }
            let segments = summary["path"].as_array().into_iter().flatten();
            let segments: Vec<&str> = segments.filter_map(Value::as_str).collect();
            let kind = summary["kind"].as_str().unwrap_or_default().to_owned();
            let place = item["span"]["filename"].as_str().unwrap_or("a derive");
            let line = &item["span"]["begin"][0];
            let place = match item["name"].as_str() {
                Some(name) => format!("`{name}` ({place}:{line})"),
                None => format!("{place}:{line}"),
            };
            named.entry(Foreign { path: segments.join("::"), kind }).or_insert(place);
        }
    }
    if named.is_empty() {
        return Err("no foreign item is named, not even one of core: nothing was read".to_owned());
    }
    Ok(named)
}

/// Whether an item is an implementation that no one wrote: an auto trait or a blanket implementation.
fn is_implied(item: &Value) -> bool {
    let written = &item["inner"]["impl"];
    written["is_synthetic"] == true || written.get("blanket_impl").is_some_and(|of| !of.is_null())
}

/// Collects the ids of everything named below: paths have an id and a text, re-exports an id and a source.
fn collect(value: &Value, ids: &mut BTreeSet<u64>) -> Result<(), String> {
    match value {
        Value::Object(members) => {
            if members.contains_key("path") || members.contains_key("source") {
                let id = members.get("id").and_then(Value::as_u64);
                ids.insert(id.ok_or_else(|| format!("a path has no id: {value}"))?);
            }
            members.values().try_for_each(|member| collect(member, ids))
        }
        Value::Array(items) => items.iter().try_for_each(|item| collect(item, ids)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{FORMAT, foreign, may_be_named};

    /// A library of one public item.
    fn library(inner: &Value) -> Value {
        json!({
            "format_version": FORMAT,
            "index": {
                "1": {
                    "crate_id": 0, "name": "ours", "inner": inner,
                    "span": { "filename": "src/lib.rs", "begin": [7, 1] }
                },
                "2": { "crate_id": 0, "name": null, "span": null, "inner": { "impl": {
                    "is_synthetic": false, "blanket_impl": { "generic": "T" },
                    "trait": { "path": "Instrument", "id": 13, "args": null }
                } } }
            },
            "paths": {
                "1": { "crate_id": 0, "kind": "struct", "path": ["acme", "Ours"] },
                "10": { "crate_id": 2, "kind": "enum", "path": ["core", "option", "Option"] },
                "11": { "crate_id": 5, "kind": "struct", "path": ["reqwest", "Client"] },
                "12": { "crate_id": 6, "kind": "trait", "path": ["serde_core", "ser", "Serialize"] },
                "13": { "crate_id": 7, "kind": "trait", "path": ["tracing", "Instrument"] },
                "14": { "crate_id": 6, "kind": "struct", "path": ["serde_core", "de", "IgnoredAny"] },
                "15": { "crate_id": 8, "kind": "struct", "path": ["insta", "Settings"] }
            }
        })
    }

    fn path(id: u64) -> Value {
        json!({ "resolved_path": { "path": "Whatever", "id": id, "args": null } })
    }

    /// Returns what a library names and may not.
    fn complaints(inner: &Value, extra: &[&str]) -> Vec<String> {
        let named = foreign(&library(inner)).unwrap();
        let bad = named.into_iter().filter(|(item, _)| !may_be_named(item, extra));
        bad.map(|(item, place)| format!("{place} names {item}")).collect()
    }

    #[test]
    fn foreign_types_are_found_in_every_position() {
        let option = |of: &Value| {
            json!({ "resolved_path": { "path": "Option", "id": 10, "args": {
                "angle_bracketed": { "args": [{ "type": of }], "constraints": [] }
            } } })
        };
        let field = json!({ "struct_field": option(&path(11)) });
        let output =
            json!({ "function": { "sig": { "inputs": [], "output": option(&path(11)) } } });
        let bound = json!({ "function": { "generics": { "params": [{ "kind": { "type": {
            "bounds": [{ "trait_bound": { "trait": { "path": "Into", "id": 10, "args": {
                "angle_bracketed": { "args": [{ "type": path(11) }] }
            } } } }]
        } } }] } } });
        let reexport =
            json!({ "use": { "source": "reqwest::Client", "name": "Client", "id": 11 } });
        for inner in [field, output, bound, reexport.clone()] {
            let found = complaints(&json!([option(&json!(null)), inner]), &[]);
            assert_eq!(found, ["`ours` (src/lib.rs:7) names the struct `reqwest::Client`"]);
        }
    }

    #[test]
    fn only_listed_items_may_be_named() {
        assert!(complaints(&path(10), &[]).is_empty());
        assert!(complaints(&json!([path(10), path(12)]), &[]).is_empty(), "serde's traits");
        assert_eq!(complaints(&path(14), &[]).len(), 1, "serde's types");
        assert_eq!(complaints(&path(13), &[]).len(), 1, "named by ourselves, not implied");
        assert_eq!(complaints(&path(15), &[]).len(), 1);
        assert!(complaints(&path(15), &["insta"]).is_empty());
    }

    #[test]
    fn unreadable_output_is_an_error() {
        let mut newer = library(&path(10));
        newer["format_version"] = json!(FORMAT + 1);
        assert!(foreign(&newer).is_err());
        assert!(foreign(&library(&json!(null))).is_err(), "nothing is named");
        assert!(foreign(&library(&path(99))).is_err(), "a path that leads nowhere");
        let unknown = json!({ "resolved_path": { "path": "reqwest::Client", "id": null } });
        assert!(foreign(&library(&unknown)).is_err());
    }
}
