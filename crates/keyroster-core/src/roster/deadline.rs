//! Time limits of accounts: a deadline for the whole answer, or for each further page.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, FutureExt, select};

use crate::error::{Error, ErrorKind, Result};

/// Number of parts that a silence is measured in, unless the parts would be shorter than timers are precise.
const MAX_PARTS: u32 = 32;

/// Precision of timers, even on a system with a slow clock tick.
const TIMER_PRECISION: Duration = Duration::from_millis(20);

/// The time that each account has, and how to wait for it: this crate has no runtime of its own.
#[derive(Clone)]
pub(crate) struct TimeLimit {
    time: Duration,
    /// Whether each answer starts the time again.
    restarts: bool,
    sleep: Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl TimeLimit {
    pub(crate) fn new<F, S>(time: Duration, restarts: bool, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        Self { time, restarts, sleep: Arc::new(move |time| sleep(time).boxed()) }
    }

    /// Waits for an answer at most as long as the limit, no matter whether it restarts.
    pub(crate) async fn apply<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        match select(std::pin::pin!(answer), (self.sleep)(self.time)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => {
                let message =
                    format!("no response within {:?}, which is the account's deadline", self.time);
                Err(Error::new(ErrorKind::Transport, message))
            }
        }
    }

    /// Returns the length of one part, and the number of parts.
    fn parts(&self) -> (Duration, u32) {
        let most = if self.restarts { MAX_PARTS } else { 1 };
        let parts = self.time.as_nanos() / TIMER_PRECISION.as_nanos();
        let parts = u32::try_from(parts).unwrap_or(most).clamp(1, most);
        (self.time / parts, parts)
    }
}

impl fmt::Debug for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeLimit({:?})", self.time)
    }
}

/// Measures the time of one account.
///
/// A vendor's silence is measured in parts. A part whose end is noticed far too late does not count: the
/// roster's reader took its time, so the stream was not polled. The vendor's answers may all have arrived
/// since then, and they need a few turns of the runtime to get here.
pub(crate) struct Timer {
    limit: Option<TimeLimit>,
    /// The part that is running.
    part: Option<Part>,
    /// The number of parts that have elapsed.
    elapsed_parts: u32,
    answers: u64,
}

/// A part of a vendor's silence.
struct Part {
    end: BoxFuture<'static, ()>,
    /// Ready when the end should have been noticed long ago. `None` if it has ended, or if the limit does not
    /// restart, so that a late end makes no difference.
    too_late: Option<BoxFuture<'static, ()>>,
    is_late: bool,
}

impl Part {
    fn begin(limit: &TimeLimit) -> Self {
        let (time, _) = limit.parts();
        let too_late = limit.restarts.then(|| (limit.sleep)(time * 2 + TIMER_PRECISION));
        Self { end: (limit.sleep)(time), too_late, is_late: false }
    }

    /// Returns ready at the end of the part, and whether it was noticed far too late.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if let Some(too_late) = &mut self.too_late
            && too_late.poll_unpin(cx).is_ready()
        {
            self.too_late = None;
            self.is_late = true;
        }
        self.end.poll_unpin(cx).map(|()| self.is_late)
    }
}

impl Timer {
    pub(crate) fn new(limit: Option<TimeLimit>) -> Self {
        Self { limit, part: None, elapsed_parts: 0, answers: 0 }
    }

    /// Starts the time.
    pub(crate) fn begin(&mut self) {
        self.part = self.limit.as_ref().map(Part::begin);
    }

    /// Returns ready when the time has expired. `answers` is the number of answers so far.
    pub(crate) fn poll_expired(&mut self, answers: u64, cx: &mut Context<'_>) -> Poll<()> {
        let Some(limit) = &self.limit else { return Poll::Pending };
        if limit.restarts && answers > self.answers {
            self.answers = answers;
            self.elapsed_parts = 0;
            self.part = None;
        }
        let (_, parts) = limit.parts();
        while self.elapsed_parts < parts {
            // A part that has only just begun is not late, however soon its sleep ends.
            let has_begun = self.part.is_some();
            let part = self.part.get_or_insert_with(|| Part::begin(limit));
            let is_late = ready!(part.poll_end(cx)) && has_begun;
            self.part = None;
            self.elapsed_parts += u32::from(!is_late);
        }
        Poll::Ready(())
    }

    /// Returns the error of a vendor that took too long.
    pub(crate) fn timed_out(&self) -> Error {
        let (time, restarts) = self.time();
        let message = if restarts {
            format!("no further page came for {time:?}, which is the account's time limit")
        } else {
            format!("no complete response within the account's deadline of {time:?}")
        };
        Error::new(ErrorKind::Transport, message)
    }

    /// Returns the error of an account that took too long to open.
    pub(crate) fn opening_timed_out(&self) -> Error {
        let (time, _) = self.time();
        let message = format!("the account was not opened within its deadline of {time:?}");
        Error::new(ErrorKind::Transport, message)
            .with_help("check where its credential is read from, or set a longer deadline")
    }

    fn time(&self) -> (Duration, bool) {
        self.limit.as_ref().map_or((Duration::ZERO, false), |limit| (limit.time, limit.restarts))
    }
}
