//! The time of a clean build, and the number of packages.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Size, ratio};
use crate::report::{Table, time, times};

const COLUMNS: [&str; 4] = ["built", "time", "of core alone", "packages"];

const BUILDS: [(&str, &str, &str); 3] = [
    ("core alone", "keyroster-core", ""),
    ("the library with one provider, Pinata", "keyroster", "pinata"),
    ("the library with all providers", "keyroster", "all-providers"),
];

pub(super) fn measure(_: Size) -> io::Result<Table> {
    let mut table = Table::new("build", "Building it", &COLUMNS).note(
        "one clean build each, with Cargo's `dev` profile. It includes all dependencies, which were \
         downloaded before. *packages* counts the packages built for this system, ours included",
    );
    let mut core = Duration::ZERO;
    for (name, package, features) in BUILDS {
        let elapsed = build(package, features)?;
        if core.is_zero() {
            core = elapsed;
        }
        table.row([
            name.to_owned(),
            time(elapsed),
            times(ratio(elapsed, core)),
            packages(package, features)?.to_string(),
        ]);
    }
    Ok(table)
}

fn cargo(command: &str, package: &str, features: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--locked", "--no-default-features", "--package", package])
        .args(["--features", features])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo
}

fn build(package: &str, features: &str) -> io::Result<Duration> {
    let target = crate::process::output_folder()?.join("build");
    remove(&target)?;
    let start = Instant::now();
    let status = cargo("build", package, features)
        .arg("--target-dir")
        .arg(&target)
        .env("CARGO_INCREMENTAL", "0")
        .stderr(Stdio::null())
        .status()?;
    let elapsed = start.elapsed();
    remove(&target)?;
    if status.success() { Ok(elapsed) } else { Err(io::Error::other("cargo build failed")) }
}

fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn packages(package: &str, features: &str) -> io::Result<usize> {
    let output = cargo("tree", package, features)
        .args(["--prefix", "none", "--edges", "normal,build", "--format", "{p}"])
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len())
}
