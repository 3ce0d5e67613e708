//! Making, changing and revoking keys, and whose they are.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::Value;

use crate::bin::{Run, keyroster_at, run};

async fn at(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    run(keyroster_at(sandbox, arguments)).await
}

/// A run that reads this text.
async fn reading(mut command: Command, text: &str) -> Run {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    command.stdin(Stdio::from(file));
    run(command).await
}

/// The key of that name at the vendor.
fn named(sandbox: &Sandbox, vendor: &str, name: &str) -> Option<Value> {
    let truth = sandbox.truth();
    let mut keys = truth[vendor].as_array().unwrap().iter();
    keys.find(|key| key["name"] == name).cloned()
}

fn count(sandbox: &Sandbox) -> usize {
    let truth = sandbox.truth();
    ["pinata", "openrouter"].iter().map(|vendor| truth[*vendor].as_array().unwrap().len()).sum()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Whether the vendor accepts a secret.
async fn is_live(sandbox: &Sandbox, secret: &str) -> bool {
    let identified = reading(keyroster_at(sandbox, &["identify", "-", "-o", "json"]), secret).await;
    identified.ok().json()["liveness"] == "live"
}

#[tokio::test]
async fn a_secret_goes_where_it_is_told_and_nowhere_else() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let dotenv = folder.path().join(".env");
    std::fs::write(&dotenv, "# ours\nA=1\nKEY=old\nB=2\n").unwrap();
    let through = folder.path().join("through");
    let sinks = [
        format!("file:{}", path.display()),
        format!("dotenv:{}#KEY", dotenv.display()),
        format!("command:cat >{}", through.display()),
        "stdout".to_owned(),
    ];
    for (number, sink) in sinks.iter().enumerate() {
        let name = format!("made-{number}");
        let limit = ["--limit", "25", "--reset", "monthly"];
        let arguments =
            [&["create", "openrouter", &name, "--secret-to", sink], &limit[..]].concat();
        let made = at(&sandbox, &arguments).await.ok();
        let secret = match number {
            0 => std::fs::read_to_string(&path).unwrap(),
            1 => {
                let text = std::fs::read_to_string(&dotenv).unwrap();
                let value = text.lines().nth(2).unwrap().strip_prefix("KEY=").unwrap().to_owned();
                assert_eq!(text, format!("# ours\nA=1\nKEY={value}\nB=2\n"));
                value
            }
            2 => std::fs::read_to_string(&through).unwrap(),
            _ => made.stdout.clone(),
        };
        let secret = secret.trim();
        assert!(sandbox.secrets().contains(&secret.to_owned()), "{sink}");
        assert!(is_live(&sandbox, secret).await);
        if number < 3 {
            assert!(!made.stdout.contains("fa4efa4e"), "{sink}: {}", made.stdout);
        }
        assert!(made.stderr.contains("created openrouter/"), "{sink}: {}", made.stderr);
        assert!(!made.stderr.contains("fa4efa4e"), "{sink}: {}", made.stderr);
        let truth = named(&sandbox, "openrouter", &name).unwrap();
        assert_eq!((&truth["limit"], &truth["limit_reset"]), (&25.into(), &"monthly".into()));
    }
    assert_eq!((mode(&path), mode(&dotenv)), (0o600, 0o600));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "no draft is left: {left:?}");
}

#[tokio::test]
async fn a_sink_that_cannot_be_written_makes_no_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "mine").unwrap();
    let twice = folder.path().join("twice");
    std::fs::write(&twice, "K=1\nK=2\nLONG=\"a\nb\"\n").unwrap();
    let before = count(&sandbox);
    for sink in [
        format!("file:{}", taken.display()),
        format!("file:{}", folder.path().display()),
        format!("file:{}/none/secret", folder.path().display()),
        format!("dotenv:{}#K", twice.display()),
        format!("dotenv:{}#1K", twice.display()),
        format!("dotenv:{}", twice.display()),
        "command:no-such-command-here".to_owned(),
        format!("dotenv:{}#LONG", twice.display()),
        "nowhere".to_owned(),
        "file:".to_owned(),
    ] {
        let made = at(&sandbox, &["create", "openrouter", "x", "--secret-to", &sink]).await;
        assert_eq!(made.code, 2, "{sink}: {made:?}");
        assert!(made.stderr.starts_with("error: "), "{sink}: {}", made.stderr);
    }
    assert_eq!(count(&sandbox), before);
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    assert!(sandbox.requests().is_empty(), "nothing was sent");
    // Told to, it replaces the file.
    let sink = format!("file:{}", taken.display());
    at(&sandbox, &["create", "openrouter", "x", "--secret-to", &sink, "--overwrite"]).await.ok();
    assert!(std::fs::read_to_string(&taken).unwrap().starts_with("sk-or-v1-"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_delivered_is_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command =
        keyroster_at(&sandbox, &["create", "openrouter", "x", "--secret-to", "command:false"]);
    command.env("TMPDIR", folder.path()).env("PATH", "/usr/bin:/bin");
    let made = run(command).await;
    assert_eq!(made.code, 5);
    assert!(!made.stderr.contains("fa4efa4e") && !made.stdout.contains("fa4efa4e"), "{made:?}");
    let kept: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert!(made.stderr.contains(kept[0].to_str().unwrap()), "{}", made.stderr);
    assert_eq!(mode(&kept[0]), 0o600);
    assert!(is_live(&sandbox, std::fs::read_to_string(&kept[0]).unwrap().trim()).await);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    for (arguments, words) in [
        (&["openrouter", ""][..], "empty"),
        (&["openrouter", "x", "--limit=-1"], "negative"),
        (&["openrouter", "x", "--limit", "much"], "no amount"),
        (&["openrouter", "x", "--limit", "5 requests"], "limit in requests"),
        (&["openrouter", "x", "--expires", "2020-01-01T00:00:00Z"], "past"),
        (&["openrouter", "x", "--admin"], "admin access"),
        (&["openrouter", "x", "--set", "colour=blue"], "colour"),
        (&["pinata", "x", "--admin", "--expires", "30d"], "an expiry"),
        (&["pinata", "x", "--scope", "pinning:unpinn"], "`pinning:unpin`"),
        (&["pinata", "x"], "not named"),
        (&["pinata", "x", "--admin", "--limit", "0.5"], "whole number"),
    ] {
        let made = at(&sandbox, &[&["create", "--secret-to", "stdout"], arguments].concat()).await;
        assert_eq!(made.code, 2, "{arguments:?}: {made:?}");
        assert!(made.stderr.contains(words), "{arguments:?}: {}", made.stderr);
        assert_eq!(made.stdout, "");
    }
    let long = "x".repeat(257);
    let made = at(&sandbox, &["create", "openrouter", &long, "--secret-to", "stdout"]).await;
    assert!(made.code == 2 && made.stderr.contains("256"), "{made:?}");
    let changed = at(&sandbox, &["disable", "pinata/abc", "--yes"]).await;
    assert_eq!(changed.code, 2);
    let requests = sandbox.requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:?}");
}

#[tokio::test]
async fn a_change_sends_what_changes_and_no_more() {
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
    at(&sandbox, &["update", &reference, "--limit", "0.1", "--dry-run"]).await.ok();
    assert!(named(&sandbox, "openrouter", "bot2").unwrap()["limit"].is_null());
    at(&sandbox, &["disable", &reference, "--yes"]).await.ok();
    assert_eq!(named(&sandbox, "openrouter", "bot2").unwrap()["disabled"], true);
    at(&sandbox, &["enable", &reference, "--yes"]).await.ok();
    assert_eq!(named(&sandbox, "openrouter", "bot2").unwrap()["disabled"], false);
}

#[tokio::test]
async fn nothing_is_revoked_unasked() {
    let sandbox = Sandbox::start().await.unwrap();
    let before = sandbox.truth();
    let own = sandbox.pinata().api_key;
    for (arguments, code, words) in [
        (vec!["revoke", "--name", "tf-*"], 6, "--yes"),
        (vec!["revoke", "--name", "tf-*", "--dry-run"], 0, "would revoke these 5 keys"),
        (vec!["revoke", "--name", "tf-*", "--yes", "--max-changes", "4"], 6, "--max-changes"),
        (vec!["revoke", "--name", "no-such-*", "--yes"], 2, "no key has a name"),
        (vec!["revoke", "openrouter/zzzz", "--yes"], 2, "no key whose id"),
        (vec!["revoke", "--yes"], 2, "one way"),
    ] {
        let run = at(&sandbox, &arguments).await;
        assert_eq!(run.code, code, "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
    let reference = format!("pinata/{own}");
    let run = at(&sandbox, &["revoke", &reference, "--yes"]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("--even-own"), "{}", run.stderr);
    assert_eq!(sandbox.truth(), before);
    at(&sandbox, &["revoke", &reference, "--yes", "--even-own"]).await.ok();
    assert_ne!(sandbox.truth(), before);
}

#[tokio::test]
async fn an_interrupted_bulk_goes_on_where_it_stopped() {
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
    let second = reading(keyroster_at(&sandbox, &arguments), &list).await.ok();
    let mut again = outcomes(&second);
    again.sort();
    assert_eq!(again, ["not-found", "not-found", "not-found", "not-found", "revoked"]);
    assert!(second.stderr.contains("4 of the keys are in no list"), "{}", second.stderr);
    assert_eq!(sandbox.truth()["openrouter"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn an_unanswered_create_names_the_orphan_and_how_to_revoke_it() {
    let sandbox = Sandbox::start().await.unwrap();
    for (account, more) in [("openrouter", None), ("pinata", Some("--admin"))] {
        sandbox.clear_faults();
        let before = count(&sandbox);
        sandbox.add_fault(Fault::respond(502).commit().method("POST"));
        let mut arguments = vec!["create", account, "orphan", "--secret-to", "stdout"];
        arguments.extend(more);
        let made = at(&sandbox, &arguments).await;
        assert_eq!(made.code, 5, "{made:?}");
        assert_eq!(count(&sandbox), before + 1, "one key, and not two");
        let line = made.stderr.lines().find(|line| line.trim().starts_with("keyroster revoke"));
        let words: Vec<&str> = line.unwrap().split_whitespace().skip(1).chain(["--yes"]).collect();
        at(&sandbox, &words).await.ok();
        let orphan = named(&sandbox, account, "orphan");
        assert!(orphan.is_none_or(|key| key["revoked"] == true));
    }
}

#[tokio::test]
async fn an_account_knows_itself() {
    let sandbox = Sandbox::start().await.unwrap();
    let known = at(&sandbox, &["whoami", "-o", "json"]).await.ok().json();
    let accounts = known["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    for account in accounts {
        assert_eq!(account["access"]["kind"], "admin", "{account}");
    }
    assert_eq!(accounts[1]["key_id"], sandbox.pinata().api_key);
    assert_eq!(accounts[1]["expiry"]["kind"], "at", "the JWT tells when it ends");
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    let known = at(&sandbox, &["whoami"]).await;
    assert_eq!(known.code, 3);
    assert!(known.stderr.contains("pinata: cannot check the credential"), "{}", known.stderr);
}

#[tokio::test]
async fn a_secret_is_shown_to_its_own_vendor_alone() {
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
async fn an_older_key_of_the_same_name_is_not_offered_for_revoking() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sink = format!("file:{}", folder.path().join("good").display());
    at(&sandbox, &["create", "openrouter", "ci", "--secret-to", &sink]).await.ok();
    let good = named(&sandbox, "openrouter", "ci").unwrap();
    // Nothing is made, and nobody can know that.
    sandbox.add_fault(Fault::respond(502).method("POST"));
    let made = at(&sandbox, &["create", "openrouter", "ci", "--secret-to", "stdout"]).await;
    assert_eq!(made.code, 5);
    let good = good["hash"].as_str().unwrap();
    assert!(made.stderr.contains(good), "it is named: {}", made.stderr);
    assert!(made.stderr.contains("older key in good use"), "{}", made.stderr);
    assert!(!made.stderr.contains("keyroster revoke"), "{}", made.stderr);
}

#[tokio::test]
async fn only_the_vendors_own_words_say_that_a_key_is_revoked() {
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
async fn a_deletion_whose_answer_was_lost_is_ours() {
    let sandbox = Sandbox::start().await.unwrap();
    let hash = sandbox.truth()["openrouter"][0]["hash"].as_str().unwrap().to_owned();
    sandbox.add_fault(Fault::respond(502).commit().method("DELETE").nth([1]));
    let run = at(&sandbox, &["revoke", &format!("openrouter/{hash}"), "--yes"]).await.ok();
    assert!(run.stdout.starts_with("revoked "), "{}", run.stdout);
}

#[tokio::test]
async fn a_key_that_no_list_shows_is_asked_for() {
    let mut switches = keyroster_sandbox::OpenRouterSwitches::default();
    switches.workspaces_forbidden = true;
    let sandbox = Sandbox::builder().openrouter_switches(switches).start().await.unwrap();
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
async fn a_reader_that_leaves_stops_no_bulk() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut command = keyroster_at(&sandbox, &["revoke", "--name", "tf-*", "--yes"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output =
        tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap();
    assert_ne!(output.status.code(), Some(0), "nobody was told what was done");
    let truth = sandbox.truth();
    let left = truth["openrouter"].as_array().unwrap().iter();
    assert_eq!(left.filter(|key| key["name"].as_str().unwrap().starts_with("tf-")).count(), 0);
}

#[tokio::test]
async fn a_disabled_keys_secret_is_still_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let made = at(&sandbox, &["create", "openrouter", "leaky", "--secret-to", "stdout"]).await.ok();
    let key = named(&sandbox, "openrouter", "leaky").unwrap();
    let reference = format!("openrouter/{}", key["hash"].as_str().unwrap());
    at(&sandbox, &["disable", &reference, "--yes"]).await.ok();
    let told = reading(keyroster_at(&sandbox, &["identify", "-"]), &made.stdout).await.ok();
    assert!(told.stdout.contains("dead") && told.stdout.contains(&reference), "{}", told.stdout);
}

#[tokio::test]
async fn a_part_that_the_vendor_does_not_hand_out_makes_no_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let before = count(&sandbox);
    let sink = ["--secret-to", "stdout", "--part"];
    for (account, more, part) in [("pinata", Some("--admin"), "jwt"), ("openrouter", None, "x")] {
        let mut arguments = vec!["create", account, "x"];
        arguments.extend(more);
        arguments.extend(sink);
        arguments.push(part);
        let made = at(&sandbox, &arguments).await;
        assert_eq!(made.code, 2, "{made:?}");
    }
    assert_eq!(count(&sandbox), before);
    let pinata = ["create", "pinata", "x", "--admin", "--secret-to", "stdout", "--part"];
    let made = at(&sandbox, &[&pinata[..], &["pinata_api_secret"]].concat()).await.ok();
    assert_eq!(made.stdout.trim().len(), 64);
    assert!(made.stderr.contains("not kept: the secret itself"), "{}", made.stderr);
}

#[tokio::test]
async fn a_dry_run_checks_what_the_vendor_would_refuse() {
    let sandbox = Sandbox::start().await.unwrap();
    for arguments in [
        &["openrouter", "x", "--limit", "2000000"][..],
        &["pinata", "x", "--scope", "nonsense"],
        &["pinata", "x"],
    ] {
        let create = [&["create", "--secret-to", "stdout", "--dry-run"], arguments].concat();
        assert_eq!(at(&sandbox, &create).await.code, 2, "{arguments:?}");
    }
    assert!(sandbox.requests().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_secret_is_an_argument_and_no_file_is_open_to_others() {
    let sandbox =
        Sandbox::builder().latency(std::time::Duration::from_millis(300)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    // Under a umask that forbids nothing.
    let script = format!(
        "umask 000; exec \"$0\" create openrouter x --secret-to 'command:cat >/dev/null; sleep 0.3' & \
         \"$0\" create openrouter y --secret-to file:{} >/dev/null; wait",
        path.display()
    );
    let mut command = keyroster_at(&sandbox, &[]);
    let binary = command.get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask 000; {script}")]).arg(binary);
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap());
    }
    command.env_clear();
    let mut child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut seen = String::new();
    while child.try_wait().unwrap().is_none() {
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            seen += &std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(seen.contains("--secret-to"), "the commands were seen");
    for secret in sandbox.secrets() {
        assert!(!seen.contains(&secret), "a secret is an argument");
    }
    assert_eq!(mode(&path), 0o600);
}
