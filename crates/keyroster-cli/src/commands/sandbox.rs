//! `keyroster sandbox`: imitations of the vendors' key APIs, for tests and trials.

use std::future::poll_fn;
use std::io::{self, Write};
use std::process::ExitCode;
use std::task::Poll;

use tokio::sync::oneshot;

use crate::args;
use crate::exit::Failure;
use crate::output::stdout;
use crate::terminal::Terminal;

pub(crate) async fn run(sandbox: &args::Sandbox, terminal: &Terminal) -> Result<ExitCode, Failure> {
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
    // Whoever reads the ready line may interrupt at once, so that is heard from before it on.
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let early = poll_fn(|cx| Poll::Ready(interrupted.as_mut().poll(cx))).await;
    let mut out = stdout();
    writeln!(out, "{}", running.ready_line())?;
    out.flush()?;
    drop(out);
    terminal.note("serving until interrupted (Ctrl-C) or until standard input closes");
    tokio::select! {
        () = end_of_input() => {}
        interrupted = interrupted, if early.is_pending() => interrupted?,
    }
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Waits until standard input closes. A thread of its own reads it: a read that never ends would keep the
/// runtime from ending.
async fn end_of_input() {
    let (closed, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // An input that cannot be read has closed.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = closed.send(());
    });
    let _ = wait.await;
}
