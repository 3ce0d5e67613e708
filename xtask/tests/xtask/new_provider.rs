//! The crate that `cargo xtask new-provider` creates: it compiles, and its tests pass step by step.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::new_provider::create;

fn root() -> PathBuf {
    std::fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap()
}

/// Runs Cargo with the settings of this workspace and without a network, and returns what it printed.
fn cargo(folder: &Path, arguments: &[&str]) -> (bool, String) {
    // What this workspace is built from is there already, at these versions and with this debug information.
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
        .env("CARGO_TERM_COLOR", "never")
        .env("INSTA_UPDATE", "always")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text.into_owned())
}

/// Edits a file.
fn edit(file: &Path, changes: &[(&str, &str)]) {
    let mut text = std::fs::read_to_string(file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{} has no `{from}`", file.display());
        text = text.replace(from, to);
    }
    std::fs::write(file, text).unwrap();
}

#[test]
fn a_new_provider_compiles_and_passes_once_it_lists() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("nimbus");
    let next = create(&root(), "nimbus-9", Some(&folder)).unwrap();
    assert!(next.contains("cargo test"), "{next}");
    let (passed, text) = cargo(&folder, &["test"]);
    assert!(passed && !text.contains("warning"), "{text}");
    assert!(text.contains("xfail, because it is not written yet:"), "{text}");

    // Follow its comments: list by cursor, and expect no scenario to fail.
    let client = folder.join("src/client.rs");
    let text = std::fs::read_to_string(&client).unwrap();
    let (before, rest) = text.split_once("        // Replace this.").unwrap();
    let (snippet, rest) = rest.split_once("        let _ = request;").unwrap();
    let (_, after) = rest.split_once("\n    }\n").unwrap();
    let code: String =
        snippet.lines().skip(2).map(|line| line.replacen("// ", "", 1) + "\n").collect();
    std::fs::write(&client, format!("{before}{code}    }}\n{after}")).unwrap();
    edit(
        &client,
        &[
            ("Error, ErrorKind, KeyProvider, Page,", "Cursor, KeyProvider, Operation, Page,"),
            (
                "use crate::Nimbus9;",
                "use crate::{Nimbus9, normalize, wire};\nuse keyroster_http::Request;",
            ),
        ],
    );
    let unwritten = "#[expect(dead_code, reason = \"until client.rs lists\")]\n";
    edit(&folder.join("src/wire.rs"), &[(unwritten, "")]);
    edit(&folder.join("src/normalize.rs"), &[(unwritten, "")]);
    edit(&folder.join("src/lib.rs"), &[("Paging::Single", "Paging::Cursor")]);
    let (passed, text) = cargo(&folder, &["test"]);
    assert!(!passed, "what passes is still expected to fail");
    assert!(text.contains("conformance::lists_many_keys ... FAILED"), "{text}");
    let tests = folder.join("tests/nimbus-9/main.rs");
    let text = std::fs::read_to_string(&tests).unwrap();
    let (before, rest) = text.split_once("&[&str] = &[").unwrap();
    let (_, after) = rest.split_once("];").unwrap();
    std::fs::write(&tests, format!("{before}&[&str] = &[];{after}")).unwrap();
    let unwritten = "#[should_panic(expected = \"listing is not written yet\")]\n";
    edit(&folder.join("tests/nimbus-9/wire.rs"), &[(unwritten, "")]);
    let (passed, text) = cargo(&folder, &["test"]);
    assert!(passed && !text.contains("warning"), "{text}");
    assert!(text.contains("conformance::lists_many_keys ... ok"), "{text}");
    let snapshot = folder.join("tests/nimbus-9/snapshots/nimbus_9__wire__records.snap");
    let snapshot = std::fs::read_to_string(snapshot).unwrap();
    assert!(snapshot.contains("of a later version"), "{snapshot}");
    // The command with this provider, which the guide's \"Publishing\" asks for.
    let (compiled, text) = cargo(&folder, &["check", "--features", "cli"]);
    assert!(compiled && !text.contains("warning"), "{text}");
}

#[test]
fn inside_the_workspace_it_inherits_settings() {
    let temporary = tempfile::tempdir().unwrap();
    let workspace = temporary.path();
    std::fs::create_dir(workspace.join("crates")).unwrap();
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (before, members) = manifest.split_once("members = [").unwrap();
    let (_, after) = members.split_once(']').unwrap();
    let manifest = format!("{before}members = [\"crates/*\"]{after}");
    let manifest = manifest.replace("path = \"", &format!("path = \"{}/", root().display()));
    std::fs::write(workspace.join("Cargo.toml"), manifest).unwrap();
    create(workspace, "3-nimbus", None).unwrap();
    let folder = workspace.join("crates/provider-3-nimbus");
    assert!(folder.join("tests/vendor-3-nimbus/main.rs").is_file());
    let (passed, text) = cargo(workspace, &["check", "--all-targets"]);
    assert!(passed && !text.contains("warning"), "{text}");
}

#[test]
fn existing_files_stay_and_invalid_names_are_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("mine");
    for name in ["", "Acme", "acme_2", "-acme", "a--b", "acme/../x", "acme "] {
        let error = create(&root(), name, Some(&folder)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
        assert!(!folder.exists());
    }
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let error = create(&root(), "acme", Some(&folder)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing was written");
    assert_eq!(create(&root(), "pinata", None).unwrap_err().kind(), ErrorKind::AlreadyExists);
}
