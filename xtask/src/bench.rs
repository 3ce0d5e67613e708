//! Builds the benchmarks and runs them.
//!
//! They are a package that this one does not depend on, so that checking the house rules does not build them.

use std::io;
use std::path::Path;
use std::process::Command;

/// Builds the binary and the benchmarks, and runs them with these arguments.
///
/// # Errors
///
/// Cargo cannot be run, or the build or the benchmarks fail; they have printed why.
pub fn run(root: &Path, arguments: &[&str]) -> io::Result<()> {
    // A smoke test only asks whether it runs, so it takes the profile that is already built.
    let smoke = arguments.windows(2).any(|pair| pair == ["--size", "smoke"]);
    let (profile, folder) = if smoke { ("dev", "debug") } else { ("release", "release") };
    let mut build = Command::new(env!("CARGO"));
    // Both at once: built alone, each would get its dependencies with other features.
    build.args(["build", "--quiet", "--package", "bench", "--package", "keyroster-cli"]);
    build.args(["--profile", profile]).current_dir(root);
    check(&mut build)?;
    // This program is in the folder of a profile, next to the other profiles' folders.
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).unwrap_or(root);
    check(Command::new(target.join(folder).join("bench")).args(arguments))
}

fn check(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("the benchmarks failed")) }
}
