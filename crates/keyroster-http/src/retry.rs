//! Decides whether a request is retried.
//!
//! RETRIES.md has the rules as a table. It is part of the crate's documentation.

use std::time::Duration;

use crate::attempt::Attempt;
use crate::request::Safety;

/// How many times and for how long a request is tried.
///
/// ```
/// use std::time::Duration;
///
/// use keyroster_http::RetryPolicy;
///
/// let patient = RetryPolicy::default().with_max_attempts(8).with_deadline(Duration::from_mins(10));
/// assert_eq!(RetryPolicy::never().max_attempts, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Maximum number of attempts, including the first.
    pub max_attempts: u32,
    /// Maximum wait before the second attempt. It doubles with each further attempt, and the actual wait is
    /// a random part of it.
    pub base: Duration,
    /// Maximum wait between two attempts, unless the vendor asks for a longer one.
    pub cap: Duration,
    /// Maximum time from the first attempt to the last response.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts within two minutes, with waits of up to 0.25 s, 0.5 s, 1 s and 2 s.
    fn default() -> Self {
        Self {
            max_attempts: 5,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(20),
            deadline: Duration::from_mins(2),
        }
    }
}

impl RetryPolicy {
    /// Disables retries.
    #[must_use]
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Changes the maximum number of attempts.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Changes the maximum first wait.
    #[must_use]
    pub fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Changes the deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns the wait after this many attempts: exponential backoff with full jitter.
    pub(crate) fn backoff(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(20);
        let max = self.base.saturating_mul(1 << doublings).min(self.cap);
        max.mul_f64(fastrand::f64())
    }
}

/// What happens after an unsuccessful attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Retry,
    Fail,
    /// Fail, and report that the request may have created something.
    Indeterminate,
}

/// Applies the rules of RETRIES.md.
pub(crate) fn decide(safety: Safety, attempt: &Attempt) -> Decision {
    let unless_created = |decision| match safety {
        Safety::Creates => Decision::Indeterminate,
        Safety::Safe | Safety::Idempotent => decision,
    };
    match attempt {
        Attempt::NotSent(_) => Decision::Retry,
        Attempt::Untrusted(_) => Decision::Fail,
        Attempt::Lost(_) => unless_created(Decision::Retry),
        Attempt::TooLarge { .. } => unless_created(Decision::Fail),
        Attempt::Response(response) => match response.status {
            408 | 421 | 425 | 429 | 500.. => unless_created(Decision::Retry),
            400..=498 if response.is_own_error() => Decision::Fail,
            _ => unless_created(Decision::Fail),
        },
    }
}
