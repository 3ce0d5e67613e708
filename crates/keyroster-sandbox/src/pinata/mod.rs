//! Pinata: three generations of one API over one set of keys.

mod auth;
mod create;
mod jwt;
mod routes;
mod seed;
mod state;
mod switches;
mod wire;

pub(crate) use self::routes::handle;
pub(crate) use self::state::State;
pub use self::switches::{
    ExhaustedError, ExhaustedFilter, NoCredentials, Order, PinataSwitches, ResourceScopes,
    RevokeAnswer, ZeroUses,
};
pub(crate) use self::wire::canonical;
