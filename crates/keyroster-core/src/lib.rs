//! One trait and one record for the API keys that any vendor has issued.
//!
//! A *provider* is a vendor that issues keys; an *account* is one admin credential there. A
//! [`Provider`] handle answers for one account: every key, completely, as normalised [`ApiKey`]
//! records. Vendors implement [`KeyProvider`], whose one required operation is to answer one page.
//!
//! # From the top
//!
//! - [`Provider::keys`] is a [`Listing`]: a stream of all keys. [`Provider::list`] collects it.
//! - [`ApiKey`] holds facts; [`ApiKey::status_at`] derives what they mean at an instant.
//! - "The vendor does not say" is `None` or a variant called `Unknown`, and never reads as "no".
//! - Amounts are exact ([`Decimal`], [`Amount`]), instants are RFC 3339 in UTC ([`Timestamp`]).
//! - [`Roster`] asks several accounts as one.
//! - [`Error`] says what happened, where, and what to do; [`ErrorKind`] is what programs match on.
//! - [`Secret`] is the one type that may hold a value that authenticates. A record has no place for one.
//! - [`ProviderInfo`] declares how a vendor pages and what it can do; [`Registry`] makes accounts.
//!
//! # A provider in a few lines
//!
//! ```
//! use keyroster_core::{
//!     ApiKey, Capabilities, KeyProvider, ListKeys, Page, PageRequest, Paging, Provider, ProviderId,
//!     ProviderInfo, Result, async_trait,
//! };
//!
//! #[derive(Debug)]
//! struct Fixed(ProviderInfo);
//!
//! #[async_trait]
//! impl KeyProvider for Fixed {
//!     fn info(&self) -> &ProviderInfo {
//!         &self.0
//!     }
//!
//!     async fn list_page(&self, _: &PageRequest) -> Result<Page> {
//!         Ok(Page::new(vec![ApiKey::new(self.0.id.clone(), "k-1")]))
//!     }
//! }
//!
//! # async fn run() -> Result<()> {
//! let info = ProviderInfo::new(
//!     ProviderId::from_static("fixed"),
//!     "Fixed",
//!     "https://fixed.example",
//!     Paging::Single,
//!     Capabilities::LIST_ONLY,
//! );
//! let list = Provider::new(Fixed(info)).list(ListKeys::all()).await?;
//! assert_eq!(list.keys.len(), 1);
//! # Ok(())
//! # }
//! # futures_util::future::FutureExt::now_or_never(run()).unwrap().unwrap();
//! ```
//!
//! # What is absent
//!
//! No HTTP client, no runtime, no vendor's name, no global: whoever needs those brings them.
//!
//! # Tracing
//!
//! One span, a contract: `keys.list_page` at debug level around each page, with `provider`, `account`
//! and `page` (counted from 1). Fields never hold a secret.

mod change;
mod clock;
mod decimal;
mod error;
mod extras;
mod handle;
mod id;
mod info;
mod key;
mod list;
mod listing;
mod provider;
mod quota;
mod registry;
mod roster;
mod scan;
#[cfg(test)]
mod schedules;
mod secret;
mod seen;
mod status;
mod time;
mod tour;
mod traffic;

pub use async_trait::async_trait;

pub use change::{
    Change, CreateKey, CreatedKey, Identification, Liveness, Orphan, Principal, Reconciliation,
    Revocation, Suspect, UpdateKey,
};
pub use decimal::{Amount, Decimal, ParseDecimalError, Unit};
pub use error::{Error, ErrorKind, Result};
pub use extras::Extras;
pub use handle::Provider;
pub use id::{KeyId, ParseProviderIdError, ProviderId};
pub use info::{Capabilities, Containers, Field, Operation, Order, PageSize, Paging, ProviderInfo};
pub use key::{Access, ApiKey, Container, Expiry, LastUsed, Owner, State};
pub use list::{
    ContainerPage, Cursor, ListKeys, Page, PageRequest, PageStart, Warning, WarningKind,
};
pub use listing::{KeyList, Listing};
pub use provider::KeyProvider;
pub use quota::{Limit, Quota, Reset, Usage};
pub use registry::{ProviderFactory, Registry, Setting, Settings};
pub use roster::{
    AccountFailure, AccountKey, AccountReport, AccountWarning, Roster, RosterEvent, RosterListing,
    RosterReport,
};
pub use secret::Secret;
pub use status::KeyStatus;
pub use time::{ParseTimestampError, Timestamp};
pub use traffic::Traffic;
