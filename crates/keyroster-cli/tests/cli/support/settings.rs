//! A configuration file for one test.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::support::binary::{Run, keyroster, run};

/// A configuration file in a temporary folder.
pub(crate) struct Settings {
    pub(crate) folder: TempDir,
    pub(crate) file: PathBuf,
}

impl Settings {
    pub(crate) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyroster.toml");
        std::fs::write(&file, text).unwrap();
        Self { folder, file }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = keyroster(arguments);
        command.arg("--config").arg(&self.file);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments)).await
    }
}
