//! Forwards another client's request, for recorders of traffic.

use std::fmt;
use std::sync::atomic::Ordering;

use keyroster_core::{Error, ErrorKind, Result};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use tokio::time::timeout;
use url::Url;

use super::HttpClient;
use crate::attempt::{self, root_cause};

/// Headers that belong to one connection, or that our own request sets.
const CONNECTION_HEADERS: [&str; 7] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// The response to a forwarded request. Its body is wiped when dropped.
pub struct Forwarded {
    status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl Forwarded {
    /// Returns the status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the headers that are text, except those of the connection.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the decompressed body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Forwarded {
    /// Leaves out headers and body: they may contain a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarded").field("status", &self.status).finish_non_exhaustive()
    }
}

impl HttpClient {
    /// Forwards another client's request to the base URL, with that client's own credential and without
    /// retries, and returns any response. For recorders, not for providers.
    ///
    /// Redirects are not followed, and plain http is used only to this machine.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): the target does not start with a slash, or a part of
    ///   the request is malformed.
    /// - [`Transport`](ErrorKind::Transport): there is no complete response, or it is too large.
    pub async fn forward(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Result<Forwarded> {
        let inner = &*self.0;
        let wrong =
            |what: &str| Error::new(ErrorKind::InvalidRequest, format!("{what} is malformed"));
        let lost = |why: String| Error::new(ErrorKind::Transport, why);
        let url = Some(target).filter(|target| target.starts_with('/'));
        let url = url.and_then(|target| Url::parse(&format!("{}{target}", inner.base)).ok());
        let url = url.ok_or_else(|| wrong("the target"))?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| wrong("the method"))?;
        let mut message = reqwest::Request::new(method, url);
        for (name, value) in headers {
            let name = HeaderName::try_from(name).map_err(|_| wrong("a header's name"))?;
            let mut value = HeaderValue::try_from(value).map_err(|_| wrong("a header"))?;
            value.set_sensitive(true);
            if !CONNECTION_HEADERS.contains(&name.as_str()) {
                message.headers_mut().append(name, value);
            }
        }
        if !body.is_empty() {
            *message.body_mut() = Some(body.into());
        }
        inner.runtime.check()?;
        inner.requests.fetch_add(1, Ordering::Relaxed);
        let exchange = async {
            let mut response =
                inner.client()?.execute(message).await.map_err(|e| lost(root_cause(e)))?;
            let body = attempt::read(&mut response, inner.max_body, &inner.bytes).await;
            let body = body.map_err(|error| lost(root_cause(error)))?;
            let body = body.ok_or_else(|| lost(format!("more than {} bytes", inner.max_body)))?;
            let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
            let headers = response
                .headers()
                .iter()
                .filter(|(name, _)| !CONNECTION_HEADERS.contains(&name.as_str()));
            let headers = headers
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
                .collect();
            Ok(Forwarded { status: response.status().as_u16(), headers, body })
        };
        let limit = inner.timeouts.request;
        let late = || lost(format!("timed out after {:.1} s", limit.as_secs_f64()));
        timeout(limit, exchange).await.unwrap_or_else(|_| Err(late()))
    }
}
