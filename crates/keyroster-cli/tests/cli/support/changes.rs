//! What the tests of changes share.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use keyroster_sandbox::Sandbox;
use serde_json::Value;

use crate::support::binary::{Run, keyroster_at, run};

pub(crate) async fn at(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    run(keyroster_at(sandbox, arguments)).await
}

/// A run that reads this text.
pub(crate) async fn reading(mut command: Command, text: &str) -> Run {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    command.stdin(Stdio::from(file));
    run(command).await
}

/// The key of that name at the vendor.
pub(crate) fn named(sandbox: &Sandbox, vendor: &str, name: &str) -> Option<Value> {
    let truth = sandbox.truth();
    let mut keys = truth[vendor].as_array().unwrap().iter();
    keys.find(|key| key["name"] == name).cloned()
}

pub(crate) fn count(sandbox: &Sandbox) -> usize {
    let truth = sandbox.truth();
    ["pinata", "openrouter"].iter().map(|vendor| truth[*vendor].as_array().unwrap().len()).sum()
}

pub(crate) fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Whether the vendor accepts a secret.
pub(crate) async fn is_live(sandbox: &Sandbox, secret: &str) -> bool {
    let identified = reading(keyroster_at(sandbox, &["identify", "-", "-o", "json"]), secret).await;
    identified.ok().json()["liveness"] == "live"
}
