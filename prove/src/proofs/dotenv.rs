//! Creates that write to one dotenv file at once.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Stdio};

use keyroster_sandbox::Sandbox;

use crate::setup::Setup;
use crate::vendor::Vendor;
use crate::verdict::Verdict;

/// Number of creates at once.
const AT_ONCE: usize = 8;

/// Starts eight creates at once, each for a variable of its own, in every round of 50. Afterwards every secret
/// that the vendor made is in the file, and no draft is next to it.
pub(super) fn run(setup: &Setup) -> io::Result<Verdict> {
    let mut verdict = Verdict::default();
    let (mut present, mut succeeded) = (0, 0);
    let rounds = setup.pick(10, 50);
    for round in 0..rounds {
        let vendor = Vendor::start(Sandbox::builder().seed(setup.seed + round))?;
        let seeded: BTreeSet<String> = vendor.sandbox.secrets().into_iter().collect();
        let folder = tempfile::tempdir()?;
        let mut children = Vec::new();
        for number in 0..AT_ONCE {
            let account = if number % 2 == 0 { "openrouter" } else { "pinata" };
            let sink = format!("dotenv:.env#K{number}");
            let mut arguments = vec!["create", account, "ci", "--secret-to", &sink];
            if account == "pinata" {
                arguments.push("--admin");
            }
            let mut command = vendor.command(setup, folder.path(), &arguments);
            children.push(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?);
        }
        for output in children.into_iter().map(Child::wait_with_output) {
            let output = output?;
            succeeded += u64::from(output.status.success());
            verdict.check(output.status.success(), || {
                format!("round {round}: {}", String::from_utf8_lossy(&output.stderr))
            });
        }
        let file = std::fs::read_to_string(folder.path().join(".env")).unwrap_or_default();
        let variables: BTreeSet<&str> = file
            .lines()
            .filter_map(|line| {
                let (name, secret) = line.split_once('=')?;
                let made = vendor.sandbox.secrets();
                (made.iter().any(|made| made == secret) && !seeded.contains(secret)).then_some(name)
            })
            .collect();
        present += variables.len() as u64;
        verdict.check(variables.len() == AT_ONCE, || {
            format!("round {round}: the file has {} of {AT_ONCE} secrets", variables.len())
        });
        for entry in std::fs::read_dir(folder.path())? {
            let name = entry?.file_name();
            verdict.check(name == ".env" || name == "..env.lock", || {
                format!("round {round}: {} was left behind", name.to_string_lossy())
            });
        }
    }
    verdict.count("creates", rounds * AT_ONCE as u64);
    verdict.count("creates that succeeded", succeeded);
    verdict.count("secrets in the file", present);
    Ok(verdict)
}
