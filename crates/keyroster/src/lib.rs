//! Know and control the API keys that your vendors have issued: one trait, one record, any vendor.
//!
//! Everything here is re-exported: [`keyroster_core`] whole, and a module for each provider whose Cargo
//! feature is on (`pinata`, `openrouter`, or `all-providers`). None is on by default.
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

/// The README's example compiles and runs.
#[cfg(all(doctest, feature = "pinata"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub use keyroster_core::*;

#[cfg(feature = "openrouter")]
pub use provider_openrouter as openrouter;
#[cfg(feature = "pinata")]
pub use provider_pinata as pinata;

/// A registry of the providers whose features are on.
///
/// Asked for one whose feature is off, it names the feature.
///
/// ```
/// let registry = keyroster::registry();
/// if let Err(error) = registry.factory("pinata") {
///     assert!(error.to_string().contains("feature `pinata`"));
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
