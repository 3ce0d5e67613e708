//! The benchmarks: building what they need, and running them.
//!
//! They are a package of their own, which this one does not depend on: whoever checks the house rules
//! does not build them.

use std::io;
use std::path::Path;
use std::process::Command;

/// Builds the binary and the benchmarks, and runs them with these arguments.
///
/// # Errors
///
/// Cargo cannot be run, or something fails; it has said what.
pub fn run(root: &Path, arguments: &[&str]) -> io::Result<()> {
    // A smoke test asks whether it runs, and takes the profile that is built already.
    let smoke = arguments.windows(2).any(|pair| pair == ["--size", "smoke"]);
    let (profile, folder) = if smoke { ("dev", "debug") } else { ("release", "release") };
    let mut cargo = Command::new(env!("CARGO"));
    // Both in one go: asked for alone, each would be built from other features of what it depends on.
    cargo.args(["build", "--quiet", "--package", "bench", "--package", "keyroster-cli"]);
    succeed(cargo.args(["--profile", profile]).current_dir(root))?;
    // This program is in a profile's folder of the target folder, and so are those.
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).unwrap_or(root);
    succeed(Command::new(target.join(folder).join("bench")).args(arguments))
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("the benchmarks failed")) }
}
