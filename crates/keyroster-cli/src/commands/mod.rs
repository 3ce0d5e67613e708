//! What each command does.

pub(crate) mod list;
pub(crate) mod providers;
pub(crate) mod sandbox;
pub(crate) mod show;
