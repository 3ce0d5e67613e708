//! A limit on requests per credential, off unless asked for.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::clock::{MILLI, SECOND};
use crate::exchange::Reply;

/// Maximum number of requests of a credential in a window of time.
///
/// The window is fixed and begins with the credential's first request, as Pinata's
/// `X-RateLimit-Reset` suggests. Neither vendor documents whether it counts by key, account or address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests per window. Pinata's plans allow 60, 250 or 500 a minute (docs.pinata.cloud,
    /// account limits); OpenRouter publishes none for key management.
    pub requests: u32,
    /// The length of a window in milliseconds. A minute by default.
    pub window_ms: u32,
    /// Whether a 429 has `Retry-After`. Seen on Pinata's legacy API in 2022, documented as "may" by
    /// OpenRouter, and unknown for Pinata's v3 API.
    pub retry_after: bool,
    /// Whether `X-RateLimit-Limit`, `-Remaining` and `-Reset` are sent: by Pinata with every reply, by
    /// OpenRouter only with a 429.
    pub headers: bool,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { requests: 60, window_ms: 60_000, retry_after: true, headers: true }
    }
}

impl RateLimit {
    /// A limit of this number of requests per minute, with all headers.
    #[must_use]
    pub fn per_minute(requests: u32) -> Self {
        Self { requests, ..Self::default() }
    }

    /// The same limit with another length of the window.
    #[must_use]
    pub fn window_ms(mut self, window_ms: u32) -> Self {
        self.window_ms = window_ms;
        self
    }

    /// The same limit with or without `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, sent: bool) -> Self {
        self.retry_after = sent;
        self
    }

    /// The same limit with or without the `X-RateLimit-*` headers.
    #[must_use]
    pub fn headers(mut self, sent: bool) -> Self {
        self.headers = sent;
        self
    }
}

/// Counts the requests of each credential.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    windows: HashMap<u32, (i64, u32)>,
}

/// Whether a request is allowed, and what its headers say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateDecision {
    pub(crate) allowed: bool,
    limit: u32,
    remaining: u32,
    reset: i64,
    now: i64,
}

impl Limiter {
    pub(crate) fn count(&mut self, limit: &RateLimit, who: u32, now: i64) -> RateDecision {
        let length = i64::from(limit.window_ms) * MILLI;
        let window = self.windows.entry(who).or_insert((now, 0));
        if now >= window.0 + length {
            *window = (now, 0);
        }
        window.1 = window.1.saturating_add(1);
        RateDecision {
            allowed: window.1 <= limit.requests,
            limit: limit.requests,
            remaining: limit.requests.saturating_sub(window.1),
            reset: window.0 + length,
            now,
        }
    }
}

impl RateDecision {
    /// Adds the headers that `limit` sends. `X-RateLimit-Reset` is in seconds (Pinata, captured
    /// 2022) or in milliseconds (OpenRouter's own 429 errors).
    pub(crate) fn sign(&self, reply: &mut Reply, limit: &RateLimit, reset_unit: i64) {
        if limit.headers {
            reply.set("x-ratelimit-limit", self.limit.to_string());
            reply.set("x-ratelimit-remaining", self.remaining.to_string());
            let reset = self.reset.div_euclid(reset_unit) + i64::from(self.reset % reset_unit != 0);
            reply.set("x-ratelimit-reset", reset.to_string());
        }
        if limit.retry_after && !self.allowed {
            let wait = (self.reset - self.now).max(0);
            let seconds = wait.div_euclid(SECOND) + i64::from(wait % SECOND != 0);
            reply.set("retry-after", seconds.max(1).to_string());
        }
    }
}
