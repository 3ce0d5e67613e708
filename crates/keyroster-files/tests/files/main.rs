//! Tests of writing files that matter, on a real file system.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

#[cfg(unix)]
mod refusals;
#[cfg(unix)]
mod writing;
