//! Completions, manual pages, help, version and `doctor`.

use std::process::Command;

use keyroster_sandbox::{Fault, Sandbox};

use crate::support::binary::{keyroster, keyroster_at, run};
use crate::support::settings::Settings;

/// The completions of the last of these words.
async fn completed(mut command: Command, words: &[&str]) -> Vec<String> {
    let index = words.len() - 1;
    command.env("KEYROSTER_COMPLETE", "bash").env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_INDEX", index.to_string()).arg("--").args(words);
    let answered = run(command).await.ok();
    assert_eq!(answered.stderr, "");
    answered.stdout.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn accounts_and_keys_complete() {
    let sandbox = Sandbox::start().await.unwrap();
    let at = |words: &'static [&'static str]| completed(keyroster_at(&sandbox, &[]), words);
    assert_eq!(at(&["keyroster", "show", ""]).await[..2], ["openrouter/", "pinata/"]);
    assert_eq!(at(&["keyroster", "show", "pi"]).await, ["pinata/"]);
    assert_eq!(at(&["keyroster", "create", "op"]).await, ["openrouter"]);
    assert_eq!(at(&["keyroster", "list", "--provider", "p"]).await, ["pinata"]);
    assert!(at(&["keyroster", "list", "--st"]).await.contains(&"--status".to_owned()));
    let truth = sandbox.truth();
    let keys = truth["pinata"].as_array().unwrap();
    let offered = at(&["keyroster", "revoke", "pinata/"]).await;
    assert_eq!(offered.len(), keys.len(), "every key, {offered:?}");
    let id = keys[3]["key"].as_str().unwrap();
    let begun = format!("pinata/{}", &id[..6]);
    let words = ["keyroster", "revoke", &begun];
    assert_eq!(completed(keyroster_at(&sandbox, &[]), &words).await, [format!("pinata/{id}")]);
}

#[tokio::test]
async fn fields_and_schemas_complete() {
    let fields = completed(keyroster(&[]), &["keyroster", "list", "--sort", "last"]).await;
    assert_eq!(fields, ["last_used"]);
    let fields = completed(keyroster(&[]), &["keyroster", "list", "--sort", "name,last"]).await;
    assert_eq!(fields, ["name,last_used"]);
    let fields =
        completed(keyroster(&[]), &["keyroster", "list", "--group-by", "container_"]).await;
    assert_eq!(fields, ["container_name"]);
    let columns = completed(keyroster(&[]), &["keyroster", "list", "--columns", "al"]).await;
    assert_eq!(columns, ["all"]);
    let schemas = completed(keyroster(&[]), &["keyroster", "schema", "gr"]).await;
    assert_eq!(schemas, ["groups", "group"]);
}

#[tokio::test]
async fn help_shows_examples_codes_and_variables() {
    for command in ["list", "create", "update", "revoke", "identify"] {
        let help = run(keyroster(&[command, "-h"])).await.ok().stdout;
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        assert!(examples.matches("keyroster ").count() >= 2, "{examples}");
        assert!(examples.lines().all(|line| line.len() <= 80), "{examples}");
    }
    let long = run(keyroster(&["--help"])).await.ok().stdout;
    let page = run(keyroster(&["man"])).await.ok().stdout;
    for words in ["Exit codes:", "interrupted with Ctrl-C", "KEYROSTER_CONFIG", "NO_COLOR"] {
        assert!(long.contains(words), "{words}: {long}");
        assert!(page.replace("\\-", "-").contains(words), "{words}: {page}");
    }
    let short = run(keyroster(&["-h"])).await.ok().stdout;
    assert!(!short.contains("Exit codes:") && short.contains("Examples:"), "{short}");
}

#[tokio::test]
async fn a_failure_completes_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::respond(401));
    let words = ["keyroster", "show", "pinata/"];
    assert_eq!(completed(keyroster_at(&sandbox, &[]), &words).await, [""; 0]);
    assert_eq!(completed(keyroster(&[]), &words).await, [""; 0]);
    let settings = Settings::new("[accounts\n");
    let file = settings.file.to_str().unwrap();
    let words = ["keyroster", "show", "--config", file, "p"];
    assert_eq!(completed(keyroster(&[]), &words).await, [""; 0]);
}

#[tokio::test]
async fn scripts_and_manual_pages_are_generated() {
    for (shell, word) in [
        ("bash", "complete -o"),
        ("zsh", "#compdef keyroster"),
        ("fish", "complete --keep-order"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion:arg-completer"),
    ] {
        let script = run(keyroster(&["completions", shell])).await.ok();
        assert!(script.stdout.contains(word), "{shell}: {}", script.stdout);
        assert!(script.stdout.contains("KEYROSTER_COMPLETE"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("man1");
    run(keyroster(&["man", "--dir", dir.to_str().unwrap()])).await.ok();
    for page in ["keyroster.1", "keyroster-list.1", "keyroster-accounts-add.1"] {
        assert!(dir.join(page).exists(), "{page}");
    }
    let page = run(keyroster(&["man"])).await.ok();
    assert!(page.stdout.contains(".SH SUBCOMMANDS"), "{}", page.stdout);
}

#[tokio::test]
async fn version_names_the_providers() {
    let version = run(keyroster(&["--version"])).await.ok().stdout;
    assert!(version.contains("\nproviders: openrouter, pinata\n"), "{version}");
    assert!(version.starts_with(concat!("keyroster ", env!("CARGO_PKG_VERSION"))), "{version}");
}

#[tokio::test]
async fn doctor_reports_problems_and_fixes() {
    let healthy = Sandbox::start().await.unwrap();
    let seen = run(keyroster_at(&healthy, &["doctor", "-o", "json"])).await.ok().json();
    let findings = seen["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["verdict"] == "ok"), "{seen}");
    for check in ["version", "config", "pinata", "openrouter", "clock"] {
        assert!(findings.iter().any(|finding| finding["check"] == check), "{check}: {seen}");
    }

    let nothing = run(keyroster(&["doctor"])).await;
    assert_eq!(nothing.code, 1);
    assert!(nothing.stdout.contains("fix: run `keyroster accounts add`"), "{nothing:?}");

    let wrong = Settings::new("[accounts.a]\nprovider = \"pinta\"\n").run(&["doctor"]).await;
    assert_eq!(wrong.code, 1);
    assert!(wrong.stdout.contains(":2:12: ") && wrong.stdout.contains("fix: "), "{wrong:?}");

    let refused = Sandbox::start().await.unwrap();
    refused.add_fault(Fault::respond(401).path("/api/v1/*"));
    let mut command = keyroster_at(&refused, &["doctor"]);
    command.env("HTTPS_PROXY", "http://me:fa4efa4e@proxy.example:3128");
    let seen = run(command).await;
    assert_eq!(seen.code, 1, "{seen:?}");
    assert!(seen.stdout.contains("proxy.example:3128"), "{}", seen.stdout);
    assert!(!seen.stdout.contains("fa4efa4e"), "{}", seen.stdout);
    let line = seen.stdout.lines().find(|line| line.starts_with("problem")).unwrap();
    assert!(line.contains("openrouter") && line.contains("status 401"), "{line}");
    assert!(seen.stdout.contains("ok       pinata"), "{}", seen.stdout);
}

#[tokio::test]
async fn rotate_is_refused_without_a_request() {
    let sandbox = Sandbox::start().await.unwrap();
    for account in ["pinata/abc", "openrouter/abc"] {
        let rotate = ["rotate", account, "--secret-to", "stdout", "--yes"];
        let said = run(keyroster_at(&sandbox, &rotate)).await;
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
        assert!(said.stderr.contains("keyroster create"), "{}", said.stderr);
    }
    assert!(sandbox.requests().is_empty());
}
