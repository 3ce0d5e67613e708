//! `keyroster sandbox`: imitations of the vendors' key APIs, for tests and trials.

use std::io::{self, Write};

use tokio::sync::oneshot;

use crate::args;
use crate::exit::{Exit, Failure};
use crate::output::stdout;
use crate::terminal::Terminal;
use crate::terminal::interrupt::Interrupt;

pub(crate) async fn run(sandbox: &args::Sandbox, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut builder =
        keyroster_sandbox::Sandbox::builder().listen(sandbox.listen).seed(sandbox.seed);
    if let Some(keys) = sandbox.pinata_keys {
        builder = builder.pinata_keys(keys as usize);
    }
    if let Some(keys) = sandbox.openrouter_keys {
        builder = builder.openrouter_keys(keys as usize);
    }
    if let Some(latency) = sandbox.latency {
        builder = builder.latency(latency);
    }
    let running = builder.start().await?;
    // The reader of the ready line may interrupt at once.
    let mut interrupt = Interrupt::listen()?;
    let mut out = stdout();
    writeln!(out, "{}", running.ready_line())?;
    out.flush()?;
    drop(out);
    terminal.note("serving until interrupted (Ctrl-C) or until standard input closes");
    // Both ends are the same.
    let _ = interrupt.until_interrupted(end_of_input()).await;
    running.stop().await;
    Ok(Exit::Done)
}

/// Waits until standard input closes. A separate thread reads it, because the runtime would wait for a read
/// that never ends.
async fn end_of_input() {
    let (closed, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // An input that cannot be read counts as closed.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = closed.send(());
    });
    let _ = wait.await;
}
