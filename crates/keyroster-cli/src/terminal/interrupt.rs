//! Interruptions: Ctrl-C, SIGTERM and SIGHUP, for every command that can be stopped in the middle.

use std::io;

use futures_util::FutureExt;

use crate::exit::Exit;
use crate::platform::{self, StopSignal, StopSignals};

/// Hears interruptions, each with its exit code.
#[derive(Debug)]
pub(crate) struct Interrupt {
    signals: StopSignals,
}

/// The outcome of work that finishes despite an interruption.
#[derive(Debug)]
pub(crate) struct Waited<T> {
    /// `None` if it was given up.
    pub(crate) result: Option<T>,
    /// The first interruption.
    pub(crate) interrupted: Option<Exit>,
}

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { signals: StopSignals::listen()? })
    }

    /// Listens from now on for the first interruption. The second one ends the program at once.
    pub(crate) fn listen_once() -> io::Result<Self> {
        platform::end_at_second_signal(|signal| exit(signal).code())?;
        Self::listen()
    }

    /// Waits for the next interruption.
    pub(crate) async fn received(&mut self) -> Exit {
        exit(self.next().await)
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> StopSignal {
        self.signals.next().await
    }

    /// An interruption that has come already.
    pub(crate) fn pending(&mut self) -> Option<Exit> {
        self.received().now_or_never()
    }

    /// Does what may be left undone, until it is interrupted.
    pub(crate) async fn until_interrupted<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, Exit> {
        tokio::select! {
            biased;
            result = work => Ok(result),
            exit = self.received() => Err(exit),
        }
    }

    /// Waits for work that is on its way and that no one can take back. The first interruption calls
    /// `explain` and waits on; the second gives up.
    pub(crate) async fn wait_for<T>(
        &mut self,
        work: impl Future<Output = T>,
        explain: impl FnOnce(),
    ) -> Waited<T> {
        let mut work = std::pin::pin!(work);
        match self.until_interrupted(&mut work).await {
            Ok(result) => Waited { result: Some(result), interrupted: None },
            Err(exit) => {
                explain();
                let result = self.until_interrupted(work).await.ok();
                Waited { result, interrupted: Some(exit) }
            }
        }
    }
}

fn exit(signal: StopSignal) -> Exit {
    match signal {
        StopSignal::Interrupt => Exit::Interrupted,
        StopSignal::HangUp => Exit::HungUp,
        StopSignal::Terminate => Exit::Terminated,
    }
}
