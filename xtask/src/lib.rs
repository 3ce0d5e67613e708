//! The workspace's own chores: `cargo xtask`.

pub mod bench;
pub mod tables;
pub mod tidy;
