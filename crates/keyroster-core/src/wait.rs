//! How long an account may take, and when that is over.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, Either, FutureExt, select};

use crate::{Error, ErrorKind};

/// In so many parts is silence counted, unless they would be shorter than timers are exact.
const PARTS: u32 = 32;

/// So exact are timers, even on a system whose clock ticks slowly.
const EXACT: Duration = Duration::from_millis(20);

/// A time for each account, and how to wait for it: core has no runtime of its own.
#[derive(Clone)]
pub(crate) struct Limit {
    time: Duration,
    /// Whether whatever comes starts it anew.
    renewed: bool,
    sleep: Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Limit {
    pub(crate) fn new<F, S>(time: Duration, renewed: bool, sleep: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(Duration) -> F + Send + Sync + 'static,
    {
        Self { time, renewed, sleep: Arc::new(move |time| sleep(time).boxed()) }
    }

    /// What is answered within the time, all told.
    pub(crate) async fn bound<T>(
        &self,
        answer: impl Future<Output = crate::Result<T>>,
    ) -> crate::Result<T> {
        match select(std::pin::pin!(answer), (self.sleep)(self.time)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => {
                let message =
                    format!("no answer within {:?}, which is the account's deadline", self.time);
                Err(Error::new(ErrorKind::Transport, message))
            }
        }
    }

    /// The time of one timer, and how many of them make up the whole.
    fn parts(&self) -> (Duration, u32) {
        let most = if self.renewed { PARTS } else { 1 };
        let parts = self.time.as_nanos() / EXACT.as_nanos();
        let parts = u32::try_from(parts).unwrap_or(most).clamp(1, most);
        (self.time / parts, parts)
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limit({:?})", self.time)
    }
}

/// One account's wait.
///
/// A vendor's silence is counted in parts, and a part whose end is noticed far too late counts nothing:
/// nobody was there to hear the vendor, as the roster's reader took its time. Its answers may all have come
/// meanwhile, and they need a few turns of the runtime to get here.
pub(crate) struct Wait {
    limit: Option<Limit>,
    /// The part that runs, and when it began.
    timer: Option<(Instant, BoxFuture<'static, ()>)>,
    /// How many parts are over.
    over: u32,
    arrived: u64,
}

impl Wait {
    pub(crate) fn new(limit: Option<Limit>) -> Self {
        Self { limit, timer: None, over: 0, arrived: 0 }
    }

    /// Begins to count.
    pub(crate) fn begin(&mut self) {
        let begin = |limit: &Limit| (Instant::now(), (limit.sleep)(limit.parts().0));
        self.timer = self.limit.as_ref().map(begin);
    }

    /// Whether the time is over, when so many answers have come.
    pub(crate) fn poll_over(&mut self, arrived: u64, cx: &mut Context<'_>) -> Poll<()> {
        let Some(limit) = &self.limit else { return Poll::Pending };
        if limit.renewed && arrived > self.arrived {
            (self.arrived, self.over, self.timer) = (arrived, 0, None);
        }
        let (part, parts) = limit.parts();
        while self.over < parts {
            let (began, timer) =
                self.timer.get_or_insert_with(|| (Instant::now(), (limit.sleep)(part)));
            ready!(timer.poll_unpin(cx));
            let unheard = limit.renewed && began.elapsed() > part * 2 + EXACT;
            self.timer = None;
            self.over += u32::from(!unheard);
        }
        Poll::Ready(())
    }

    /// The error of a vendor that took too long.
    pub(crate) fn late(&self) -> Error {
        let (time, renewed) = self.time();
        let message = if renewed {
            format!("no further page came for {time:?}, which is the account's deadline")
        } else {
            format!("no full answer within the account's deadline of {time:?}")
        };
        Error::new(ErrorKind::Transport, message)
    }

    /// The error of an account that took too long to open.
    pub(crate) fn late_to_open(&self) -> Error {
        let (time, _) = self.time();
        let message = format!("it was not opened within the account's deadline of {time:?}");
        Error::new(ErrorKind::Transport, message)
            .with_help("check what its credential is read from, or give it more time")
    }

    fn time(&self) -> (Duration, bool) {
        self.limit.as_ref().map_or((Duration::ZERO, false), |limit| (limit.time, limit.renewed))
    }
}
