//! Tests across the crates: real HTTP against the sandbox, golden snapshots, and what depends on what.

mod dependencies;
mod errors;
mod fixture;
mod listing;
mod parsers;
mod secrets;
mod snapshots;
mod tidy;
