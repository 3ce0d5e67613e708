//! The real binary against real sandboxes.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod accounts;
mod answers;
mod bad_input;
mod change_keys;
mod config;
mod config_edit;
mod create;
mod dry_run;
mod exit_code;
mod identify;
mod interrupt;
mod list;
mod list_formats;
mod list_views;
mod many_accounts;
mod misplaced_secrets;
mod partial_lists;
mod readme;
mod redaction;
mod sandbox;
mod schema;
mod setup;
mod show;
#[cfg(unix)]
mod sinks;
mod support;
mod terminal;
