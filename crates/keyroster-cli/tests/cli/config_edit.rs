//! Edits of `keyroster.toml`: comments are kept, and only valid accounts are written.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::binary::{keyroster, run};
use crate::support::changes::mode;
use crate::support::pty::Terminal;
use crate::support::settings::Settings;

const ADD: [&str; 3] = ["accounts", "add", "new"];
const PINATA: [&str; 4] = ["--provider", "pinata", "--credential", "jwt=env:A"];

fn account(name: &str) -> String {
    format!("[accounts.{name}]\nprovider = \"pinata\"\njwt = {{ env = \"A\" }}\n")
}

fn text(settings: &Settings) -> String {
    std::fs::read_to_string(&settings.file).unwrap()
}

async fn add(settings: &Settings, name: &str) -> crate::support::binary::Run {
    settings.run(&[&["accounts", "add", name], &PINATA[..]].concat()).await
}

async fn remove(settings: &Settings, name: &str) -> crate::support::binary::Run {
    settings.run(&["accounts", "remove", name, "--yes"]).await
}

/// Each process reads the file, adds to it and writes it. Without a lock, the last one would win.
#[tokio::test]
async fn concurrent_adds_are_all_kept() {
    let settings = Settings::new("");
    let names: Vec<String> = (0..10).map(|number| format!("a{number}")).collect();
    let added = futures_util::future::join_all(names.iter().map(|name| add(&settings, name)));
    for run in added.await {
        run.ok();
    }
    let listed = settings.run(&["accounts", "list", "-o", "json"]).await.ok().json();
    let listed = listed["accounts"].as_array().unwrap();
    let listed: Vec<&str> = listed.iter().map(|entry| entry["account"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
}

#[tokio::test]
async fn invalid_settings_are_not_written() {
    let settings = Settings::new(&account("a-b"));
    let before = text(&settings);
    let said = add(&settings, "a.b").await;
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.stderr.contains("share the environment variables"), "{}", said.stderr);
    for (arguments, words) in [
        (["--set", "base-url=nonsense"], "the base URL is not a URL"),
        (["--set", "generation=v9"], "must be `legacy`"),
        (["--credential", "jwt=env:B"], "sets `jwt` twice"),
    ] {
        let said = settings.run(&[&ADD[..], &PINATA, &arguments].concat()).await;
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
        assert!(said.stderr.contains(words), "{arguments:?}: {}", said.stderr);
    }
    let twice = ["--set", "generation=v3", "--set", "generation=v3"];
    assert_eq!(settings.run(&[&ADD[..], &PINATA, &twice].concat()).await.code, 2);
    assert_eq!(text(&settings), before);
    // An account that only the environment defines can be added to the file.
    let mut command = settings.command(&[&["accounts", "add", "ci"], &PINATA[..]].concat());
    command.env("KEYROSTER_CI__PROVIDER", "pinata").env("KEYROSTER_CI__JWT", "fa4efa4e");
    run(command).await.ok();
    assert!(text(&settings).contains("[accounts.ci]"));
}

#[tokio::test]
async fn mode_link_and_line_ends_are_kept() {
    let settings = Settings::new(&account("a").replace('\n', "\r\n"));
    let private = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&settings.file, private).unwrap();
    add(&settings, "b").await.ok();
    assert_eq!(mode(&settings.file), 0o640);
    let whole = text(&settings);
    assert!(whole.contains("[accounts.b]"));
    assert_eq!(whole.matches('\n').count(), whole.matches("\r\n").count(), "{whole:?}");

    let linked = tempfile::tempdir().unwrap();
    let link = linked.path().join("link.toml");
    std::os::unix::fs::symlink("elsewhere/real.toml", &link).unwrap();
    let real = linked.path().join("elsewhere/real.toml");
    std::fs::create_dir(real.parent().unwrap()).unwrap();
    std::fs::write(&real, "").unwrap();
    let mut command = keyroster(&[&ADD[..], &PINATA].concat());
    command.arg("--config").arg(&link);
    run(command).await.ok();
    assert!(link.is_symlink());
    assert!(std::fs::read_to_string(real).unwrap().contains("[accounts.new]"));
}

#[tokio::test]
async fn comments_stay_with_their_account() {
    let (a, b) = (account("a"), account("b"));
    for (before, gone, after) in [
        (
            format!("# ours\n\n# about a\n{a}\n# about b\n{b}"),
            "a",
            format!("# ours\n\n# about b\n{b}"),
        ),
        (
            format!("# ours\n\n# about a\n{a}\n# about b\n{b}"),
            "b",
            format!("# ours\n\n# about a\n{a}"),
        ),
        (format!("# ours\n{a}\n{b}"), "a", format!("# ours\n\n{b}")),
        (format!("{a}\n# part two\n\n{b}# end\n"), "b", format!("{a}\n# part two\n\n# end\n")),
        (format!("# ours\n\n{a}"), "a", "# ours\n\n".to_owned()),
    ] {
        let settings = Settings::new(&before);
        remove(&settings, gone).await.ok();
        assert_eq!(text(&settings), after, "{gone} of {before}");
    }
    for before in ["# ours\n".to_owned(), format!("{a}# end\n")] {
        let settings = Settings::new(&before);
        add(&settings, "new").await.ok();
        assert!(text(&settings).starts_with(&before), "{}", text(&settings));
    }
}

#[tokio::test]
async fn broken_accounts_can_be_removed() {
    let broken = "[accounts.bad]\nprovider = \"pinta\"\n";
    let settings = Settings::new(&format!("{}\n{broken}\n{}", account("a"), account("b")));
    let said = remove(&settings, "a").await.ok();
    assert!(said.stderr.contains("did you mean `pinata`?"), "{}", said.stderr);
    assert_eq!(add(&settings, "bad").await.code, 2);
    add(&settings, "c").await.ok();
    let said = remove(&settings, "bad").await.ok();
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    assert_eq!(text(&settings), format!("{}\n{}", account("b"), account("c")));
    let settings = Settings::new("[accounts\n");
    assert_eq!(remove(&settings, "a").await.code, 4);
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again() {
    let settings = Settings::new("");
    let command: Command = settings.command(&["accounts", "add"]);
    let asked = move || {
        let mut terminal = Terminal::start(&command, 100, None);
        for (question, answer) in [
            ("provider (openrouter, pinata): ", "pinta\r"),
            ("did you mean `pinata`?", "pinata\r"),
            ("[pinata]: ", "a/b\r"),
            ("use only letters, digits", "prod\r"),
            ("source: ", "fa4efa4e.x\r"),
            ("not the secret itself", "env:PROD_JWT\r"),
            ("tags, separated by commas", "x, y\r"),
        ] {
            terminal.until(question);
            terminal.press(answer);
        }
        assert_eq!(terminal.end(), 0, "{}", terminal.shown);
        terminal.shown
    };
    let shown = tokio::task::spawn_blocking(asked).await.unwrap();
    assert!(
        shown.contains("--credential api-key=env:PINATA_API_KEY --credential api-secret="),
        "{shown}"
    );
    let written = "[accounts.prod]\nprovider = \"pinata\"\ntags = [\"x\", \"y\"]\njwt = { env = \"PROD_JWT\" }\n";
    assert_eq!(text(&settings), written);
    let said = settings.run(&[&ADD[..], &PINATA[..2]].concat()).await;
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("hint: pass --credential jwt=env:PINATA_JWT"), "{said:?}");
}
