//! `keyroster list`.

use std::collections::BTreeSet;

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::Value;

use crate::support::binary::{keyroster, keyroster_at, run};

/// Provider and id of everything at the vendors.
fn truth(sandbox: &Sandbox) -> BTreeSet<(String, String)> {
    let truth = sandbox.truth();
    let of = |vendor: &str, field: &str| {
        let keys = truth[vendor].as_array().unwrap().clone();
        let field = field.to_owned();
        let vendor = vendor.to_owned();
        keys.into_iter().map(move |key| (vendor.clone(), key[&field].as_str().unwrap().to_owned()))
    };
    of("pinata", "key").chain(of("openrouter", "hash")).collect()
}

fn pair(record: &Value) -> (String, String) {
    let text = |field: &str| record[field].as_str().unwrap().to_owned();
    (text("provider"), text("id"))
}

#[tokio::test]
async fn json_lists_every_key() {
    let builder = Sandbox::builder().pinata_keys(37).openrouter_keys(250).openrouter_workspaces(3);
    let sandbox = builder.start().await.unwrap();
    let listed = run(keyroster_at(&sandbox, &["list", "-o", "json"])).await.ok().json();
    let keys = listed["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 287, "no key is missing, none is there twice");
    assert_eq!(keys.iter().map(pair).collect::<BTreeSet<_>>(), truth(&sandbox));
    for key in keys {
        assert_eq!(key["account"], key["provider"], "an account from the environment");
        assert!(key["status"].is_string());
    }
    assert_eq!(listed["failures"], serde_json::json!([]));
    assert_eq!(listed["warnings"], serde_json::json!([]));
}

#[tokio::test]
async fn every_format_shows_the_same_keys() {
    let sandbox = Sandbox::start().await.unwrap();
    let truth = truth(&sandbox);
    let lines = run(keyroster_at(&sandbox, &["list", "-o", "jsonl"])).await.ok().stdout;
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(records.map(|record| pair(&record)).collect::<BTreeSet<_>>(), truth);

    let text = run(keyroster_at(&sandbox, &["list", "-o", "csv"])).await.ok().stdout;
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let headers = csv.headers().unwrap().clone();
    assert_eq!(headers.iter().take(3).collect::<Vec<_>>(), ["provider", "account", "id"]);
    let rows = csv.records().map(|row| row.unwrap());
    let rows = rows.map(|row| (row[0].to_owned(), row[2].to_owned()));
    assert_eq!(rows.collect::<BTreeSet<_>>(), truth);

    // Off a terminal, a table holds whole ids and no colors.
    let table = run(keyroster_at(&sandbox, &["list"])).await.ok();
    for (_, id) in &truth {
        assert!(table.stdout.contains(id.as_str()), "{id} is cut");
    }
    assert!(!table.stdout.contains('\u{1b}') && table.stderr.is_empty(), "{}", table.stderr);
}

#[tokio::test]
async fn csv_keeps_names_whole() {
    let sandbox = Sandbox::start().await.unwrap();
    let text = run(keyroster_at(&sandbox, &["list", "-o", "csv"])).await.ok().stdout;
    let names: BTreeSet<String> = csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|row| row.unwrap()[3].to_owned())
        .collect();
    let truth = sandbox.truth();
    let keys =
        truth["pinata"].as_array().unwrap().iter().chain(truth["openrouter"].as_array().unwrap());
    for key in keys {
        assert!(names.contains(key["name"].as_str().unwrap()), "{}", key["name"]);
    }
    assert!(names.iter().any(|name| name.contains(',') && name.contains('"')));
}

#[tokio::test]
async fn the_embedded_sandbox_needs_no_credential() {
    for arguments in [["list", "--sandbox", "-o", "json"], ["--sandbox", "list", "-o", "json"]] {
        let listed = run(keyroster(&arguments)).await.ok().json();
        let keys = listed["keys"].as_array().unwrap();
        let of = |provider: &str| keys.iter().filter(|key| key["provider"] == provider).count();
        assert_eq!((of("pinata"), of("openrouter")), (24, 30));
        let statuses: BTreeSet<&str> =
            keys.iter().map(|key| key["status"].as_str().unwrap()).collect();
        let all = ["active", "disabled", "exhausted", "expired", "revoked"];
        assert_eq!(statuses, BTreeSet::from(all));
    }
}

#[tokio::test]
async fn a_failing_account_hides_no_other() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::OpenRouter));
    let listed = run(keyroster_at(&sandbox, &["list", "-o", "json"])).await;
    assert_eq!(listed.code, 3);
    let json = listed.json();
    assert_eq!(json["keys"].as_array().unwrap().len(), 24);
    let failure = &json["failures"][0];
    assert_eq!(failure["account"], "openrouter");
    assert_eq!(failure["kind"], "unauthenticated");
    assert_eq!(failure["status"], 401);
    assert!(listed.stderr.contains("openrouter: cannot list"), "{}", listed.stderr);
}

#[tokio::test]
async fn keys_of_a_broken_list_are_kept() {
    let sandbox = Sandbox::builder().pinata_keys(40).start().await.unwrap();
    let fault = Fault::respond(403).vendor(Vendor::Pinata).path("/users/apiKeys").nth([3]);
    sandbox.add_fault(fault);
    let listed = run(keyroster_at(&sandbox, &["list", "-o", "json"])).await;
    assert_eq!(listed.code, 3);
    let json = listed.json();
    let keys = json["keys"].as_array().unwrap();
    let pinata = keys.iter().filter(|key| key["provider"] == "pinata").count();
    // Pages are requested at once, so the third request to arrive may be for a later page.
    assert!((10..40).contains(&pinata), "{pinata} keys");
}

#[tokio::test]
async fn an_empty_list_says_what_to_do() {
    let sandbox = Sandbox::start().await.unwrap();
    let empty = serde_json::json!({ "keys": [], "count": 0 });
    sandbox.add_fault(Fault::respond(200).vendor(Vendor::Pinata).body(empty));
    let pinata = sandbox.pinata();
    let mut command = keyroster(&["list"]);
    command.env("PINATA_JWT", pinata.jwt).env("PINATA_BASE_URL", pinata.base_url);
    let listed = run(command).await.ok();
    assert_eq!(listed.stdout, "");
    assert!(listed.stderr.contains("hint: no keys"), "{}", listed.stderr);
}

#[tokio::test]
async fn a_closed_pipe_is_not_a_failure() {
    let mut command = keyroster(&["list", "--sandbox", "-o", "json"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output =
        tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// Ids of the listed keys.
async fn ids(sandbox: &Sandbox, arguments: &[&str]) -> BTreeSet<String> {
    let arguments = [&["list", "-o", "json"], arguments].concat();
    let listed = run(keyroster_at(sandbox, &arguments)).await.ok().json();
    let keys = listed["keys"].as_array().unwrap();
    keys.iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_match_the_records() {
    let sandbox = Sandbox::start().await.unwrap();
    let all = run(keyroster_at(&sandbox, &["list", "-o", "json"])).await.ok().json();
    let all = all["keys"].as_array().unwrap();
    let of = |wanted: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
        let keys = all.iter().filter(|key| wanted(key));
        keys.map(|key| key["id"].as_str().unwrap().to_owned()).collect()
    };
    let decimal = |value: &Value| value["amount"].as_str().map(|text| text.parse::<f64>().unwrap());
    for (arguments, expected) in [
        (vec!["--access", "admin"], of(&|key| key["access"]["kind"] == "admin")),
        (
            vec!["--status", "revoked,expired"],
            of(&|key| key["status"] == "revoked" || key["status"] == "expired"),
        ),
        (vec!["--never-expires"], of(&|key| key["expiry"]["kind"] == "never")),
        (vec!["--name", "ci-*"], of(&|key| key["name"].as_str().unwrap().starts_with("ci-"))),
        (vec!["--account", "pin*"], of(&|key| key["account"] == "pinata")),
        (vec!["--provider", "openrouter"], of(&|key| key["provider"] == "openrouter")),
        (
            vec!["--used-over", "100%"],
            of(&|key| {
                let (quota, limit) = (&key["quota"], decimal(&key["quota"]["limit"]));
                let used = decimal(&quota["used"]);
                let used =
                    used.or(decimal(&quota["remaining"]).zip(limit).map(|(left, all)| all - left));
                used.zip(limit).is_some_and(|(used, limit)| used > limit)
            }),
        ),
    ] {
        assert!(!expected.is_empty(), "{arguments:?} asks something that the data answers");
        assert_eq!(ids(&sandbox, &arguments).await, expected, "{arguments:?}");
    }
    let old = ids(&sandbox, &["--older-than", "300d"]).await;
    assert!(!old.is_empty() && old.len() < all.len());
    assert!(ids(&sandbox, &["--older-than", "36500d"]).await.is_empty());
}

#[tokio::test]
async fn unreported_fields_are_undecided() {
    let sandbox = Sandbox::start().await.unwrap();
    // Pinata does not tell when a key was last used, nor when it expires.
    for arguments in [["--unused-for", "30d"], ["--expires-within", "30d"]] {
        let arguments = [&["list", "-o", "json"], &arguments[..]].concat();
        let listed = run(keyroster_at(&sandbox, &arguments)).await.ok();
        let json = listed.json();
        let keys = json["keys"].as_array().unwrap();
        assert!(!keys.is_empty() && keys.iter().all(|key| key["provider"] == "openrouter"));
        assert!(listed.stderr.contains("Pinata does not report"), "{}", listed.stderr);
    }
    // An account that cannot have a wanted key is not asked.
    sandbox.reset();
    run(keyroster_at(&sandbox, &["list", "--account", "pinata"])).await.ok();
    assert!(sandbox.requests().iter().all(|request| request.vendor == Vendor::Pinata));
    let none = run(keyroster_at(&sandbox, &["list", "--account", "no-such"])).await;
    assert!(none.code == 2 && none.stderr.contains("`openrouter`, `pinata`"), "{none:?}");
}
