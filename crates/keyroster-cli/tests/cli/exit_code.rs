//! Exit codes: unknown results never pass a check.

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::{Value, json};

use crate::support::binary::keyroster;
use crate::support::changes::at;
use crate::support::schema::Schema;

#[tokio::test]
async fn an_undecided_check_does_not_pass() {
    let sandbox = Sandbox::start().await.unwrap();
    // OpenRouter does not report access, and Pinata does not report expiry.
    let gate = ["list", "--access", "admin", "--never-expires", "--exit-code", "-q"];
    let checked = at(&sandbox, &gate).await;
    assert_eq!(checked.code, 3, "{checked:?}");
    let said = checked.stderr.lines().find(|line| line.starts_with("warning: ")).unwrap();
    for words in
        ["OpenRouter does not report their access", "Pinata does not report when they expire"]
    {
        assert!(said.contains(words), "{said}");
    }
    assert!(checked.stderr.contains("\nhint: pass --or-unknown"), "{checked:?}");
    // A key that matches is found all the same.
    let found = at(&sandbox, &["list", "--access", "admin", "--exit-code", "-q"]).await;
    assert_eq!(found.code, 1, "{found:?}");
    assert!(found.stderr.contains("OpenRouter does not report their access"), "{found:?}");
    // Without --exit-code it is a hint, which -q turns off.
    let looked = at(&sandbox, &["list", "--access", "admin", "-q"]).await.ok();
    assert_eq!(looked.stderr, "");
    // Both report these fields.
    let both = ["list", "--status", "active", "--older-than", "36500d", "--exit-code"];
    assert_eq!(at(&sandbox, &both).await.ok().stderr, "");
    let both = ["list", "--status", "active", "--older-than", "1y", "--exit-code"];
    let found = at(&sandbox, &both).await;
    assert_eq!((found.code, found.stderr.as_str()), (1, ""), "{found:?}");
}

#[tokio::test]
async fn json_counts_undecided_keys() {
    let sandbox = Sandbox::start().await.unwrap();
    let all = at(&sandbox, &["list", "-o", "json"]).await.ok().json();
    assert_eq!(all["undecided"], 0);
    let unknown = all["keys"].as_array().unwrap().iter().filter(|key| is_unknown(key)).count();
    assert!(unknown > 0);
    for shape in [&[][..], &["--count"], &["--group-by", "provider"]] {
        let list = [&["list", "--access", "admin", "-o", "json"], shape].concat();
        assert_eq!(at(&sandbox, &list).await.ok().json()["undecided"], unknown, "{shape:?}");
    }
    let kept = ["list", "--access", "admin", "--or-unknown", "-o", "json"];
    let kept = at(&sandbox, &kept).await.ok().json();
    assert_eq!(kept["undecided"], 0);
    let kept = kept["keys"].as_array().unwrap();
    assert_eq!(kept.iter().filter(|key| is_unknown(key)).count(), unknown);
    assert!(kept.iter().all(|key| key["access"]["kind"] != "scoped"));
    assert!(kept.iter().any(|key| key["access"]["kind"] == "admin"));
}

fn is_unknown(key: &Value) -> bool {
    key["access"]["kind"] == "unknown"
}

#[tokio::test]
async fn unlisted_keys_are_named() {
    let sandbox = Sandbox::start().await.unwrap();
    let hint = "hint: OpenRouter does not list management keys";
    let admins = at(&sandbox, &["list", "--access", "admin"]).await.ok();
    assert_eq!(admins.stderr.matches(hint).count(), 1, "{}", admins.stderr);
    for arguments in [&["list"][..], &["list", "--access", "admin", "--provider", "pinata"]] {
        assert!(!at(&sandbox, arguments).await.ok().stderr.contains("management keys"));
    }
    let providers = at(&sandbox, &["providers"]).await.ok().stdout;
    assert_eq!(providers.matches("management keys").count(), 1, "{providers}");
    let json = at(&sandbox, &["providers", "-o", "json"]).await.ok().json();
    assert_eq!(json["providers"][0]["unlisted"], "management keys");
    assert_eq!(json["providers"][1]["unlisted"], Value::Null);
}

#[tokio::test]
async fn a_warning_is_not_an_empty_account() {
    let sandbox = Sandbox::start().await.unwrap();
    let openrouter = Fault::respond(403).vendor(Vendor::OpenRouter);
    sandbox.add_fault(openrouter.path("/api/v1/workspaces*"));
    let none = Fault::respond(200).vendor(Vendor::OpenRouter).body(json!({ "data": [] }));
    sandbox.add_fault(none.path("/api/v1/keys*"));
    let listed = at(&sandbox, &["list", "--provider", "openrouter"]).await;
    assert_eq!(listed.code, 3, "{listed:?}");
    assert!(listed.stderr.contains("warning: openrouter"), "{}", listed.stderr);
    assert!(!listed.stderr.contains("none has issued"), "{}", listed.stderr);
}

#[tokio::test]
async fn failed_accounts_are_not_counted() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::OpenRouter));
    let some = at(&sandbox, &["list", "--count"]).await;
    assert_eq!((some.code, some.stdout.as_str()), (3, "24\n"), "{some:?}");
    let grouped = at(&sandbox, &["list", "--group-by", "account", "--count"]).await;
    assert_eq!(grouped.stdout, "ACCOUNT     KEYS\nopenrouter     ?\npinata        24\n");
    let csv = at(&sandbox, &["list", "--group-by", "account", "-o", "csv"]).await.stdout;
    assert!(csv.contains("\nopenrouter,openrouter,,,"), "{csv}");
    let json = at(&sandbox, &["list", "--group-by", "account", "-o", "json"]).await.json();
    assert_eq!(json["groups"][0]["value"], "openrouter");
    assert_eq!(json["groups"][0]["keys"], Value::Null);
    Schema::published("groups").await.hold(&json);
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    for format in ["table", "csv", "markdown"] {
        let none = at(&sandbox, &["list", "--count", "-o", format]).await;
        assert_eq!((none.code, none.stdout.as_str()), (4, ""), "{none:?}");
    }
    let none = at(&sandbox, &["list", "--count", "-o", "json"]).await.json();
    assert_eq!(none["keys"], Value::Null);
    Schema::published("count").await.hold(&none);
}

#[tokio::test]
async fn several_patterns_are_allowed() {
    let sandbox = Sandbox::start().await.unwrap();
    let count = async |arguments: &[&str]| -> usize {
        let list = [&["list", "--count"], arguments].concat();
        at(&sandbox, &list).await.ok().stdout.trim().parse().unwrap()
    };
    let (tf, ci) = (count(&["--name", "tf-*"]).await, count(&["--name", "ci-*"]).await);
    assert!(tf > 0 && ci > 0);
    assert_eq!(count(&["--name", "tf-*,ci-*"]).await, tf + ci);
    assert_eq!(count(&["--name", "tf-*", "--name", "ci-*"]).await, tf + ci);
    assert_eq!(count(&["--provider", "pin*,open*"]).await, 54);
    assert_eq!(count(&["--account", "pinata", "--account", "openrouter"]).await, 54);
    assert_eq!(count(&["--account", "pinata,no-such"]).await, 24);
}

#[tokio::test]
async fn a_full_disk_is_this_machines_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = keyroster(&["list", "--sandbox"]);
    command.stdout(full);
    let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(7));
}
