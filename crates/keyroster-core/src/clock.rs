//! The only place where this crate reads the clock.

use crate::record::time::Timestamp;

/// Returns the current time by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "the only place where the clock is read")]
pub(crate) fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}
