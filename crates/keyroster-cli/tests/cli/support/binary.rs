//! Runs the binary with an empty environment.

use std::process::{Command, Stdio};

use keyroster_sandbox::Sandbox;
use serde_json::Value;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Asserts that the run succeeded.
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// The binary with these arguments, nothing in its environment, and no configuration file.
pub(crate) fn keyroster(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroster"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-settings"));
    command
}

/// The binary with both accounts of a sandbox in its environment.
pub(crate) fn keyroster_at(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let (pinata, openrouter) = (sandbox.pinata(), sandbox.openrouter());
    let mut command = keyroster(arguments);
    command
        .env("PINATA_JWT", pinata.jwt)
        .env("PINATA_BASE_URL", pinata.base_url)
        .env("OPENROUTER_MANAGEMENT_KEY", openrouter.management_key)
        .env("OPENROUTER_BASE_URL", openrouter.base_url);
    command
}

/// Runs it to its end, while the sandbox in this process keeps serving.
pub(crate) async fn run(mut command: Command) -> Run {
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
