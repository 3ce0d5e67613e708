//! Interruptions by Ctrl-C and SIGTERM.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::Value;

use crate::support::binary::keyroster_at;
use crate::support::hold::hold;
use crate::support::pty::Terminal;
use crate::support::schema::Schema;

/// The progress line once one account of two has answered.
const ONE: &str = "1 of 2 accounts";

/// What an interrupted bulk change shows until its last request is answered.
const WAITING: &str = "waiting for the response about openrouter/";

/// A sandbox with an account that never answers.
async fn half(pinata_keys: usize) -> Sandbox {
    let sandbox = Sandbox::builder().pinata_keys(pinata_keys).start().await.unwrap();
    sandbox.add_fault(Fault::delay(3_600_000).vendor(Vendor::OpenRouter));
    sandbox
}

fn kill(signal: &str, process: u32) {
    let status = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(status.unwrap().success());
}

/// Runs what waits for a terminal, while the sandbox of this process goes on serving.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn ctrl_c_prints_what_was_found() {
    let sandbox = half(24).await;
    let command = keyroster_at(&sandbox, &["list"]);
    aside(move || {
        let mut terminal = Terminal::start(&command, 100, None);
        terminal.until(ONE);
        terminal.press("\u{3}");
        assert_eq!(terminal.end(), 130);
        let shown = terminal.screen();
        assert!(!shown.contains(ONE), "progress is left behind: {shown}");
        for words in
            ["ops-admin", "interrupted: keys may be missing", "from `openrouter`", "24 keys in"]
        {
            assert!(shown.contains(words), "{words}: {shown}");
        }
    })
    .await;
}

#[tokio::test]
async fn json_reports_the_interruption() {
    let sandbox = half(24).await;
    let command = keyroster_at(&sandbox, &["list", "-o", "json"]);
    let json: Value = aside(move || {
        let mut terminal = Terminal::start(&command, 100, Some(Stdio::piped()));
        terminal.until(ONE);
        kill("-TERM", terminal.child.id());
        let stdout = terminal.child.stdout.take().unwrap();
        let json = serde_json::from_reader(stdout).unwrap();
        assert_eq!(terminal.end(), 143);
        json
    })
    .await;
    assert_eq!(json["interrupted"], true);
    assert_eq!(json["unanswered"], serde_json::json!(["openrouter"]));
    assert_eq!(json["keys"].as_array().unwrap().len(), 24);
    assert_eq!(json["accounts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn jsonl_prints_keys_as_they_arrive() {
    let sandbox = half(24).await;
    let mut command = keyroster_at(&sandbox, &["list", "-o", "jsonl"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    aside(move || {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for _ in 0..24 {
            let line = lines.next().unwrap().unwrap();
            assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["account"], "pinata");
        }
        kill("-INT", child.id());
        assert!(lines.next().is_none());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("warning: interrupted: keys may be missing"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_second_interrupt_ends_list_at_once() {
    // More than a pipe holds: printing it waits for a reader who does not come.
    let sandbox = half(300).await;
    let command = keyroster_at(&sandbox, &["list", "-o", "json"]);
    aside(move || {
        let mut terminal = Terminal::start(&command, 100, Some(Stdio::piped()));
        terminal.until(ONE);
        let mut stdout = terminal.child.stdout.take().unwrap();
        kill("-INT", terminal.child.id());
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        kill("-INT", terminal.child.id());
        assert_eq!(terminal.end(), 130);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert!(serde_json::from_str::<Value>(&format!("{{{rest}")).is_err(), "it was printed");
    })
    .await;
}

/// How many keys of the sandbox have such a name.
fn left(sandbox: &Sandbox) -> usize {
    let truth = sandbox.truth();
    let keys = truth["openrouter"].as_array().unwrap().iter();
    keys.filter(|key| key["name"].as_str().unwrap().starts_with("tf-")).count()
}

#[tokio::test]
async fn an_interrupted_bulk_names_the_rest() {
    for format in ["table", "json"] {
        let sandbox = Sandbox::start().await.unwrap();
        let release = hold(&sandbox, "DELETE", 2);
        let bulk = ["revoke", "--name", "tf-*", "--yes", "-o", format];
        let command = keyroster_at(&sandbox, &bulk);
        assert_eq!(left(&sandbox), 5);
        let (stdout, said) = aside(move || {
            let mut terminal = Terminal::start(&command, 200, Some(Stdio::piped()));
            terminal.until("revoke 2 of 5");
            kill("-INT", terminal.child.id());
            terminal.until(WAITING);
            release.send_replace(true);
            let mut stdout = String::new();
            terminal.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
            assert_eq!(terminal.end(), 130);
            (stdout, terminal.screen())
        })
        .await;
        assert_eq!(left(&sandbox), 3, "the second was on its way, the third was not");
        assert!(said.contains(WAITING), "{said}");
        assert!(said.contains("interrupted: 2 keys revoked, 3 not started"), "{said}");
        let references = if format == "json" {
            let json: Value = serde_json::from_str(&stdout).unwrap();
            Schema::published("results").await.hold(&json);
            let results = json["results"].as_array().unwrap().clone();
            let outcomes: Vec<_> = results.iter().map(|r| r["outcome"].as_str().unwrap()).collect();
            assert_eq!(
                outcomes,
                ["revoked", "revoked", "not-started", "not-started", "not-started"]
            );
            let field = |r: &Value, name: &str| r[name].as_str().unwrap().to_owned();
            let lines = results[2..].iter();
            lines.map(|r| field(r, "account") + "/" + &field(r, "id") + "\n").collect()
        } else {
            assert_eq!(stdout.matches("revoked ").count(), 2, "{stdout}");
            stdout.split_once("# not started:\n").unwrap().1.to_owned()
        };
        // It goes on from there.
        let rest = keyroster_at(&sandbox, &["revoke", "--from", "-", "--yes"]);
        crate::support::changes::reading(rest, &references).await.ok();
        assert_eq!(left(&sandbox), 0);
    }
}

#[tokio::test]
async fn a_second_interrupt_ends_a_bulk_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let _never = hold(&sandbox, "DELETE", 2);
    let command = keyroster_at(&sandbox, &["revoke", "--name", "tf-*", "--yes"]);
    aside(move || {
        let mut terminal = Terminal::start(&command, 200, None);
        terminal.until("revoke 2 of 5");
        kill("-INT", terminal.child.id());
        terminal.until("interrupt again");
        kill("-INT", terminal.child.id());
        assert_eq!(terminal.end(), 130);
    })
    .await;
    assert!(left(&sandbox) >= 3, "no third was begun");
}
