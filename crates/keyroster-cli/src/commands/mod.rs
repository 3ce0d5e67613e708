//! The commands.

pub(crate) mod accounts;
pub(crate) mod config;
pub(crate) mod create;
pub(crate) mod doctor;
pub(crate) mod identify;
pub(crate) mod key_state;
pub(crate) mod list;
pub(crate) mod providers;
pub(crate) mod rotate;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod setup;
pub(crate) mod show;
pub(crate) mod update;
pub(crate) mod whoami;
