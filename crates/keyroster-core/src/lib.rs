//! One trait and one record for the API keys that any vendor has issued.
//!
//! A *vendor* issues API keys. A *provider* is the code that speaks to one vendor. An *account* is one admin
//! credential at a vendor. The rest of this page introduces the crate in the order in which it is learned.
//!
//! # 1. List keys
//!
//! A [`Provider`] is the handle of one account. [`Provider::list`] returns every key, and [`Provider::keys`]
//! returns a [`Listing`], a stream of them. Both are complete: disabled, expired and revoked keys are
//! included, those of every container, and each key once, even if the list changes while it is read. If that
//! cannot be guaranteed, a [`Warning`] says so. There are no filters, because vendors' filters hide keys.
//! Filter the records instead.
//!
//! # 2. Understand a key
//!
//! An [`ApiKey`] is the record of a key: what the vendor reports about it, normalized, and never its secret.
//! What the vendor does not report is `None` or a variant called `Unknown`, and never means "no". The record
//! holds facts: [`State`], [`Access`], [`Quota`], [`Usage`], [`Owner`], [`Container`], [`Expiry`],
//! [`LastUsed`], and the vendor's own fields as [`Extras`]. A [`KeyStatus`] such as "expired" is not stored,
//! but derived from the facts and a clock by [`ApiKey::status_at`]. Amounts are exact ([`Amount`],
//! [`Decimal`], [`Unit`]), and times are UTC ([`Timestamp`]). Records can be stored: [`API_KEY_SCHEMA`]
//! describes them, and later versions read them.
//!
//! # 3. Create and change keys
//!
//! [`CreateKey`], [`UpdateKey`] and [`RotateKey`] are requests. They are checked against the provider's
//! [`Capabilities`] before anything is sent: a key requested with an expiry is never created without one. A
//! new key is a [`CreatedKey`] with its [`Secret`], which is wiped when it is dropped and which nothing prints.
//! [`Provider::revoke`] returns a [`Revocation`].
//!
//! # 4. Handle errors
//!
//! An [`Error`] says what happened and where; [`Error::help`] says what to do. Programs match on its
//! [`ErrorKind`]. A create is never sent twice. If its response is lost, the error is
//! [`Indeterminate`](ErrorKind::Indeterminate) and describes the [`Orphan`] that may exist;
//! [`Provider::reconcile`] searches for it. [`Provider::create`] explains how to cancel a create safely.
//!
//! # 5. Identify credentials and secrets
//!
//! [`Provider::whoami`] checks the account's own credential and returns a [`Principal`].
//! [`Provider::identify`] finds the key that a secret belongs to and whether the secret works
//! ([`Identification`], [`Liveness`]).
//!
//! # 6. Use several accounts
//!
//! A [`Roster`] asks several accounts at the same time. If one of them fails or hangs, the others still
//! answer. Its [`RosterReport`] holds the keys, the warnings, and the accounts that failed.
//!
//! # 7. Configure accounts
//!
//! A [`Registry`] knows the providers of a program, each as a [`ProviderFactory`], and creates accounts from
//! named [`Settings`].
//!
//! # 8. Write a provider
//!
//! A vendor's crate implements [`KeyProvider`], whose one required operation is to return one [`Page`] for one
//! request. Its [`ProviderInfo`] declares how the vendor pages ([`Paging`], [`Order`]) and what it can do.
//! Everything else is in `Provider`. A real provider sends HTTP requests, for which `keyroster-http` has a
//! client with retries and rate limits; this one returns two fixed pages:
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
//! /// What the vendor can do. `Provider` refuses everything that is not declared.
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
//!     /// Returns one page, and where the next one starts. It never loops.
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
//!             Some(_) => Err(Error::new(ErrorKind::Decode, "unknown cursor")),
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
//! // Both pages come as one stream.
//! let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
//! let mut keys = account.keys(ListKeys::all());
//! let mut expired = Vec::new();
//! while let Some(key) = keys.try_next().await? {
//!     if key.status_at(now) == KeyStatus::Expired {
//!         expired.push(key.id);
//!     }
//! }
//! assert!(keys.warnings().is_empty(), "no key is missing");
//! assert_eq!(expired, [KeyId::from("k-2")]);
//! assert_eq!(account.revoke(&expired[0]).await?, Revocation::Revoked);
//!
//! // The vendor has no admin keys, so the create fails before a request is sent.
//! let request = CreateKey::new("ci-deploy").access(Access::Admin);
//! let error = account.create(&request).await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Unsupported);
//! assert_eq!(
//!     error.to_string(),
//!     "fixed, account `fixed-prod`: cannot create the key: Fixed does not support admin access for \
//!      new keys"
//! );
//! assert_eq!(
//!     error.help(),
//!     "leave it out; Fixed supports scopes for new keys; nothing was sent"
//! );
//! # Ok(())
//! # }
//! # futures_util::future::FutureExt::now_or_never(run()).unwrap().unwrap();
//! ```
//!
//! # Runtime, HTTP and globals
//!
//! This crate has none of them. It runs on any executor, and names no vendor. Where it needs a timer, e.g. for
//! [`Roster::with_deadline`], the program passes one in.
//!
//! # Tracing
//!
//! Two spans at debug level are a contract. Their fields never hold a secret.
//!
//! | span | around | fields |
//! |---|---|---|
//! | `keys.operation` | each operation of a provider except listing keys | `provider`, `account`, `operation` ([`Operation::as_str`]) |
//! | `keys.list_page` | each page of a listing | `provider`, `account`, `page` (from 1) |
//!
//! A listing requests its containers in `keys.operation` spans, with the operation `list-containers`.

mod answer;
mod backend;
mod check;
mod clock;
mod error;
mod identity;
mod info;
mod key_provider;
mod listing;
mod orphan;
mod outcome;
mod page;
mod provider;
mod record;
mod registry;
mod request;
mod roster;
mod secret;
mod secret_shape;
mod suggestion;
mod traffic;
mod warning;
mod withhold;

pub use async_trait::async_trait;

pub use error::{Error, ErrorKind, RefusedBy, Result};
pub use identity::{Identification, Liveness, Principal};
pub use info::{Capabilities, Containers, Field, Operation, ProviderInfo};
pub use key_provider::KeyProvider;
pub use listing::{KeyList, Listing};
pub use orphan::{Orphan, Reconciliation, Suspect};
pub use outcome::{CreatedKey, Revocation, UpdatedKey};
pub use page::{
    ContainerPage, Cursor, NumberedPage, Order, Page, PageRequest, PageSize, PageStart, Paging,
};
pub use provider::Provider;
pub use record::decimal::{Amount, Decimal, ParseDecimalError, Unit};
pub use record::extras::Extras;
pub use record::fact::{Fact, Unreadable};
pub use record::id::{KeyId, ParseProviderIdError, ProviderId};
pub use record::key::{API_KEY_SCHEMA, Access, ApiKey, Container, Expiry, LastUsed, Owner, State};
pub use record::quota::{Limit, Quota, Reset, Usage};
pub use record::status::KeyStatus;
pub use record::time::{ParseTimestampError, Timestamp};
pub use registry::{ProviderFactory, Registry, Setting, Settings};
pub use request::{Change, CreateKey, ListKeys, RotateKey, UpdateKey};
pub use roster::account::AccountState;
pub use roster::report::{
    AccountFailure, AccountKey, AccountReport, AccountWarning, RosterEvent, RosterReport,
};
pub use roster::{Roster, RosterListing};
pub use secret::Secret;
pub use secret_shape::{Charset, SecretShape};
pub use suggestion::Suggestion;
pub use traffic::Traffic;
pub use warning::{Warning, WarningKind};
pub use withhold::{KnownSecrets, names_a_secret};
