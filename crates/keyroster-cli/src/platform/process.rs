//! Child processes: what they inherit, how long they may take, and how they end.

use std::io::{self, Write};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use keyroster::Secret;
use tokio::process::Command;

use crate::platform;

/// How long a command may take, unless a setting says otherwise.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(2);

/// How long bytes that a command has read may take to count as written.
const SETTLING: Duration = Duration::from_secs(1);

/// What all commands have in common.
#[derive(Clone, Debug)]
pub(crate) struct Commands {
    /// The variables that none of them inherits, because a credential is read from them.
    pub(crate) hidden: Vec<String>,
    /// How long each may take.
    pub(crate) timeout: Duration,
}

/// A running command. Whatever it started ends with it when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: tokio::process::Child,
    /// Whether it has a process group of its own.
    own_group: bool,
    ended: bool,
}

impl Commands {
    /// Starts a command, without the variables of credentials.
    pub(crate) fn start(&self, mut command: Command) -> io::Result<Running> {
        for name in &self.hidden {
            command.env_remove(name);
        }
        let own_group = platform::give_own_group(&mut command);
        let child = command.kill_on_drop(true).spawn()?;
        Ok(Running { child, own_group, ended: false })
    }

    /// Runs a line of the shell that reads a secret. Succeeds only if it ends with success and has read all of it.
    pub(crate) async fn deliver(&self, line: &str, secret: &Secret) -> io::Result<()> {
        let (reader, mut writer) = io::pipe()?;
        // What is still in the pipe when the command has ended was not read.
        let rest = reader.try_clone()?;
        let mut command = shell(line);
        command.stdin(Stdio::from(reader));
        let mut running = self.start(command)?;
        let secret = secret.clone();
        let mut writing =
            tokio::task::spawn_blocking(move || writer.write_all(secret.expose().as_bytes()));
        let Ok(status) = tokio::time::timeout(self.timeout, running.end()).await else {
            drop(running);
            let message = format!("the command did not end within {:?}", self.timeout);
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        };
        let status = status?;
        let written = tokio::time::timeout(SETTLING, &mut writing).await;
        let is_read = matches!(written, Ok(Ok(Ok(())))) && platform::unread_bytes(&rest)? == 0;
        // A writer that still waits for a reader ends now.
        drop(rest);
        if !status.success() {
            return Err(io::Error::other(format!("the command ended with {status}")));
        }
        if !is_read {
            return Err(io::Error::other("the command ended without reading all of the secret"));
        }
        Ok(())
    }
}

impl Running {
    /// Waits for its end.
    pub(crate) async fn end(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.ended = true;
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(id) = self.child.id().filter(|_| !self.ended) {
            platform::kill_all(id, self.own_group);
        }
    }
}

/// A line for the system's shell.
pub(crate) fn shell(line: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(program);
    command.arg(flag).arg(line);
    command
}
