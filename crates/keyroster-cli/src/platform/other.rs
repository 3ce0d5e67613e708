//! Other systems: Ctrl-C only, and no permission bits or devices. What cannot be checked counts as correct.

use std::fs::{DirBuilder, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Others, StopSignal};

/// The signals that ask the program to stop.
#[derive(Debug)]
pub(crate) struct StopSignals;

impl StopSignals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> StopSignal {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler, no signal will ever arrive here.
            std::future::pending::<()>().await;
        }
        StopSignal::Interrupt
    }
}

impl StopSignal {
    /// Does nothing here: the caller ends with an error instead.
    pub(crate) fn end_program(self) -> io::Result<()> {
        Ok(())
    }
}

/// Does nothing here.
pub(crate) fn end_at_second_signal(_: impl Fn(StopSignal) -> u8) -> io::Result<()> {
    Ok(())
}

/// Does nothing here.
pub(crate) fn end_at_signal_while(_: &Arc<AtomicBool>) -> io::Result<()> {
    Ok(())
}

/// Other systems have no such signal.
pub(crate) fn outlive_file_limits() {}

/// Other systems have no such limit.
pub(crate) fn check_open_files() -> std::io::Result<()> {
    Ok(())
}

/// Other systems have no process groups. Returns false.
pub(crate) fn give_own_group(_: &mut tokio::process::Command) -> bool {
    false
}

/// Does nothing here: the process itself is ended when it is dropped.
pub(crate) fn kill_all(_: u32, _: bool) {}

/// What is in a pipe is not known here.
pub(crate) fn unread_bytes(_: &io::PipeReader) -> io::Result<u64> {
    Ok(0)
}

/// The mode of the terminal on standard input. It is not changed here.
#[derive(Debug)]
pub(crate) struct TerminalMode;

impl TerminalMode {
    /// The present mode.
    pub(crate) fn current() -> io::Result<Self> {
        Ok(Self)
    }

    /// Sets the terminal back to this mode.
    pub(crate) fn restore(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether anyone but its owner can read, write or run a file with these metadata.
pub(crate) fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Whether others can write a file.
pub(crate) fn is_writable_by(_: &Path, _: Others) -> bool {
    false
}

/// A builder of folders that only their owner can open.
pub(crate) fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

/// Whether standard output leads anywhere.
pub(crate) fn is_stdout_read() -> bool {
    true
}
