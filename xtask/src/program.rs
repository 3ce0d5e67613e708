//! Builds a program of this workspace together with the command, and runs it.
//!
//! `bench` and `prove` are packages that this one does not depend on, so that checking the house rules does not
//! build them.

use std::io;
use std::path::Path;
use std::process::Command;

/// Measures what keyroster costs.
///
/// # Errors
///
/// Cargo cannot be run, or the build or the benchmarks fail; they have printed why.
pub fn bench(root: &Path, arguments: &[&str]) -> io::Result<()> {
    let smoke = arguments.windows(2).any(|pair| pair == ["--size", "smoke"]);
    run(root, "bench", smoke, arguments)
}

/// Tries keyroster's promises at random.
///
/// # Errors
///
/// Cargo cannot be run, the build fails, or a promise is broken; they have printed why.
pub fn prove(root: &Path, arguments: &[&str]) -> io::Result<()> {
    run(root, "prove", arguments.contains(&"--sample"), arguments)
}

/// Builds the command and the package, and runs the package's program with these arguments. A `quick` run takes
/// the profile that is already built.
fn run(root: &Path, package: &str, quick: bool, arguments: &[&str]) -> io::Result<()> {
    let (profile, folder) = if quick { ("dev", "debug") } else { ("release", "release") };
    let mut build = Command::new(env!("CARGO"));
    // Both at once: built alone, each would get its dependencies with other features.
    build.args(["build", "--quiet", "--package", package, "--package", "keyroster-cli"]);
    build.args(["--profile", profile]).current_dir(root);
    check(&mut build, package)?;
    // This program is in the folder of a profile, next to the other profiles' folders.
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).unwrap_or(root);
    check(Command::new(target.join(folder).join(package)).args(arguments), package)
}

fn check(command: &mut Command, package: &str) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{package} failed"))) }
}
