//! The HTTP client of every keyroster provider.
//!
//! A provider creates an [`HttpClient`] from a [`BaseUrl`] and a [`Credential`], sends [`Request`]s, and
//! reads [`Response`]s into records that it declares with [`record!`]. Errors are keyroster's own. Their
//! kind follows from the status code, and they contain no secrets.
//!
//! | task | items |
//! |---|---|
//! | set the address, the credential and the connection | [`BaseUrl`], [`Credential`], [`HttpOptions`] |
//! | send a request | [`HttpClient::send`], [`Request`], [`Safety`] |
//! | follow `Link` headers | [`Response::next_link`], [`Request::follow`] |
//! | read a response | [`Response::object`], [`Response::json`], [`Response::unexpected`] |
//! | read a record leniently | [`record!`], [`json::Field`] |
//! | limit what an account sends | [`Limits`], [`RetryPolicy`], [`Timeouts`] |
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
//!
#![doc = include_str!("../RETRIES.md")]
//!
//! # Runtime
//!
//! Requests need a tokio runtime with I/O and timers (`enable_all`). Without one, [`HttpClient::send`] returns
//! an error of kind [`Configuration`](keyroster_core::ErrorKind::Configuration). In smol, pollster or
//! `futures::executor`, wrap the future in `async_compat::Compat`.
//!
//! # Tracing
//!
//! Each attempt has a span `http.request` at debug level with the fields `method`, `route` (the template,
//! e.g. `/keys/{hash}`), `attempt` (from 1), `status` and `elapsed_ms`. One event in it at debug level,
//! `attempt ended`, has the field `answered`. URLs, queries, headers and bodies are never recorded. Names and
//! fields of the span are part of the API.
//!
//! # Not supported
//!
//! Redirects and cookies. No signature names a type of another crate.

mod attempt;
mod base_url;
mod client;
mod credential;
pub mod json;
mod link;
mod options;
mod rate_limit;
mod redact;
mod request;
mod response;
mod retry;
mod retry_after;
mod runtime;
mod timeouts;
mod transport;

pub use base_url::BaseUrl;
pub use client::{Forwarded, HttpClient, HttpClientBuilder};
pub use credential::Credential;
pub use options::HttpOptions;
pub use rate_limit::Limits;
pub use redact::{may_be_secret, scrub, withhold};
pub use request::{Request, Safety};
pub use response::Response;
pub use retry::RetryPolicy;
pub use timeouts::Timeouts;
