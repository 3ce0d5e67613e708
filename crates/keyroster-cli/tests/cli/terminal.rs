//! Colors, widths and progress on a terminal.

use std::process::Command;

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use unicode_width::UnicodeWidthStr;

use crate::support::binary::{keyroster, keyroster_at, run};
use crate::support::pty::Terminal;

/// What a command leaves on a terminal of this width, and everything that it wrote there.
async fn shown(command: Command, columns: u16) -> (String, String) {
    let read = move || {
        let mut terminal = Terminal::start(&command, columns, None);
        terminal.end();
        (terminal.screen(), terminal.shown)
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

fn is_colored(text: &str) -> bool {
    text.contains("\u{1b}[32m")
}

#[tokio::test]
async fn colors_are_for_terminals() {
    for (terminal, arguments, variables, colored) in [
        (true, &[][..], &[][..], true),
        (true, &[], &[("NO_COLOR", "1")], false),
        (true, &[], &[("CLICOLOR", "0")], false),
        (true, &["--color", "never"], &[], false),
        (true, &["--color", "always"], &[("NO_COLOR", "1")], true),
        (false, &[], &[], false),
        (false, &[], &[("CLICOLOR_FORCE", "1")], true),
        (false, &["--color", "always"], &[], true),
        (false, &["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        let mut command = keyroster(&[&["list", "--sandbox"], arguments].concat());
        command.envs(variables.iter().copied());
        let text =
            if terminal { shown(command, 100).await.1 } else { run(command).await.ok().stdout };
        assert!(text.contains("ops-admin"), "{text}");
        assert_eq!(is_colored(&text), colored, "{terminal} {arguments:?} {variables:?}");
    }
}

#[tokio::test]
async fn tables_fit_every_terminal() {
    for columns in [30, 38, 60, 80, 100, 160] {
        for arguments in [
            &["list"][..],
            &[
                "list",
                "--sort",
                "-created_at",
                "--columns",
                "account,id,name,owner,container,quota",
            ],
            &["list", "--group-by", "container"],
            &["whoami"],
            &["providers"],
        ] {
            let arguments = [arguments, &["--sandbox", "--color", "never", "-q"]].concat();
            let (_, text) = shown(keyroster(&arguments), columns).await;
            if arguments[0] == "providers" && columns < 60 {
                // The help of its settings has room of its own.
                continue;
            }
            assert!(text.lines().count() > 2, "{arguments:?} {text}");
            // Ids are never cut, unless there is no room at all.
            let cut = columns < 40 || !text.contains("KEY ID");
            assert!(cut || text.contains("5fdddc6f "), "{text}");
            // An address is of no use in pieces.
            for line in text.lines().filter(|line| !line.contains("https://")) {
                assert!(line.width() <= usize::from(columns), "{columns} {arguments:?}: {line}");
            }
        }
    }
    let (_, wide) = shown(keyroster(&["list", "--sandbox", "--wide", "-q"]), 60).await;
    assert!(wide.contains("5fdddc6f289bedf6a380") && wide.contains("CONTAINER"), "{wide}");
}

#[tokio::test]
async fn filtered_columns_stay_visible() {
    let of = async |arguments: &[&str], columns: u16| {
        let arguments = [&["list", "--sandbox", "--color", "never"], arguments].concat();
        shown(keyroster(&arguments), columns).await.0
    };
    let plain = of(&[], 62).await;
    assert!(!plain.contains("QUOTA") && !plain.contains("CREATED"), "{plain}");
    let words: Vec<&str> = plain.split_whitespace().collect();
    assert!(words.join(" ").contains("columns hidden (--wide shows all)"), "{plain}");
    for (filter, title) in [
        (&["--used-over", "80%"][..], "QUOTA"),
        (&["--older-than", "1d"], "CREATED"),
        (&["--unused-for", "1d"], "LAST USED"),
        (&["--never-expires"], "EXPIRES"),
    ] {
        let chosen = of(filter, 62).await;
        assert!(
            chosen.lines().any(|line| line.contains("KEY ID") && line.contains(title)),
            "{chosen}"
        );
    }
    let wide = of(&["--wide"], 62).await;
    assert!(!wide.contains("hidden"), "{wide}");
}

#[tokio::test]
async fn quiet_prints_no_confirmations() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let made = async |name: &str, more: &[&str]| {
        let sink = format!("file:{}", folder.path().join(name).display());
        let create = ["create", "openrouter", name, "--secret-to", &sink];
        run(keyroster_at(&sandbox, &[&create[..], more].concat())).await.ok().stderr
    };
    assert!(made("a", &[]).await.contains("\ncreated openrouter/"));
    // The name is said even then: if the program is killed, nothing else names the key.
    assert_eq!(made("b", &["-q"]).await, "creating the key `b` in openrouter\n");
    // A plan is what was asked for.
    assert!(made("c", &["-q", "--dry-run"]).await.starts_with("would create"));
    let plan = ["revoke", "--name", "tf-*", "--dry-run", "-q"];
    let plan = run(keyroster_at(&sandbox, &plan)).await.ok();
    assert!(plan.stderr.starts_with("would revoke these 5 keys:"), "{}", plan.stderr);
}

#[tokio::test]
async fn progress_is_erased() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::delay(3_600_000).vendor(Vendor::OpenRouter));
    let arguments = ["list", "--deadline", "8s"];
    let command = |more: &[&str]| keyroster_at(&sandbox, &[&arguments[..], more].concat());
    let ((left, written), (_, quiet), piped) =
        tokio::join!(shown(command(&[]), 100), shown(command(&["-q"]), 100), run(command(&[])),);
    assert!(written.contains("1 of 2 accounts, 24 keys"), "{written}");
    assert!(left.starts_with("ACCOUNT"), "{left}");
    assert!(!left.contains("of 2 accounts") && !left.contains('━'), "{left}");
    assert!(left.contains("5fdddc6f") && left.contains("error:"), "{left}");
    assert!(left.contains("24 keys in 2 accounts, 1 failed; "), "{left}");
    // It takes as long here, without a terminal.
    assert!(!quiet.contains("of 2 accounts") && !quiet.contains("24 keys in"), "{quiet}");
    assert!(quiet.contains("error:"), "{quiet}");
    assert!(piped.stderr.starts_with("error: openrouter"), "{}", piped.stderr);
    assert!(piped.stderr.lines().nth(1).unwrap().starts_with("hint: "), "{}", piped.stderr);
    assert_eq!(piped.stderr.lines().count(), 2, "{}", piped.stderr);
    assert!(piped.stderr.contains("no further page came for 8s"), "{}", piped.stderr);
}

#[tokio::test]
async fn verbosity_does_not_change_data() {
    let sandbox = Sandbox::start().await.unwrap();
    let of = async |arguments: &[&str]| {
        run(keyroster_at(&sandbox, &[&["list", "--unused-for", "30d"], arguments].concat())).await
    };
    let plain = of(&[]).await.ok();
    assert!(plain.stderr.starts_with("hint: "), "{}", plain.stderr);
    let quiet = of(&["-q"]).await.ok();
    assert_eq!(quiet.stderr, "");
    let said = of(&["-v"]).await.ok();
    assert!(said.stderr.contains("attempt ended"), "{}", said.stderr);
    assert!(!said.stderr.contains("hyper") && !said.stderr.contains("TRACE"), "{}", said.stderr);
    assert!([&quiet, &said].iter().all(|run| run.stdout == plain.stdout));
    assert_eq!(of(&["-q", "-v"]).await.code, 2);
    let mut command = keyroster_at(&sandbox, &["list", "-v"]);
    command.env("KEYROSTER_LOG", "");
    assert!(run(command).await.ok().stderr.contains("attempt ended"), "an empty one says nothing");
    // The program's own variable wins, and one of all programs does not.
    for (name, logs) in [("KEYROSTER_LOG", false), ("RUST_LOG", true)] {
        let mut command = keyroster_at(&sandbox, &["list", "-v"]);
        command.env(name, "off");
        assert_eq!(run(command).await.ok().stderr.contains("attempt ended"), logs, "{name}");
    }
}
