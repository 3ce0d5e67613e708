//! The commands that the README shows work as they are written.

use std::io::{Seek, Write};

use crate::support::binary::{Run, keyroster, run};

/// The README's commands, without what a shell does before and after them.
fn commands() -> Vec<String> {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("## What you can do").unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    let lines = rest.split_once("```").unwrap().0.lines();
    let plain = lines.map(|line| line.split_once(" # ").unwrap_or((line, "")).0);
    plain.map(|line| line.rsplit("| ").next().unwrap_or(line).trim().to_owned()).collect()
}

/// Runs a command against the sandbox. One that would change something does a dry run.
async fn try_out(command: &str, folder: &std::path::Path) -> Run {
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    let ["keyroster", arguments @ ..] = &words[..] else { panic!("not a command: {command}") };
    let changes = ["create", "disable", "revoke"].contains(&arguments[0]);
    let dry_run = changes && !arguments.contains(&"--dry-run");
    let mut command = keyroster(arguments);
    command.arg("--sandbox").args(dry_run.then_some("--dry-run")).current_dir(folder);
    // What a leaked secret would be piped from.
    let mut leaked = tempfile::tempfile().unwrap();
    writeln!(leaked, "sk-or-v1-fa4efa4e{}", "0".repeat(56)).unwrap();
    leaked.rewind().unwrap();
    command.stdin(leaked);
    run(command).await
}

#[tokio::test]
async fn the_readmes_commands_work() {
    let folder = tempfile::tempdir().unwrap();
    let commands = commands();
    assert_eq!(commands.len(), 10);
    for command in commands {
        let run = try_out(&command, folder.path()).await;
        let expected = i32::from(command.contains("--exit-code"));
        assert_eq!(run.code, expected, "{command}: {run:?}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "a dry run wrote a file");
}
