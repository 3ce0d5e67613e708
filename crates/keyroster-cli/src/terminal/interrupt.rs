//! Being told to stop: with Ctrl-C, or by whoever ends programs.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code after Ctrl-C.
const INTERRUPTED: u8 = 130;

/// The exit code after SIGTERM.
#[cfg(unix)]
const TERMINATED: u8 = 143;

/// Hears the first time that the program is told to stop; the second time ends it at once.
#[derive(Debug)]
pub(crate) struct Stop {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

impl Stop {
    /// Listens from now on.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        use std::sync::Arc;
        use std::sync::atomic::AtomicBool;

        let told = Arc::new(AtomicBool::new(false));
        // What was registered first is done first: a signal finds what an earlier one left.
        for (kind, code) in
            [(SignalKind::interrupt(), INTERRUPTED), (SignalKind::terminate(), TERMINATED)]
        {
            let (kind, code) = (kind.as_raw_value(), i32::from(code));
            signal_hook::flag::register_conditional_shutdown(kind, code, Arc::clone(&told))?;
        }
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            signal_hook::flag::register(kind.as_raw_value(), Arc::clone(&told))?;
        }
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits to be told, and answers with the exit code.
    #[cfg(unix)]
    pub(crate) async fn told(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }

    /// Listens from now on.
    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits to be told, and answers with the exit code.
    #[cfg(not(unix))]
    pub(crate) async fn told(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            // What cannot be heard never comes.
            std::future::pending::<()>().await;
        }
        INTERRUPTED
    }
}
