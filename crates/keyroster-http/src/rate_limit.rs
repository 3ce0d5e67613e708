//! The limits of one account: requests per interval, concurrent requests, and a budget for retries.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Retries spend from this budget and successes refill it, so that an outage does not multiply the load.
const RETRY_BUDGET: u32 = 500;
const RETRY_COST: u32 = 5;

/// Maximum number of concurrent requests by default.
const CONCURRENCY: u32 = 16;

/// How much longer our window is than the vendor's, because requests do not all travel equally fast.
const WINDOW_MARGIN: Duration = Duration::from_millis(50);

/// Limits on the requests of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum number of requests, at least one, in each [`interval`](Limits::interval). `None` means that
    /// keyroster sets no limit.
    pub requests: Option<u32>,
    /// The interval that [`requests`](Limits::requests) counts in.
    pub interval: Duration,
    /// Maximum number of concurrent requests.
    pub concurrency: u32,
}

impl Limits {
    /// Limits the number of requests per minute.
    #[must_use]
    pub const fn per_minute(requests: u32) -> Self {
        Self {
            requests: Some(requests),
            interval: Duration::from_mins(1),
            concurrency: CONCURRENCY,
        }
    }

    /// Parses a number of requests per minute, or `none`.
    ///
    /// - [`Configuration`](keyroster_core::ErrorKind::Configuration): it is neither.
    pub fn parse_per_minute(text: &str) -> Result<Self> {
        match (text, text.parse()) {
            ("none", _) => Ok(Self::none()),
            (_, Ok(requests @ 1..)) => Ok(Self::per_minute(requests)),
            _ => Err(Error::new(
                ErrorKind::Configuration,
                "the requests per minute must be a positive number or `none`",
            )),
        }
    }

    /// Limits only the number of concurrent requests.
    #[must_use]
    pub const fn none() -> Self {
        Self { requests: None, interval: Duration::from_mins(1), concurrency: CONCURRENCY }
    }

    /// Changes the maximum number of concurrent requests, at least one.
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
    /// When the requests of the last interval were sent, if their number is limited.
    sent: VecDeque<Instant>,
    /// The share of the configured limits in use, from 0.05 to 1. A refusal by the vendor halves it.
    share: f64,
    in_flight: u32,
    blocked_until: Option<Instant>,
    retry_budget: u32,
}

enum Wait {
    /// The vendor asked for it.
    Blocked(Instant),
    /// The rate limit is used up.
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

    /// Returns how many requests may currently be in flight.
    pub(crate) fn window(&self) -> usize {
        self.lock().slots(self.limits) as usize
    }

    /// Waits until a request may be sent. Dropping the future takes nothing from the limits.
    ///
    /// If the vendor asked the account to wait beyond `latest`, returns the remaining wait at once.
    pub(crate) async fn acquire(self: &Arc<Self>, latest: Instant) -> Result<Permit, Duration> {
        loop {
            let now = Instant::now();
            let wait = match self.try_take(now) {
                Ok(permit) => return Ok(permit),
                Err(wait) => wait,
            };
            match wait {
                Wait::Blocked(until) if until > latest => return Err(until - now),
                Wait::Blocked(until) | Wait::Until(until) => {
                    // Another task may be waiting for this slot. Wake it now: if this future is dropped
                    // while it sleeps, nothing else would.
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
            // A sliding window: no interval, wherever it begins, contains more requests than allowed.
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

    /// Records a response that does not suggest overload.
    pub(crate) fn succeeded(&self) {
        let mut state = self.lock();
        state.share = (state.share + 0.05).min(1.0);
        state.retry_budget = (state.retry_budget + 1).min(RETRY_BUDGET);
    }

    /// Records a 429: the account sends nothing until `wait` is over, then continues at half the speed,
    /// which recovers with each success.
    pub(crate) fn throttled(&self, wait: Duration, now: Instant) {
        let mut state = self.lock();
        let until = now + wait;
        // If several requests in flight are refused together, the speed is halved only once.
        if state.blocked_until.is_none_or(|blocked| blocked <= now) {
            state.share = (state.share / 2.0).max(0.05);
        }
        state.blocked_until = Some(state.blocked_until.map_or(until, |blocked| blocked.max(until)));
    }

    /// Records that the allowance is used up: the account sends nothing until this instant.
    pub(crate) fn pause(&self, until: Instant) {
        let mut state = self.lock();
        state.blocked_until = Some(state.blocked_until.map_or(until, |blocked| blocked.max(until)));
    }

    /// Pays for a retry. Returns false if the account's budget is used up.
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

    /// Locks the state. Each change leaves it valid, so a poisoned lock can be ignored.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn slots(&self, limits: Limits) -> u32 {
        scaled(limits.concurrency, self.share)
    }
}

/// Returns a share of a number, at least one.
fn scaled(number: u32, share: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product is between zero and `number`"
    )]
    let part = (f64::from(number) * share).round() as u32;
    part.max(1)
}

/// Permission to send one request. Dropping it frees the slot.
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
    async fn the_rate_is_used_fully_and_never_exceeded() {
        let limiter = Limiter::new(Limits::per_minute(60));
        let start = Instant::now();
        let mut sent = Vec::new();
        for _ in 0..150 {
            drop(take(&limiter).await);
            sent.push(start.elapsed());
        }
        // The whole minute's allowance at once, and never more than that in any minute.
        assert_eq!(sent[59], Duration::ZERO);
        for pair in sent.windows(61) {
            assert!(pair[60] >= pair[0] + Duration::from_mins(1), "{pair:?}");
        }
        assert!((120.0..121.0).contains(&sent[149].as_secs_f64()), "{:?}", sent[149]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_stops_the_account_then_halves_its_speed() {
        let limiter = Limiter::new(Limits::none().with_concurrency(4));
        let start = Instant::now();
        let first = take(&limiter).await;
        assert_eq!(limiter.window(), 4);
        limiter.throttled(Duration::from_secs(7), Instant::now());
        assert_eq!(limiter.window(), 2, "the new window is visible at once");
        drop(first);
        let permits = [take(&limiter).await, take(&limiter).await];
        assert_eq!(start.elapsed(), Duration::from_secs(7));
        // Half of four: the third has to wait for a slot.
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
        assert_eq!(limiter.window(), 4, "successes restore the window");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_takes_no_slot() {
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
    async fn a_dropped_wait_wakes_the_next_one() {
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
        // The first gets the slot, has to wait for the rate limit, and is dropped.
        drop(held);
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut first).await.is_err());
        drop(first);
        tokio::time::timeout(Duration::from_mins(2), second).await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_returns_at_once() {
        let limiter = Limiter::new(Limits::none());
        limiter.throttled(Duration::from_hours(1), Instant::now());
        let latest = Instant::now() + Duration::from_mins(2);
        let left = limiter.acquire(latest).await.unwrap_err();
        assert_eq!(left, Duration::from_hours(1));
        limiter.pause(Instant::now() + Duration::from_mins(1));
        assert_eq!(limiter.acquire(latest).await.unwrap_err(), left, "a pause shortens nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_zero_means_one() {
        let limiter = Limiter::new(Limits::per_minute(0));
        drop(take(&limiter).await);
        drop(take(&limiter).await);
    }

    #[test]
    fn the_retry_budget_is_spent_and_refilled() {
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
