//! The real binary against real sandboxes.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod accounts;
mod acts;
mod bin;
mod config;
mod creating;
mod failures;
mod lifecycle;
mod list;
mod sandbox;
mod secrets;
mod setup;
mod show;
