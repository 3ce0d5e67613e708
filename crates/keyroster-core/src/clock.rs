//! The one place where this crate reads the clock.

use crate::record::time::Timestamp;

/// The present, by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub(crate) fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}
