//! What an account has cost the vendor.

use serde::Serialize;

/// What was sent to a vendor for one account, and received from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Traffic {
    /// Requests sent, each attempt counted.
    pub requests: u64,
    /// How many of them were sent again.
    pub retries: u64,
    /// Bytes of the answers' bodies.
    pub bytes_received: u64,
    /// By how many seconds the vendor's clock is ahead of this machine's, as its last answer dated itself;
    /// right to a second or two. It tells of this machine, and so is no part of what is serialised.
    #[serde(skip)]
    pub clock_ahead: Option<i64>,
}
