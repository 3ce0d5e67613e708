//! The real binary against real sandboxes.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod accounts;
mod acts;
mod bin;
mod config;
mod creating;
mod editing;
mod failures;
mod gate;
mod hundred;
mod identify;
mod interrupts;
mod lifecycle;
mod list;
mod plans;
mod pty;
mod sandbox;
mod schemas;
mod secrets;
mod setup;
mod shapes;
mod sheets;
mod show;
mod terminal;
mod withheld;
