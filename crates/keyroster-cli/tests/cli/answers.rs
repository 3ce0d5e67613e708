//! What a vendor answers is compared with what was requested.

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::{Value, json};

use crate::support::binary::{keyroster_at, run};
use crate::support::changes::{at, is_live, named};
use crate::support::pty::Terminal;
use crate::support::schema::Schema;

/// A key with a limit of 10 USD, by its reference and id.
async fn key(sandbox: &Sandbox) -> (String, String) {
    let create = ["create", "openrouter", "bot", "--limit", "10", "--secret-to", "stdout"];
    at(sandbox, &create).await.ok();
    let id = named(sandbox, "openrouter", "bot").unwrap()["hash"].as_str().unwrap().to_owned();
    (format!("openrouter/{id}"), id)
}

/// The vendor answers every change with this record.
fn answer_changes(sandbox: &Sandbox, record: &Value) {
    let fault = Fault::respond(200).body(json!({ "data": record })).commit();
    sandbox.add_fault(fault.vendor(Vendor::OpenRouter).method("PATCH"));
}

#[tokio::test]
async fn a_key_is_not_called_disabled_if_the_vendor_says_that_it_is_enabled() {
    for (disabled, words) in [(json!(false), "is still enabled"), (json!("yes"), "is disabled")] {
        let sandbox = Sandbox::start().await.unwrap();
        let (reference, id) = key(&sandbox).await;
        // The record that is fetched again does not say more.
        let record = json!({"hash": id, "name": "bot", "disabled": disabled});
        answer_changes(&sandbox, &record);
        let again = Fault::respond(200).body(json!({ "data": record }));
        sandbox.add_fault(again.method("GET").path(format!("/api/v1/keys/{id}")));
        let run = at(&sandbox, &["disable", &reference, "--yes", "-o", "json"]).await;
        assert_eq!(run.code, 5, "{run:?}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert_eq!(run.json()["results"][0]["outcome"], "failed");
    }
}

#[tokio::test]
async fn a_silent_answer_to_disabling_is_settled_by_the_record() {
    let sandbox = Sandbox::start().await.unwrap();
    let (reference, id) = key(&sandbox).await;
    answer_changes(&sandbox, &json!({ "hash": id }));
    at(&sandbox, &["disable", &reference, "--yes"]).await.ok();
    assert_eq!(named(&sandbox, "openrouter", "bot").unwrap()["disabled"], true);
}

#[tokio::test]
async fn an_answer_about_another_key_is_an_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let (reference, _) = key(&sandbox).await;
    answer_changes(&sandbox, &json!({"hash": "0".repeat(64), "disabled": true, "limit": 25}));
    for arguments in
        [vec!["disable", &reference, "--yes"], vec!["update", &reference, "--limit", "25"]]
    {
        let run = at(&sandbox, &arguments).await;
        assert_eq!(run.code, 5, "{run:?}");
        assert!(run.stderr.contains("instead of"), "{}", run.stderr);
    }
}

#[tokio::test]
async fn a_change_that_the_record_contradicts_is_a_warning() {
    let sandbox = Sandbox::start().await.unwrap();
    let (reference, id) = key(&sandbox).await;
    answer_changes(&sandbox, &json!({"hash": id, "name": "bot", "limit": 10, "limit_reset": null}));
    let change = [
        "update", &reference, "--limit", "25", "--reset", "monthly", "--name", "bot", "-o", "json",
    ];
    let run = at(&sandbox, &change).await;
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("requested limit `25 USD`"), "{}", run.stderr);
    assert!(Schema::published("key").await.allows(&run.json()));
    let warnings = run.json()["warnings"].clone();
    let kinds: Vec<_> = warnings.as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["mismatch", "mismatch"], "{warnings}");
}

#[tokio::test]
async fn a_new_key_without_its_limit_keeps_its_secret_and_is_a_warning() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let secret = "sk-or-v1-fa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4efa4e";
    let record = json!({
        "hash": "a1".repeat(32), "name": "ci", "label": "sk-or-v1-fa4...fa4e", "disabled": true,
        "limit": null, "limit_reset": null, "expires_at": null,
    });
    let fault = Fault::respond(201).body(json!({"data": record, "key": secret})).commit();
    sandbox.add_fault(fault.vendor(Vendor::OpenRouter).method("POST"));
    let to = format!("file:{}", path.display());
    let create = [
        "create",
        "openrouter",
        "ci",
        "--limit",
        "25",
        "--reset",
        "monthly",
        "--expires",
        "90d",
        "--secret-to",
        &to,
        "-o",
        "json",
    ];
    let run = at(&sandbox, &create).await;
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap().trim(), secret);
    for words in ["requested limit", "requested reset", "requested expiry", "requested state"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(run.json()["warnings"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn answers_as_requested_give_no_warning() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (account, more) in [
        ("openrouter", &["--limit", "25", "--reset", "weekly", "--expires", "90d"][..]),
        ("pinata", &["--scope", "pinning:pinFileToIPFS", "--limit", "5"][..]),
        ("pinata", &["--admin"][..]),
    ] {
        let path = folder.path().join("secret");
        let to = format!("file:{}", path.display());
        let create = ["create", account, "quiet", "--secret-to", &to, "--overwrite"];
        let run = at(&sandbox, &[&create[..], more].concat()).await;
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stderr.contains("requested"), "{}", run.stderr);
        let secret = std::fs::read_to_string(&path).unwrap();
        assert!(is_live(&sandbox, &secret).await);
    }
}

#[tokio::test]
async fn the_credential_of_another_account_is_in_use() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (vendor, variable, id, more) in
        [("pinata", "JWT", "key", &["--admin"][..]), ("openrouter", "MANAGEMENT_KEY", "hash", &[])]
    {
        let path = folder.path().join(vendor);
        let to = format!("file:{}", path.display());
        let create = ["create", vendor, "second", "--secret-to", &to];
        at(&sandbox, &[&create[..], more].concat()).await.ok();
        let second = std::fs::read_to_string(&path).unwrap();
        let id = named(&sandbox, vendor, "second").unwrap()[id].as_str().unwrap().to_owned();
        let reference = format!("{vendor}/{id}");
        let before = sandbox.truth();
        let with_second = |arguments: &[&str]| {
            let mut command = keyroster_at(&sandbox, arguments);
            let base = if vendor == "pinata" {
                sandbox.pinata().base_url
            } else {
                sandbox.openrouter().base_url
            };
            command
                .env("KEYROSTER_SECOND__PROVIDER", vendor)
                .env(format!("KEYROSTER_SECOND__{variable}"), second.trim())
                .env("KEYROSTER_SECOND__BASE_URL", base);
            run(command)
        };
        let refused = with_second(&["revoke", &reference, "--yes"]).await;
        assert_eq!(refused.code, 6, "{refused:?}");
        assert!(refused.stderr.contains("credential of the account `second`"), "{refused:?}");
        assert_eq!(sandbox.truth(), before);
        with_second(&["revoke", &reference, "--yes", "--include-own"]).await.ok();
        assert_ne!(sandbox.truth(), before);
    }
}

#[tokio::test]
async fn a_credential_that_cannot_be_asked_about_is_a_warning() {
    let sandbox = Sandbox::start().await.unwrap();
    let (reference, _) = key(&sandbox).await;
    let mut command = keyroster_at(&sandbox, &["disable", &reference, "--yes"]);
    command
        .env("KEYROSTER_LOST__PROVIDER", "openrouter")
        .env("KEYROSTER_LOST__MANAGEMENT_KEY", "sk-or-v1-fa4e")
        .env("KEYROSTER_LOST__BASE_URL", sandbox.openrouter().base_url);
    let run = run(command).await.ok();
    assert!(run.stderr.contains("credential of the account `lost`"), "{run:?}");
    assert_eq!(named(&sandbox, "openrouter", "bot").unwrap()["disabled"], true);
}

/// Starts the command on a terminal, lets the vendor do something while it asks, and confirms.
async fn confirmed_after(
    sandbox: &Sandbox,
    arguments: &[&str],
    meanwhile: impl Future<Output = ()>,
) -> (i32, String) {
    let command = keyroster_at(sandbox, arguments);
    let asked = tokio::task::spawn_blocking(move || {
        let mut terminal = Terminal::start(&command, 200, None);
        terminal.until("Type `yes`");
        terminal
    });
    let mut terminal = asked.await.unwrap();
    meanwhile.await;
    let ended = tokio::task::spawn_blocking(move || {
        terminal.press("yes\n");
        (terminal.end(), terminal.screen())
    });
    ended.await.unwrap()
}

#[tokio::test]
async fn a_key_that_was_renamed_after_the_plan_is_not_revoked() {
    let sandbox = Sandbox::start().await.unwrap();
    let (reference, _) = key(&sandbox).await;
    let rename = async {
        at(&sandbox, &["update", &reference, "--name", "production"]).await.ok();
    };
    let (code, shown) = confirmed_after(&sandbox, &["revoke", &reference], rename).await;
    assert_eq!(code, 6, "{shown}");
    assert!(shown.contains("its name is now production, not bot"), "{shown}");
    assert!(named(&sandbox, "openrouter", "production").is_some());

    // A vendor without a request for one key: its list is read again.
    let create = ["create", "pinata", "mobile", "--admin", "--secret-to", "stdout"];
    at(&sandbox, &create).await.ok();
    let key = named(&sandbox, "pinata", "mobile").unwrap();
    let id = key["key"].as_str().unwrap().to_owned();
    let before = sandbox.truth();
    let rename = async {
        let record = json!({"key": id, "name": "production", "revoked": false});
        let page = json!({"keys": [record], "count": 1});
        sandbox.add_fault(Fault::respond(200).body(page).vendor(Vendor::Pinata).method("GET"));
    };
    let reference = format!("pinata/{id}");
    let (code, shown) = confirmed_after(&sandbox, &["revoke", &reference], rename).await;
    assert_eq!(code, 6, "{shown}");
    assert!(shown.contains("its name is now production, not mobile"), "{shown}");
    assert_eq!(sandbox.truth(), before);

    // Without a change, the plan is carried out.
    sandbox.clear_faults();
    let (code, shown) = confirmed_after(&sandbox, &["revoke", &reference], async {}).await;
    assert_eq!(code, 0, "{shown}");
}

#[tokio::test]
async fn a_key_is_not_called_gone_while_its_record_is_there() {
    let sandbox = Sandbox::start().await.unwrap();
    let (reference, _) = key(&sandbox).await;
    let refusal = json!({"error": {"code": 404, "message": "API key not found"}});
    let fault = Fault::respond(404).body(refusal).vendor(Vendor::OpenRouter).method("DELETE");
    sandbox.add_fault(fault);
    let run = at(&sandbox, &["revoke", &reference, "--yes", "-o", "json"]).await;
    assert_eq!(run.code, 5, "{run:?}");
    assert!(run.stderr.contains("still returns its record"), "{run:?}");
    assert_eq!(run.json()["results"][0]["outcome"], "failed");
    assert!(named(&sandbox, "openrouter", "bot").is_some());
}
