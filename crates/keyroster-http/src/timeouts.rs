//! How long one attempt may take.

use std::time::Duration;

/// How long one attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until there is a connection, TLS included; at most half of `request`, so that an address that
    /// does not answer is told from a vendor that does not.
    pub connect: Duration,
    /// Until the last byte of the answer, the connection included.
    pub request: Duration,
}

impl Default for Timeouts {
    /// 10 s and 30 s.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(30) }
    }
}

impl Timeouts {
    /// Another time until the last byte.
    #[must_use]
    pub fn with_request(mut self, request: Duration) -> Self {
        self.request = request;
        self
    }
}
