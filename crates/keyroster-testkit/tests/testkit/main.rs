//! Tests of the kit itself, and the smallest provider that the suite fits.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod cassettes;
mod guard;
mod list_only;
mod snapshots;
