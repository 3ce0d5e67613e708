//! Records: as a listing returns them, and as files hold them.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod files;
mod listing;
mod vendor;
