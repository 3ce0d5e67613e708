//! One trait and one record for the API keys that any vendor has issued.
//!
//! A *provider* is a vendor that issues keys; an *account* is one admin credential there. A
//! [`Provider`] handle answers for one account: every key, completely, as normalised [`ApiKey`]
//! records. Vendors implement [`KeyProvider`], whose one required operation is to answer one page.
//!
//! # The ideas, in order
//!
//! 1. **A record holds facts.** [`ApiKey`] is what a vendor says about a key, and never its secret. "The
//!    vendor does not say" is `None` or a variant called `Unknown`, and never reads as "no".
//! 2. **A status is derived.** [`ApiKey::status_at`] tells what the facts mean at an instant: [`KeyStatus`].
//! 3. **A listing is complete.** [`Provider::keys`] is a [`Listing`], a stream of every key: disabled,
//!    expired and revoked ones, of every container, each once. Where that cannot be had, a [`Warning`] says
//!    so. There are no filters: whoever wants less filters the records.
//! 4. **What cannot be honoured is refused first.** A [`CreateKey`] or an [`UpdateKey`] is held against the
//!    provider's [`Capabilities`] before anything is sent.
//! 5. **A key is never made twice.** A create whose answer is lost is
//!    [`Indeterminate`](ErrorKind::Indeterminate) and says what to look for; [`Provider::reconcile`] looks.
//! 6. **A secret has one type.** [`Secret`] is wiped when it is dropped and shown by nothing.
//! 7. **An error says what to do.** [`Error`] tells what happened, where, and what to do; programs match on
//!    its [`ErrorKind`].
//! 8. **Accounts fail one by one.** A [`Roster`] asks several as one; what one of them cannot answer hides
//!    nothing of the others.
//!
//! # Where things are
//!
//! | to | see |
//! |---|---|
//! | read keys | [`Provider`], [`Listing`], [`KeyList`], [`ListKeys`], [`Warning`] |
//! | understand one | [`ApiKey`]: [`State`], [`Access`], [`Quota`], [`Usage`], [`Owner`], [`Container`], [`Expiry`], [`LastUsed`], [`Extras`] |
//! | count | [`Amount`] of a [`Unit`], an exact [`Decimal`]; [`Timestamp`] in UTC |
//! | make and change keys | [`CreateKey`], [`CreatedKey`], [`UpdateKey`] of [`Change`]s, [`Revocation`] |
//! | clean up after a lost answer | [`Orphan`], [`Reconciliation`], [`Suspect`] |
//! | know a credential or a secret | [`Principal`], [`Identification`], [`Liveness`] |
//! | ask several accounts | [`Roster`], [`RosterListing`], [`RosterReport`] |
//! | set accounts up | [`Registry`], [`ProviderFactory`], [`Setting`], [`Settings`] |
//! | write a provider | [`KeyProvider`], [`ProviderInfo`], [`Paging`], [`Capabilities`], [`Page`], [`Cursor`] |
//! | see what was spent | [`Traffic`] |
//!
//! # From a provider to an answer
//!
//! A vendor with two pages of keys, and what a user asks of it. A real provider sends a request where this
//! one looks into itself; that, retries and limits are `keyroster-http`'s.
//!
//! ```
//! use futures_util::TryStreamExt;
//! use keyroster_core::{
//!     Access, ApiKey, Capabilities, CreateKey, Cursor, Error, ErrorKind, Expiry, Field, KeyId,
//!     KeyProvider, KeyStatus, ListKeys, Page, PageRequest, Paging, Provider, ProviderId,
//!     ProviderInfo, Result, Revocation, State, Timestamp, async_trait,
//! };
//!
//! const ID: ProviderId = ProviderId::from_static("fixed");
//!
//! /// What the vendor can do: whatever is not declared, the handle refuses.
//! static INFO: ProviderInfo = ProviderInfo::new(
//!     ID,
//!     "Fixed",
//!     "https://fixed.example",
//!     Paging::Cursor,
//!     Capabilities::LIST_ONLY.with_create(&[Field::Scopes]).with_revoke(),
//! );
//!
//! #[derive(Debug)]
//! struct Fixed;
//!
//! fn key(id: &str, expiry: Expiry) -> ApiKey {
//!     let mut key = ApiKey::new(ID, id);
//!     key.state = State::new(Some(false), Some(false));
//!     key.expiry = expiry;
//!     key
//! }
//!
//! #[async_trait]
//! impl KeyProvider for Fixed {
//!     fn info(&self) -> &ProviderInfo {
//!         &INFO
//!     }
//!
//!     /// One page, and where the next one starts. It never loops.
//!     async fn list_page(&self, request: &PageRequest) -> Result<Page> {
//!         match request.start.cursor() {
//!             None => {
//!                 let page = Page::new(vec![key("k-1", Expiry::Never)]);
//!                 Ok(page.with_next(Some(Cursor::new("k-1"))))
//!             }
//!             Some("k-1") => {
//!                 let at = Timestamp::from_seconds(0).unwrap_or(Timestamp::MIN);
//!                 Ok(Page::new(vec![key("k-2", Expiry::At { at })]))
//!             }
//!             Some(_) => Err(Error::new(ErrorKind::Decode, "there is no such page")),
//!         }
//!     }
//!
//!     async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
//!         let known = ["k-1", "k-2"].contains(&id.as_str());
//!         Ok(if known { Revocation::Revoked } else { Revocation::AlreadyGone })
//!     }
//! }
//!
//! # async fn run() -> Result<()> {
//! let account = Provider::new(Fixed).with_account("fixed-prod");
//!
//! // Both pages, as one stream.
//! let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
//! let mut keys = account.keys(ListKeys::all());
//! let mut expired = Vec::new();
//! while let Some(key) = keys.try_next().await? {
//!     if key.status_at(now) == KeyStatus::Expired {
//!         expired.push(key.id);
//!     }
//! }
//! assert!(keys.warnings().is_empty(), "nothing is missing");
//! assert_eq!(expired, [KeyId::from("k-2")]);
//! assert_eq!(account.revoke(&expired[0]).await?, Revocation::Revoked);
//!
//! // The vendor has no admin keys, so none is asked for: the error comes before any request.
//! let mut request = CreateKey::new("ci-deploy");
//! request.access = Access::Admin;
//! let error = account.create(&request).await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Unsupported);
//! assert_eq!(
//!     error.to_string(),
//!     "fixed, account `fixed-prod`: cannot create the key: the vendor does not offer admin access; \
//!      leave it out; the vendor creates keys with scopes; nothing was sent"
//! );
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

mod backend;
mod check;
mod clock;
mod error;
mod identity;
mod info;
mod key_provider;
mod listing;
mod outcome;
mod page;
mod provider;
mod record;
mod registry;
mod request;
mod roster;
mod secret;
mod traffic;
mod warning;

pub use async_trait::async_trait;

pub use error::{Error, ErrorKind, Result};
pub use identity::{Identification, Liveness, Principal};
pub use info::{Capabilities, Containers, Field, Operation, ProviderInfo};
pub use key_provider::KeyProvider;
pub use listing::{KeyList, Listing};
pub use outcome::{CreatedKey, Orphan, Reconciliation, Revocation, Suspect};
pub use page::{
    ContainerPage, Cursor, NumberedPage, Order, Page, PageRequest, PageSize, PageStart, Paging,
};
pub use provider::Provider;
pub use record::decimal::{Amount, Decimal, ParseDecimalError, Unit};
pub use record::extras::Extras;
pub use record::id::{KeyId, ParseProviderIdError, ProviderId};
pub use record::key::{Access, ApiKey, Container, Expiry, LastUsed, Owner, State};
pub use record::quota::{Limit, Quota, Reset, Usage};
pub use record::status::KeyStatus;
pub use record::time::{ParseTimestampError, Timestamp};
pub use registry::{ProviderFactory, Registry, Setting, Settings};
pub use request::{Change, CreateKey, ListKeys, RotateKey, UpdateKey};
pub use roster::report::{
    AccountFailure, AccountKey, AccountReport, AccountWarning, RosterEvent, RosterReport,
};
pub use roster::{Roster, RosterListing};
pub use secret::Secret;
pub use traffic::Traffic;
pub use warning::{Warning, WarningKind};
