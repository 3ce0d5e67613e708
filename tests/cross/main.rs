//! Tests across the crates: real HTTP against the sandbox, golden snapshots, and what depends on what.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod broken;
mod dependencies;
mod errors;
mod faults;
mod fixture;
mod guide;
mod hundred;
mod lifecycle;
mod listing;
mod moving;
mod parsers;
mod secrets;
mod snapshots;
mod tidy;
