//! What every HTTP provider of keyroster needs: the one door to the network.
//!
//! A provider makes an [`HttpClient`] from a [`BaseUrl`] and a [`Credential`], sends [`Request`]s, and
//! reads [`Response`]s into records that it declares with [`record!`]. Errors are keyroster's own, with
//! the kind that the status speaks of, and hold no secret.
//!
//! | to | see |
//! |---|---|
//! | say where the API is and who asks | [`BaseUrl`], [`Credential`], [`HttpOptions`] |
//! | ask | [`HttpClient::send`], [`Request`], [`Safety`] |
//! | page by links | [`Response::next_link`], [`Request::follow`] |
//! | read an answer | [`Response::object`], [`Response::json`], [`Response::unexpected`] |
//! | read a record leniently | [`record!`], [`json::Field`], and the types that one may hold |
//! | bound what an account does | [`Limits`], [`RetryPolicy`], [`Timeouts`] |
//! | show a vendor's text | [`scrub`], [`may_be_secret`] |
//!
//! ```no_run
//! use keyroster_core::{Operation, Result, Secret};
//! use keyroster_http::{BaseUrl, Credential, HttpClient, Limits, Request, record};
//!
//! record! {
//!     /// One key of Acme's list.
//!     struct WireKey { id: String = "id" }
//! }
//!
//! # async fn example(secret: Secret) -> Result<()> {
//! let http = HttpClient::builder(BaseUrl::parse("https://api.acme.example/v1")?)
//!     .credential(Credential::bearer(&secret)?)
//!     .limits(Limits::per_minute(60))
//!     .build();
//! let request = Request::get(Operation::ListKeys, "/keys").query("disabled", "show");
//! let response = http.send(request).await?;
//! let keys: Vec<WireKey> = response.json()?;
//! let next = response.next_link()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Retries
#![doc = include_str!("../RETRIES.md")]
//!
//! # Tracing
//!
//! One span, a contract: `http.request` at debug level around each attempt, with `method`, `route` (the
//! template, as `/keys/{hash}`), `attempt` (from 1), `status` and `elapsed_ms`; in it one event at debug
//! level, `attempt ended`, with `answered`. Never a URL, a query, a header or a body.
//!
//! # What is absent
//!
//! Redirects, cookies, a vendor's name, and every foreign type in a signature.

mod attempt;
mod base_url;
mod client;
mod credential;
pub mod json;
mod limits;
mod link;
mod options;
mod redact;
mod request;
mod response;
mod retry;
mod retry_after;
mod timeouts;
mod transport;

pub use base_url::BaseUrl;
pub use client::{Forwarded, HttpClient, HttpClientBuilder};
pub use credential::Credential;
pub use limits::Limits;
pub use options::HttpOptions;
pub use redact::{may_be_secret, scrub, withhold};
pub use request::{Request, Safety};
pub use response::Response;
pub use retry::RetryPolicy;
pub use timeouts::Timeouts;
