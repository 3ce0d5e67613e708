//! Passes the commit that it is built from to the program.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=KEYROSTER_COMMIT");
    let commit = named().or_else(published).or_else(checked_out);
    if let Some(commit) = commit {
        println!("cargo::rustc-env=KEYROSTER_COMMIT={commit}");
    }
}

/// The commit that the environment of the build names.
#[expect(clippy::disallowed_methods, reason = "a build script reads the environment of the build")]
fn named() -> Option<String> {
    std::env::var("KEYROSTER_COMMIT").ok().filter(|commit| !commit.is_empty())
}

/// The commit of a published package, which Cargo writes into it.
fn published() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    let commit = rest.split('"').nth(1)?;
    Some(commit.chars().take(9).collect())
}

/// The commit of a checkout of this project.
fn checked_out() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // A package inside another project's repository is not of that repository's commit.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if !Path::new(&top).join("crates/keyroster-cli/build.rs").exists() {
        return None;
    }
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=9", "HEAD"])
}
