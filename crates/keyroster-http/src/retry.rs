//! When a request is sent again.
//!
//! The table that this module keeps is in the crate's documentation, in words.

use std::time::Duration;

use crate::attempt::Attempt;
use crate::request::Safety;

/// How often and for how long a request is tried.
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
    /// Attempts in all, the first included.
    pub max_attempts: u32,
    /// The wait before the second attempt is drawn from nought to this; each further one from twice as
    /// much.
    pub base: Duration,
    /// No wait of our own choice is longer.
    pub cap: Duration,
    /// From the first attempt to the last answer.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts within two minutes, waiting up to 0.25 s, 0.5 s, 1 s, 2 s between them.
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
    /// One attempt.
    #[must_use]
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Another number of attempts.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Another first wait.
    #[must_use]
    pub fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Another deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// A wait of our own choice after so many attempts: full jitter.
    pub(crate) fn backoff(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(20);
        let most = self.base.saturating_mul(1 << doublings).min(self.cap);
        most.mul_f64(fastrand::f64())
    }
}

/// What follows from an attempt that was no success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Retry,
    Fail,
    Indeterminate,
}

/// Looks up the retry table.
pub(crate) fn decide(safety: Safety, attempt: &Attempt) -> Decision {
    let unless_created = |decision| match safety {
        Safety::Creates => Decision::Indeterminate,
        Safety::Safe | Safety::Idempotent => decision,
    };
    match attempt {
        Attempt::NotSent(_) => Decision::Retry,
        Attempt::Lost(_) => unless_created(Decision::Retry),
        Attempt::TooLarge { .. } => unless_created(Decision::Fail),
        Attempt::Answered(response) => match response.status {
            429 => Decision::Retry,
            408 | 500.. => unless_created(Decision::Retry),
            ..=199 | 300..=399 => unless_created(Decision::Fail),
            _ => Decision::Fail,
        },
    }
}
