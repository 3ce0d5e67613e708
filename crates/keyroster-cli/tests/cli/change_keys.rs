//! Changing, revoking and identifying keys.

use std::process::Stdio;

use keyroster_sandbox::{Fault, Sandbox, Vendor};

use crate::support::binary::{Run, keyroster_at, run};
use crate::support::changes::{at, named, reading};

#[tokio::test]
async fn update_sends_only_what_changes() {
    let sandbox = Sandbox::start().await.unwrap();
    let made = ["create", "openrouter", "bot", "--limit", "25", "--reset", "weekly"];
    at(&sandbox, &[&made[..], &["--secret-to", "stdout"]].concat()).await.ok();
    let key = named(&sandbox, "openrouter", "bot").unwrap();
    let reference = format!("openrouter/{}", key["hash"].as_str().unwrap());
    at(&sandbox, &["update", &reference, "--name", "bot2"]).await.ok();
    let key = named(&sandbox, "openrouter", "bot2").unwrap();
    assert_eq!((&key["limit"], &key["limit_reset"]), (&25.into(), &"weekly".into()));
    at(&sandbox, &["update", &reference, "--no-limit", "--reset", "never"]).await.ok();
    let key = named(&sandbox, "openrouter", "bot2").unwrap();
    assert!(key["limit"].is_null() && key["limit_reset"].is_null());
    let dry = at(&sandbox, &["update", &reference, "--limit", "0.1", "--dry-run"]).await.ok();
    assert!(dry.stderr.contains("quota: unlimited -> 0.1 USD"), "{}", dry.stderr);
    assert!(named(&sandbox, "openrouter", "bot2").unwrap()["limit"].is_null());
    at(&sandbox, &["disable", &reference, "--yes"]).await.ok();
    assert_eq!(named(&sandbox, "openrouter", "bot2").unwrap()["disabled"], true);
    at(&sandbox, &["enable", &reference, "--yes"]).await.ok();
    assert_eq!(named(&sandbox, "openrouter", "bot2").unwrap()["disabled"], false);
}

#[tokio::test]
async fn revoking_needs_confirmation() {
    let sandbox = Sandbox::start().await.unwrap();
    let before = sandbox.truth();
    let own = sandbox.pinata().api_key;
    for (arguments, code, words) in [
        (vec!["revoke", "--name", "tf-*"], 6, "--yes"),
        (vec!["revoke", "--name", "tf-*", "--dry-run"], 0, "would revoke these 5 keys"),
        (vec!["revoke", "--name", "tf-*", "--yes", "--max-changes", "4"], 6, "--max-changes"),
        (vec!["revoke", "--name", "no-such-*", "--yes"], 2, "no key name matches"),
        (vec!["revoke", "openrouter/zzzz", "--yes"], 2, "an id that starts with"),
        (vec!["revoke", "--yes"], 2, "one way"),
    ] {
        let run = at(&sandbox, &arguments).await;
        assert_eq!(run.code, code, "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
    let reference = format!("pinata/{own}");
    let run = at(&sandbox, &["revoke", &reference, "--yes"]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("--include-own"), "{}", run.stderr);
    assert_eq!(sandbox.truth(), before);
    at(&sandbox, &["revoke", &reference, "--yes", "--include-own"]).await.ok();
    assert_ne!(sandbox.truth(), before);
}

#[tokio::test]
async fn names_are_searched_in_every_account_or_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let before = sandbox.truth();
    let lost = |arguments: &[&str]| {
        let mut command = keyroster_at(&sandbox, arguments);
        command.env("KEYROSTER_LOST__PROVIDER", "pinata");
        command.env("KEYROSTER_LOST__JWT", "fa4efa4e-no-jwt");
        run(command)
    };
    let all = lost(&["revoke", "--name", "tf-*", "--yes"]).await;
    assert_eq!(all.code, 4, "{all:?}");
    for words in ["lost", "nothing was changed", "with --account", "JWT is malformed"] {
        assert!(all.stderr.contains(words), "{words}: {}", all.stderr);
    }
    assert_eq!(sandbox.truth(), before);
    let one = ["revoke", "--name", "tf-*", "--account", "openrouter", "--dry-run"];
    assert!(lost(&one).await.ok().stderr.contains("these 5 keys"));
    // An account that does not answer is treated alike.
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    let deaf = at(&sandbox, &["revoke", "--name", "tf-*", "--yes"]).await;
    assert!(deaf.code == 4 && deaf.stderr.contains("with --account"), "{deaf:?}");
    assert_eq!(sandbox.truth(), before);
}

#[tokio::test]
async fn an_interrupted_bulk_can_be_repeated() {
    let sandbox = Sandbox::start().await.unwrap();
    // The third deletion is refused, as if it had been stopped there.
    let fault = Fault::respond(403).vendor(Vendor::OpenRouter).method("DELETE").nth([3]);
    sandbox.add_fault(fault);
    let truth = sandbox.truth();
    let all: Vec<String> = truth["openrouter"].as_array().unwrap()[..5]
        .iter()
        .map(|key| format!("openrouter/{}", key["hash"].as_str().unwrap()))
        .collect();
    let list = all.join("\n");
    let arguments = ["revoke", "--from", "-", "--yes", "-o", "json"];
    let first = reading(keyroster_at(&sandbox, &arguments), &list).await;
    assert_eq!(first.code, 3);
    let outcomes = |run: &Run| {
        let results = run.json()["results"].as_array().unwrap().clone();
        results.iter().map(|r| r["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&first), ["revoked", "revoked", "failed", "revoked", "revoked"]);
    let again =
        reading(keyroster_at(&sandbox, &["revoke", "--from", "-", "--dry-run"]), &list).await;
    assert_eq!(again.stderr.matches("is not in any list").count(), 4, "{}", again.stderr);
    let second = [&arguments[..], &["--missing-ok"]].concat();
    let second = reading(keyroster_at(&sandbox, &second), &list).await.ok();
    let mut again = outcomes(&second);
    again.sort();
    assert_eq!(again, ["not-found", "not-found", "not-found", "not-found", "revoked"]);
    assert!(second.stderr.contains("4 keys not found"), "{}", second.stderr);
    assert_eq!(sandbox.truth()["openrouter"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn whoami_reports_the_own_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let known = at(&sandbox, &["whoami", "-o", "json"]).await.ok().json();
    let accounts = known["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    for account in accounts {
        assert_eq!(account["access"]["kind"], "admin", "{account}");
    }
    assert_eq!(accounts[1]["key_id"], sandbox.pinata().api_key);
    assert_eq!(accounts[1]["expiry"]["kind"], "at", "the JWT says when it expires");
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    let known = at(&sandbox, &["whoami"]).await;
    assert_eq!(known.code, 3);
    assert!(known.stderr.contains("pinata: cannot check the credential"), "{}", known.stderr);
}

#[tokio::test]
async fn identify_sends_secrets_only_to_their_vendor() {
    let sandbox = Sandbox::start().await.unwrap();
    let secrets = sandbox.secrets();
    let of =
        |start: &str| secrets.iter().filter(|s| s.starts_with(start)).take(3).collect::<Vec<_>>();
    for (start, vendor) in [("sk-or-", "openrouter"), ("eyJ", "pinata")] {
        for secret in of(start) {
            sandbox.reset();
            let run = reading(keyroster_at(&sandbox, &["identify", "-"]), secret).await.ok();
            assert!(run.stdout.contains("Secret") && !run.stdout.contains(secret.as_str()));
            let asked = sandbox.requests();
            assert!(asked.iter().all(|request| request.vendor.as_str() == vendor), "{asked:?}");
            assert!(asked.iter().all(|request| request.method == "GET"), "{asked:?}");
        }
    }
    let foreign = reading(keyroster_at(&sandbox, &["identify", "-"]), "ghp_fa4efa4efa4e").await;
    assert_eq!(foreign.code, 2);
    assert!(foreign.stderr.contains("--account"), "{}", foreign.stderr);
    let argument = at(&sandbox, &["identify", "sk-or-v1-fa4efa4e"]).await;
    assert_eq!(argument.code, 2);
    assert!(!argument.stderr.contains("fa4efa4e"), "{}", argument.stderr);
}

#[tokio::test]
async fn an_unclear_404_is_not_a_revocation() {
    let sandbox = Sandbox::start().await.unwrap();
    let truth = sandbox.truth();
    let id = |vendor: &str, field: &str| truth[vendor][0][field].as_str().unwrap().to_owned();
    let keys = [
        format!("openrouter/{}", id("openrouter", "hash")),
        format!("pinata/{}", id("pinata", "key")),
    ];
    for body in [
        serde_json::json!({}),
        serde_json::json!({ "deleted": false }),
        serde_json::json!({ "status": 404, "error": "Not Found", "path": "/x" }),
        serde_json::json!("OK"),
        serde_json::json!(null),
    ] {
        for status in [200, 404] {
            for key in &keys {
                sandbox.clear_faults();
                for method in ["DELETE", "PUT"] {
                    sandbox.add_fault(Fault::respond(status).body(body.clone()).method(method));
                }
                let run = at(&sandbox, &["revoke", key, "--yes"]).await;
                assert_eq!(run.code, 5, "{status} {body}: {run:?}");
            }
        }
    }
    assert_eq!(sandbox.truth(), truth);
}

#[tokio::test]
async fn a_lost_answer_counts_as_revoked() {
    let sandbox = Sandbox::start().await.unwrap();
    let hash = sandbox.truth()["openrouter"][0]["hash"].as_str().unwrap().to_owned();
    sandbox.add_fault(Fault::respond(502).commit().method("DELETE").nth([1]));
    let run = at(&sandbox, &["revoke", &format!("openrouter/{hash}"), "--yes"]).await.ok();
    assert!(run.stdout.starts_with("revoked "), "{}", run.stdout);
}

#[tokio::test]
async fn unlisted_keys_are_fetched() {
    let mut quirks = keyroster_sandbox::OpenRouterQuirks::default();
    quirks.workspaces_forbidden = true;
    let sandbox = Sandbox::builder().openrouter_quirks(quirks).start().await.unwrap();
    let truth = sandbox.truth();
    let all = truth["openrouter"].as_array().unwrap();
    let elsewhere = all.iter().find(|key| key["workspace_id"] != all[0]["workspace_id"]).unwrap();
    let reference = format!("openrouter/{}", elsewhere["hash"].as_str().unwrap());
    let run =
        reading(keyroster_at(&sandbox, &["revoke", "--from", "-", "--yes"]), &reference).await;
    assert!(run.stdout.starts_with("revoked "), "{run:?}");
    assert_eq!(run.code, 3, "other keys may have been overlooked");
    assert!(run.stderr.contains("default workspace"), "{}", run.stderr);
}

#[tokio::test]
async fn a_closed_pipe_stops_no_bulk() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut command = keyroster_at(&sandbox, &["revoke", "--name", "tf-*", "--yes"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output =
        tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    assert_ne!(output.status.code(), Some(0), "the exit code must not hide what was done");
    let truth = sandbox.truth();
    let left = truth["openrouter"].as_array().unwrap().iter();
    assert_eq!(left.filter(|key| key["name"].as_str().unwrap().starts_with("tf-")).count(), 0);
}

#[tokio::test]
async fn disabled_keys_are_identified() {
    let sandbox = Sandbox::start().await.unwrap();
    let made = at(&sandbox, &["create", "openrouter", "leaky", "--secret-to", "stdout"]).await.ok();
    let key = named(&sandbox, "openrouter", "leaky").unwrap();
    let reference = format!("openrouter/{}", key["hash"].as_str().unwrap());
    at(&sandbox, &["disable", &reference, "--yes"]).await.ok();
    let run = reading(keyroster_at(&sandbox, &["identify", "-"]), &made.stdout).await.ok();
    assert!(run.stdout.contains("dead") && run.stdout.contains(&reference), "{}", run.stdout);
}

#[tokio::test]
async fn missing_keys_are_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    let arguments = ["revoke", "--from", "-", "--yes"];
    // What follows the reference is the name, as keyroster prints it.
    let run = reading(keyroster_at(&sandbox, &arguments), "pinata/typo12345  ci-deploy\n").await;
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stdout.starts_with("not-found "), "{}", run.stdout);
}

#[tokio::test]
async fn a_gateways_refusal_proves_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let secrets = sandbox.secrets();
    for start in ["sk-or-", "eyJ"] {
        let secret = secrets.iter().find(|secret| secret.starts_with(start)).unwrap();
        for status in [401, 403] {
            for body in [
                serde_json::json!("blocked by egress policy"),
                serde_json::json!({ "message": "no" }),
                serde_json::json!({ "status": status, "error": "Forbidden", "path": "/" }),
            ] {
                sandbox.clear_faults();
                sandbox.add_fault(Fault::respond(status).body(body.clone()));
                let run = reading(keyroster_at(&sandbox, &["identify", "-"]), secret).await;
                assert_eq!(run.code, 5, "{status} {body}: {run:?}");
                assert!(!run.stdout.contains("dead"), "{}", run.stdout);
            }
        }
    }
}

#[tokio::test]
async fn include_own_needs_no_whoami() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::respond(403).path("/data/testAuthentication"));
    let own = format!("pinata/{}", sandbox.pinata().api_key);
    assert_ne!(at(&sandbox, &["revoke", &own, "--yes"]).await.code, 0);
    at(&sandbox, &["revoke", &own, "--yes", "--include-own"]).await.ok();
}

#[tokio::test]
async fn keys_that_cannot_be_disabled_say_so() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = sandbox.truth()["pinata"][0]["key"].as_str().unwrap().to_owned();
    let run = at(&sandbox, &["disable", &format!("pinata/{id}"), "--yes"]).await;
    assert_eq!(run.code, 2);
    let hint = format!("\nhint: to revoke it instead: keyroster revoke pinata/{id}\n");
    assert!(run.stderr.contains("Pinata keys cannot be disabled, only revoked"), "{run:?}");
    assert!(run.stderr.contains(&hint), "{run:?}");
}
