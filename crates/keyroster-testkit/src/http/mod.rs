//! An imitated vendor over HTTP on loopback, scripted servers, and cassettes.

mod call;
mod cassette;
mod loopback;
mod recorder;
mod reply;
mod script;
mod secret_check;
mod server;
mod vendor_api;

pub use call::Call;
pub use cassette::Cassette;
pub(crate) use loopback::Loopback;
pub use recorder::Recorder;
pub use reply::Reply;
pub use script::{Expected, Script, ScriptServer};
pub use secret_check::cassette_complaints;
pub use vendor_api::{HttpAccount, VendorApi};
