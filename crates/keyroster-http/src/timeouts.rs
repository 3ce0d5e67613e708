//! The time limits of one attempt.

use std::time::Duration;

/// Time limits of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Maximum time until the connection is open, including TLS. It is at most half of `request`, so that an
    /// unreachable address can be told from a slow vendor.
    pub connect: Duration,
    /// Maximum time until the last byte of the response, including the connection.
    pub request: Duration,
}

impl Default for Timeouts {
    /// 10 seconds to connect and 30 seconds for the request.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(30) }
    }
}

impl Timeouts {
    /// Changes the maximum time until the last byte.
    #[must_use]
    pub fn with_request(mut self, request: Duration) -> Self {
        self.request = request;
        self
    }
}
