//! What to do about an error.

use std::time::Duration;

use keyroster::{Error, ErrorKind};

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Correct the account: its settings, its credential, or what the credential may do.
    FixAccount,
    /// Correct the request.
    FixRequest,
    /// Try again, after this time where the vendor named one.
    TryLater(Option<Duration>),
    /// Look for the key before trying again.
    LookForKey,
    /// Report it: the vendor's answer does not match its documentation.
    Report,
}

/// Returns what to do about an error.
#[must_use]
pub fn advice(error: &Error) -> Advice {
    match error.kind() {
        ErrorKind::Configuration | ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => {
            Advice::FixAccount
        }
        ErrorKind::InvalidRequest
        | ErrorKind::Unsupported
        | ErrorKind::NotFound
        | ErrorKind::Conflict => Advice::FixRequest,
        ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Transport => {
            Advice::TryLater(error.retry_after())
        }
        ErrorKind::Indeterminate => Advice::LookForKey,
        // `Decode`, and kinds that a later version of keyroster adds.
        _ => Advice::Report,
    }
}
