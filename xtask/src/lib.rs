//! Chores of this workspace: `cargo xtask`. It links no provider, so that checking text stays quick.

pub mod api;
pub mod docs;
pub mod new_provider;
pub mod program;
pub mod structure;
pub mod tidy;
pub mod words;
