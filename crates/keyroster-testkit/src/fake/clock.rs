//! The clock by which an imitated vendor dates its keys.

use std::time::SystemTime;

use keyroster_core::Timestamp;

#[expect(clippy::disallowed_methods, reason = "a vendor dates its keys by a clock")]
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}
