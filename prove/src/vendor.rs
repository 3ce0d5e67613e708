//! A sandbox on a thread of its own, and runs of the program against it.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use keyroster_sandbox::{Sandbox, SandboxBuilder};

use crate::setup::Setup;

/// A sandbox that serves until this is dropped.
#[derive(Debug)]
pub struct Vendor {
    pub sandbox: Arc<Sandbox>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Vendor {
    pub fn start(builder: SandboxBuilder) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let _ = ready.send(builder.start().await.map(Arc::new));
                let _ = stopped.await;
            });
        });
        let sandbox = started.recv().map_err(io::Error::other)??;
        Ok(Self { sandbox, stop: Some(stop), thread: Some(thread) })
    }

    /// The program with these arguments, in this folder, with both accounts in its environment and nothing else
    /// but a `PATH`.
    #[must_use]
    pub fn command(&self, setup: &Setup, folder: &Path, arguments: &[&str]) -> Command {
        let (pinata, openrouter) = (self.sandbox.pinata(), self.sandbox.openrouter());
        let mut command = Command::new(&setup.keyroster);
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("XDG_CONFIG_HOME", folder.join("no-settings"))
            .env("TMPDIR", folder)
            .env("PINATA_JWT", pinata.jwt)
            .env("PINATA_BASE_URL", pinata.base_url)
            .env("OPENROUTER_MANAGEMENT_KEY", openrouter.management_key)
            .env("OPENROUTER_BASE_URL", openrouter.base_url)
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
