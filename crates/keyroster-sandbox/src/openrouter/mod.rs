//! OpenRouter: keys, workspaces and what a key says about itself.

mod auth;
mod body;
mod routes;
mod seed;
mod state;
mod switches;
mod wire;

pub(crate) use self::routes::handle;
pub(crate) use self::state::State;
pub use self::switches::{
    HashInput, InvalidBoolean, ListRefusal, OpenRouterSwitches, TieBreak, UnknownWorkspace,
};
pub(crate) use self::wire::canonical;
