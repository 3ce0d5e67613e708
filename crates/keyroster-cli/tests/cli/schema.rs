//! The published schemas match the real output, and nothing else.

use std::path::PathBuf;

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::{Value, json};

use crate::support::binary::{Run, keyroster, keyroster_at, run};
use crate::support::changes::{at, reading};
use crate::support::schema::Schema;

async fn sandbox() -> Sandbox {
    Sandbox::builder().pinata_keys(4).openrouter_keys(5).start().await.unwrap()
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn list_output_matches_its_schema() {
    let sandbox = sandbox().await;
    let (list, key) = (Schema::published("list").await, Schema::published("key").await);
    let listed = at(&sandbox, &["list", "-o", "json"]).await.ok().json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 9);
    list.hold(&listed);
    let printed = lines(&at(&sandbox, &["list", "-o", "jsonl"]).await.ok());
    assert_eq!(printed.len(), 9);
    for record in &printed {
        key.hold(record);
    }
    let by = ["list", "--group-by", "access", "-o"];
    let groups = at(&sandbox, &[&by[..], &["json"]].concat()).await.ok().json();
    Schema::published("groups").await.hold(&groups);
    let group = Schema::published("group").await;
    for printed in lines(&at(&sandbox, &[&by[..], &["jsonl"]].concat()).await.ok()) {
        group.hold(&printed);
    }
    let count = Schema::published("count").await;
    for format in ["json", "jsonl"] {
        let counted = at(&sandbox, &["list", "--count", "-o", format]).await.ok().json();
        assert_eq!(counted["keys"], 9);
        count.hold(&counted);
    }
    // With a failure and a warning in it.
    sandbox.add_fault(Fault::respond(403).vendor(Vendor::OpenRouter).path("/api/v1/workspaces*"));
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    let listed = at(&sandbox, &["list", "-o", "json"]).await;
    assert_eq!(listed.code, 3);
    let listed = listed.json();
    assert!(listed["failures"][0].is_object() && listed["warnings"][0].is_object(), "{listed:#}");
    list.hold(&listed);
}

#[tokio::test]
async fn other_output_matches_its_schema() {
    let sandbox = sandbox().await;
    let key = Schema::published("key").await;
    let truth = sandbox.truth();
    for (vendor, field) in [("pinata", "key"), ("openrouter", "hash")] {
        let reference = format!("{vendor}/{}", truth[vendor][2][field].as_str().unwrap());
        key.hold(&at(&sandbox, &["show", &reference, "-o", "json"]).await.ok().json());
        let place = tempfile::tempdir().unwrap();
        let sink = format!("file:{}", place.path().join("secret").display());
        let limit = if vendor == "pinata" { "25 requests" } else { "0.5 USD" };
        let mut create = vec!["create", vendor, "fresh", "--limit", limit, "--secret-to", &sink];
        if vendor == "pinata" {
            create.push("--admin");
        }
        let made = at(&sandbox, &[&create[..], &["-o", "json"]].concat()).await.ok().json();
        key.hold(&made);
        let secret = std::fs::read_to_string(place.path().join("secret")).unwrap();
        let command = keyroster_at(&sandbox, &["identify", "-", "-o", "json"]);
        Schema::published("identify").await.hold(&reading(command, &secret).await.ok().json());
    }
    let made = format!("openrouter/{}", truth["openrouter"][1]["hash"].as_str().unwrap());
    let update = ["update", &made, "--name", "renamed", "-o", "json"];
    key.hold(&at(&sandbox, &update).await.ok().json());
    let results = Schema::published("results").await;
    for act in ["disable", "enable", "revoke"] {
        results.hold(&at(&sandbox, &[act, &made, "--yes", "-o", "json"]).await.ok().json());
    }
    let whoami = Schema::published("whoami").await;
    whoami.hold(&at(&sandbox, &["whoami", "-o", "json"]).await.ok().json());
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    whoami.hold(&at(&sandbox, &["whoami", "-o", "json"]).await.json());
    let providers = run(keyroster(&["providers", "-o", "json"])).await.ok().json();
    Schema::published("providers").await.hold(&providers);
    // One of the two accounts fails.
    let tests = at(&sandbox, &["accounts", "test", "-o", "json"]).await.json();
    assert_eq!(tests["failures"].as_array().unwrap().len(), 1, "{tests}");
    Schema::published("tests").await.hold(&tests);
    for (command, name) in [
        (&["accounts", "list", "-o", "json"][..], "accounts"),
        (&["config", "show", "-o", "json"], "config"),
        (&["doctor", "-o", "json"], "findings"),
    ] {
        Schema::published(name).await.hold(&at(&sandbox, command).await.json());
    }
}

#[tokio::test]
async fn golden_records_match_the_schema() {
    let key = Schema::published("key").await;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut records = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let (_, text) = text.trim_start_matches("---").split_once("---\n").unwrap();
        // One of the files has the status before each record.
        let Ok(golden) = serde_json::from_str::<Vec<Value>>(text) else { continue };
        for mut record in golden {
            record["schema"] = json!("urn:keyroster:key:1");
            record["account"] = json!("golden");
            record["status"] = json!("active");
            key.hold(&record);
            records += 1;
        }
    }
    assert!(records > 20, "{records}");
}

#[tokio::test]
async fn wrong_values_do_not_match_the_schema() {
    let sandbox = sandbox().await;
    let list = Schema::published("list").await;
    let listed = at(&sandbox, &["list", "-o", "json"]).await.ok().json();
    for (place, wrong) in [
        ("/schema", json!("urn:keyroster:list:2")),
        ("/keys/0/status", json!("fine")),
        ("/keys/0/access", json!({ "kind": "root" })),
        ("/keys/0/expiry", json!({ "kind": "never", "at": "2026-01-01T00:00:00Z" })),
        ("/keys/0/expiry", json!({ "kind": "at", "at": "tomorrow" })),
        ("/keys/0/created_at", json!("2026-01-01")),
        ("/keys/0/created_at", json!("2026-13-01T00:00:00Z")),
        ("/keys/0/quota/used", json!({ "amount": 1.5, "unit": "USD" })),
        ("/keys/0/quota/used", json!({ "amount": "1,5", "unit": "USD" })),
        ("/keys/0/id", json!("")),
        ("/accounts/0/keys", json!(-1)),
    ] {
        let mut document = listed.clone();
        *document.pointer_mut(place).unwrap() = wrong;
        assert!(!list.allows(&document), "{place}");
    }
}

#[tokio::test]
async fn schemas_are_listed() {
    let all = run(keyroster(&["schema"])).await.ok().stdout;
    for name in ["key", "list", "groups", "count", "results", "whoami", "identify", "providers"] {
        assert!(all.lines().any(|line| line.starts_with(name)), "{all}");
    }
    let wrong = run(keyroster(&["schema", "lists"])).await;
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `list`?"), "{wrong:?}");
}

/// A copy of a schema without the texts for people.
fn shape(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != "description");
            members.map(|(name, member)| (name.clone(), shape(member))).collect()
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_printed_key_extends_the_librarys_record() {
    let record: Value = serde_json::from_str(keyroster::API_KEY_SCHEMA).unwrap();
    let key: Value = serde_json::from_str(include_str!("../../schemas/key.json")).unwrap();
    for part in ["properties", "$defs"] {
        for (name, member) in record[part].as_object().unwrap() {
            assert_eq!(shape(member), shape(&key[part][name]), "{part} {name}");
        }
    }
}
