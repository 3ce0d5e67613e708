//! Stateful imitations of the key-management APIs of Pinata and OpenRouter, over real HTTP on
//! loopback, with faults on request.
//!
//! The vendors' own clients work against it unmodified. Created keys are listed, revoked keys are
//! refused, and all data follows from a seed. All secrets are fake and contain `fa4efa4e`.
//!
//! ```
//! use keyroster_sandbox::{Fault, Sandbox};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sandbox = Sandbox::builder().seed(7).openrouter_keys(12).start().await?;
//!
//! let access = sandbox.openrouter();
//! assert!(access.base_url.starts_with("http://127.0.0.1:"));
//! assert!(access.management_key.starts_with("sk-or-v1-fa4efa4e"));
//! assert_eq!(sandbox.truth()["openrouter"].as_array().map(Vec::len), Some(12));
//!
//! // From here on, about every third request gets no response.
//! sandbox.add_fault(Fault::cut_after_commit().share(0.33));
//! sandbox.stop().await;
//! # Ok::<(), std::io::Error>(()) })?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod cache;
mod clock;
mod exchange;
mod fault;
mod http;
mod log;
mod names;
mod openrouter;
mod pinata;
mod rate;
mod sandbox;
mod token;
mod world;

pub use self::fault::{Action, Fault};
pub use self::log::{RequestRecord, Vendor};
pub use self::openrouter::quirks::{
    HashInput, InvalidBoolean, ListRefusal, OpenRouterQuirks, TieBreak, UnknownWorkspace,
};
pub use self::pinata::quirks::{
    ExhaustedError, ExhaustedFilter, ListOrder, NoCredentials, PinataQuirks, ResourceScopes,
    RevokeAnswer, ZeroUses,
};
pub use self::rate::RateLimit;
pub use self::sandbox::{OpenRouterAccess, PinataAccess, Sandbox, SandboxBuilder};
