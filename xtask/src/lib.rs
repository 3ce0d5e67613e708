//! The workspace's own chores: `cargo xtask tidy`.

pub mod tables;
pub mod tidy;
