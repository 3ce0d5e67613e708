//! What was sent to a vendor and received from it.

use serde::Serialize;

/// What was sent to a vendor for one account, and received from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Traffic {
    /// The number of requests sent, counting each attempt.
    pub requests: u64,
    /// How many of these requests were retries.
    pub retries: u64,
    /// The number of bytes in response bodies.
    pub bytes_received: u64,
    /// How many seconds the vendor's clock is ahead of this machine's, according to the date of its last
    /// response. It is correct to a second or two. It describes this machine, so it is not serialized.
    #[serde(skip)]
    pub clock_ahead: Option<i64>,
}
