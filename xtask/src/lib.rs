//! The workspace's own chores: `cargo xtask tidy`, `api` and `new-provider`.

pub mod api;
pub mod new_provider;
pub mod tables;
pub mod tidy;
