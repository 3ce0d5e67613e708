//! How fast one account may ask: requests per interval, requests at once, and what it still may retry.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Retries cost of this store, successes fill it: a vendor that fails for everybody is not asked
/// several times as often by everybody.
const RETRY_BUDGET: u32 = 500;
const RETRY_COST: u32 = 5;

/// So many requests at once unless another number is set.
const CONCURRENCY: u32 = 16;

/// So much longer than the vendor's is our window: requests do not all take the same time to get there.
const WINDOW_MARGIN: Duration = Duration::from_millis(50);

/// How fast one account may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// So many requests, at least one, in each [`interval`](Limits::interval); none for no limit of our
    /// own.
    pub requests: Option<u32>,
    /// The interval.
    pub interval: Duration,
    /// So many requests at once.
    pub concurrency: u32,
}

impl Limits {
    /// So many requests a minute.
    #[must_use]
    pub const fn per_minute(requests: u32) -> Self {
        Self {
            requests: Some(requests),
            interval: Duration::from_mins(1),
            concurrency: CONCURRENCY,
        }
    }

    /// Reads a number of requests a minute, or `none`.
    ///
    /// - [`Configuration`](keyroster_core::ErrorKind::Configuration): it is neither.
    pub fn parse_per_minute(text: &str) -> Result<Self> {
        match (text, text.parse()) {
            ("none", _) => Ok(Self::none()),
            (_, Ok(requests @ 1..)) => Ok(Self::per_minute(requests)),
            _ => Err(Error::new(
                ErrorKind::Configuration,
                "the requests per minute are neither a number above nought nor `none`",
            )),
        }
    }

    /// No limit but on the requests at once.
    #[must_use]
    pub const fn none() -> Self {
        Self { requests: None, interval: Duration::from_mins(1), concurrency: CONCURRENCY }
    }

    /// Another number of requests at once; at least one.
    #[must_use]
    pub const fn with_concurrency(mut self, concurrency: u32) -> Self {
        self.concurrency = if concurrency == 0 { 1 } else { concurrency };
        self
    }
}

#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug)]
struct State {
    /// When the requests of the last interval were sent, where there is a rate.
    sent: VecDeque<Instant>,
    /// The share of the configured rate and concurrency that the vendor was last seen to bear.
    share: f64,
    in_flight: u32,
    blocked_until: Option<Instant>,
    retry_budget: u32,
}

enum Wait {
    /// The vendor said so.
    Blocked(Instant),
    /// Our own rate says so.
    Until(Instant),
    ForSlot,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            state: Mutex::new(State {
                sent: VecDeque::new(),
                share: 1.0,
                in_flight: 0,
                blocked_until: None,
                retry_budget: RETRY_BUDGET,
            }),
            freed: Notify::new(),
        })
    }

    /// How many requests may be under way at once now.
    pub(crate) fn window(&self) -> usize {
        self.lock().slots(self.limits) as usize
    }

    /// Waits until a request may be sent. A dropped wait takes nothing.
    ///
    /// If the vendor told the account to wait until after `patience`, the rest of that wait comes back at
    /// once.
    pub(crate) async fn acquire(self: &Arc<Self>, patience: Instant) -> Result<Permit, Duration> {
        loop {
            let now = Instant::now();
            let wait = match self.try_take(now) {
                Ok(permit) => return Ok(permit),
                Err(wait) => wait,
            };
            match wait {
                Wait::Blocked(until) if until > patience => return Err(until - now),
                Wait::Blocked(until) | Wait::Until(until) => {
                    // Whoever waits for a slot may be waiting for this one; should this wait be dropped,
                    // nobody else would tell.
                    self.freed.notify_one();
                    sleep_until(until).await;
                }
                Wait::ForSlot => self.freed.notified().await,
            }
        }
    }

    fn try_take(self: &Arc<Self>, now: Instant) -> Result<Permit, Wait> {
        let mut state = self.lock();
        if let Some(until) = state.blocked_until {
            if until > now {
                return Err(Wait::Blocked(until));
            }
            state.blocked_until = None;
        }
        if state.in_flight >= state.slots(self.limits) {
            return Err(Wait::ForSlot);
        }
        if let Some(requests) = self.limits.requests {
            // A window that slides: in no interval, whenever it begins, are more sent than allowed.
            let window = self.limits.interval + WINDOW_MARGIN;
            while state.sent.front().is_some_and(|sent| *sent + window <= now) {
                state.sent.pop_front();
            }
            let allowed = scaled(requests, state.share) as usize;
            if let Some(over) = state.sent.len().checked_sub(allowed) {
                let frees = state.sent.get(over).map_or(now, |sent| *sent + window);
                return Err(Wait::Until(frees));
            }
            state.sent.push_back(now);
        }
        state.in_flight += 1;
        if state.in_flight < state.slots(self.limits) {
            self.freed.notify_one();
        }
        Ok(Permit(Arc::clone(self)))
    }

    /// The vendor answered something that is no sign of overload.
    pub(crate) fn succeeded(&self) {
        let mut state = self.lock();
        state.share = (state.share + 0.05).min(1.0);
        state.retry_budget = (state.retry_budget + 1).min(RETRY_BUDGET);
    }

    /// The vendor said that it is too much: nobody of this account asks before `wait` is over, and
    /// then at half the speed, which grows back with each success.
    pub(crate) fn throttled(&self, wait: Duration, now: Instant) {
        let mut state = self.lock();
        let until = now + wait;
        // Of several requests in flight that are refused together, one counts.
        if state.blocked_until.is_none_or(|blocked| blocked <= now) {
            state.share = (state.share / 2.0).max(0.05);
        }
        state.blocked_until = Some(state.blocked_until.map_or(until, |blocked| blocked.max(until)));
    }

    /// The vendor said that the allowance is used up until then: nobody of this account asks before.
    pub(crate) fn pause(&self, until: Instant) {
        let mut state = self.lock();
        state.blocked_until = Some(state.blocked_until.map_or(until, |blocked| blocked.max(until)));
    }

    /// Pays for a retry; false when the account's budget is used up.
    pub(crate) fn pay_retry(&self) -> bool {
        let mut state = self.lock();
        match state.retry_budget.checked_sub(RETRY_COST) {
            Some(left) => {
                state.retry_budget = left;
                true
            }
            None => false,
        }
    }

    /// A poisoned lock only means that a holder panicked; the numbers behind it are whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn slots(&self, limits: Limits) -> u32 {
        scaled(limits.concurrency, self.share)
    }
}

/// A share of a number; at least one.
fn scaled(number: u32, share: f64) -> u32 {
    // The product lies between nought and the number, which is a u32.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
    let part = (f64::from(number) * share).round() as u32;
    part.max(1)
}

/// Leave to send one request; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Limiter>);

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        drop(state);
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Limiter, Limits, Permit};

    async fn take(limiter: &Arc<Limiter>) -> Permit {
        limiter.acquire(Instant::now() + Duration::from_hours(1)).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_used_and_not_exceeded() {
        let limiter = Limiter::new(Limits::per_minute(60));
        let start = Instant::now();
        let mut sent = Vec::new();
        for _ in 0..150 {
            drop(take(&limiter).await);
            sent.push(start.elapsed());
        }
        // A minute's worth at once, and in no minute more than that.
        assert_eq!(sent[59], Duration::ZERO);
        for pair in sent.windows(61) {
            assert!(pair[60] >= pair[0] + Duration::from_mins(1), "{pair:?}");
        }
        assert!((120.0..121.0).contains(&sent[149].as_secs_f64()), "{:?}", sent[149]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stops_everybody_then_slows_them() {
        let limiter = Limiter::new(Limits::none().with_concurrency(4));
        let start = Instant::now();
        let first = take(&limiter).await;
        assert_eq!(limiter.window(), 4);
        limiter.throttled(Duration::from_secs(7), Instant::now());
        assert_eq!(limiter.window(), 2, "whoever plans ahead is told");
        drop(first);
        let permits = [take(&limiter).await, take(&limiter).await];
        assert_eq!(start.elapsed(), Duration::from_secs(7));
        // Half of the four: the third has to wait for a slot.
        let third = tokio::spawn({
            let limiter = Arc::clone(&limiter);
            async move { drop(take(&limiter).await) }
        });
        tokio::task::yield_now().await;
        assert!(!third.is_finished());
        drop(permits);
        third.await.unwrap();
        for _ in 0..10 {
            limiter.succeeded();
        }
        assert_eq!(limiter.window(), 4, "it grows back with successes");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_leaves_nothing_half_counted() {
        let limiter = Limiter::new(Limits::none().with_concurrency(1));
        let held = take(&limiter).await;
        for _ in 0..10 {
            let waiting = take(&limiter);
            assert!(tokio::time::timeout(Duration::from_millis(1), waiting).await.is_err());
        }
        drop(held);
        drop(take(&limiter).await);
        assert_eq!(limiter.lock().in_flight, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_dropped_wakes_the_next() {
        let limits = Limits::per_minute(1).with_concurrency(1);
        let limiter = Limiter::new(limits);
        let held = take(&limiter).await;
        let mut first = Box::pin(take(&limiter));
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut first).await.is_err());
        let second = tokio::spawn({
            let limiter = Arc::clone(&limiter);
            async move { drop(take(&limiter).await) }
        });
        tokio::task::yield_now().await;
        // The first hears of the slot, has to wait for the rate, and gives up.
        drop(held);
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut first).await.is_err());
        drop(first);
        tokio::time::timeout(Duration::from_mins(2), second).await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_hangs_on_a_wait_beyond_patience() {
        let limiter = Limiter::new(Limits::none());
        limiter.throttled(Duration::from_hours(1), Instant::now());
        let patience = Instant::now() + Duration::from_mins(2);
        let left = limiter.acquire(patience).await.unwrap_err();
        assert_eq!(left, Duration::from_hours(1));
        limiter.pause(Instant::now() + Duration::from_mins(1));
        assert_eq!(limiter.acquire(patience).await.unwrap_err(), left, "a pause shortens nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn no_requests_at_all_is_one() {
        let limiter = Limiter::new(Limits::per_minute(0));
        drop(take(&limiter).await);
        drop(take(&limiter).await);
    }

    #[test]
    fn the_retry_budget_ends_and_fills_again() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let limiter = Limiter::new(Limits::none());
            let paid = (0..1000).take_while(|_| limiter.pay_retry()).count();
            assert_eq!(paid, 100);
            for _ in 0..5 {
                limiter.succeeded();
            }
            assert!(limiter.pay_retry());
            assert!(!limiter.pay_retry());
        });
    }
}
