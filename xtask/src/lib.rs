//! The workspace's own chores: `cargo xtask`.

pub mod api;
pub mod bench;
pub mod new_provider;
pub mod structure;
pub mod tables;
pub mod tidy;
pub mod words;
