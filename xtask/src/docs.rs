//! Generated tables in the documents. The integration tests compare them with the code, and write them.

use std::io;
use std::path::Path;
use std::process::Command;

/// Updates the tables that follow from the code. Those of `docs/faults.md`, which take minutes to
/// establish, stay as they are.
///
/// # Errors
///
/// Cargo cannot be run, or the tests do not compile.
pub fn update(root: &Path) -> io::Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "integration-tests", "--test", "cross", "--"])
        .args(["--quiet", "docs::"])
        .env("UPDATE_DOCS", "1")
        .current_dir(root)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("the integration tests could not update the documents"))
    }
}
