//! List, check and safely change the API keys that vendors have issued to you.
//!
//! This crate re-exports [`keyroster_core`], and has a module for each provider whose Cargo feature is enabled
//! (`pinata`, `openrouter`, or `all-providers`). No provider is enabled by default.
//!
//! Start with [`Provider`], the handle of one account, and [`ApiKey`], the record of one key.
#![cfg_attr(feature = "pinata", doc = "```no_run")]
#![cfg_attr(not(feature = "pinata"), doc = "```ignore")]
//! use keyroster::{ListKeys, Provider, Result, pinata::Pinata};
//!
//! # async fn example(jwt: String) -> Result<()> {
//! let account = Provider::new(Pinata::builder().jwt(jwt).build()?);
//! for key in account.list(ListKeys::all()).await?.keys {
//!     println!("{} {:?}", key.id, key.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # In a service
//!
//! Create each account once and clone its [`Provider`] into every request, e.g. as the state of axum. Clones share
//! connections and rate limits. Vendors can be slow, so put `tokio::time::timeout` around each operation, or ask
//! several accounts through a [`Roster`] with a deadline. Dropping the future of a read cancels it.
//!
//! Do not cancel a create: the vendor may already have created the key, and its secret would be lost. A client
//! that disconnects makes axum drop the handler, so create keys in a task of their own (`tokio::spawn`). If a
//! create was cancelled anyway, [`Provider::reconcile`] finds the key: give it an [`Orphan`] with the time at
//! which the create was sent.
//!
//! ```
//! use std::time::Duration;
//!
//! use keyroster::{ApiKey, Error, ErrorKind, ListKeys, Provider, Result};
//!
//! /// The body of a handler. `account` comes from the state of the service.
//! async fn keys(account: Provider) -> Result<Vec<ApiKey>> {
//!     let listing = account.list(ListKeys::all());
//!     let late = |_| Error::new(ErrorKind::Unavailable, "the vendor is too slow");
//!     let list = tokio::time::timeout(Duration::from_secs(5), listing).await.map_err(late)??;
//!     Ok(list.keys)
//! }
//! ```
//!
//! # In a synchronous program
//!
//! Block on a tokio runtime with one thread, and keep it as long as the accounts: it drives their connections.
//!
//! ```
//! # use keyroster::{ListKeys, Provider};
//! fn print_keys(account: &Provider) -> Result<(), Box<dyn std::error::Error>> {
//!     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//!     let list = runtime.block_on(account.list(ListKeys::all()))?;
//!     for key in list.keys {
//!         println!("{}", key.id);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # In another runtime than tokio
//!
//! The providers of this crate need tokio for connections and timers. Without it, every operation returns an error
//! of kind [`Configuration`](ErrorKind::Configuration). In smol, pollster or `futures::executor`, wrap the future:
//! `async_compat::Compat::new(account.list(ListKeys::all())).await`.
#![cfg_attr(docsrs, feature(doc_cfg))]

/// The README's example compiles and runs.
#[cfg(all(doctest, feature = "pinata"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub use keyroster_core::*;

#[cfg(feature = "openrouter")]
#[cfg_attr(docsrs, doc(cfg(feature = "openrouter")))]
pub use provider_openrouter as openrouter;
#[cfg(feature = "pinata")]
#[cfg_attr(docsrs, doc(cfg(feature = "pinata")))]
pub use provider_pinata as pinata;

/// The HTTP options of every provider: address, proxy, certificates, limits, timeouts and retries.
#[cfg(any(feature = "openrouter", feature = "pinata"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "openrouter", feature = "pinata"))))]
pub mod http {
    pub use keyroster_http::{HttpOptions, Limits, RetryPolicy, Timeouts};
}

/// Returns a registry of the providers whose features are enabled.
///
/// For any other provider of this crate, its error names the feature.
///
/// ```
/// let registry = keyroster::registry();
/// if let Err(error) = registry.factory("pinata") {
///     assert!(error.help().contains("feature `pinata`"));
/// }
/// ```
#[must_use]
pub fn registry() -> Registry {
    let mut registry = Registry::new();
    #[cfg(feature = "openrouter")]
    registry.add(openrouter::OpenRouterFactory::default());
    #[cfg(not(feature = "openrouter"))]
    registry.add_disabled("openrouter", "enable the feature `openrouter` of the crate `keyroster`");
    #[cfg(feature = "pinata")]
    registry.add(pinata::PinataFactory::default());
    #[cfg(not(feature = "pinata"))]
    registry.add_disabled("pinata", "enable the feature `pinata` of the crate `keyroster`");
    registry
}
