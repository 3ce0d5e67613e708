//! OpenRouter: keys, workspaces, and the key that asks.

mod auth;
pub(crate) mod quirks;
mod request_body;
mod routes;
mod seed;
mod state;
mod wire;

pub(crate) use self::routes::handle;
pub(crate) use self::seed::state;
pub(crate) use self::state::State;
pub(crate) use self::wire::{canonical, truth};
