//! Passing another client's request on, as a recorder of traffic does.

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

/// Headers that concern one connection, or that the way on sets anew.
const OWN: [&str; 7] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// An answer to a request that was passed on; its body is wiped when dropped.
pub struct Forwarded {
    /// The HTTP status.
    status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl Forwarded {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers that are text, but those of the connection.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body, decompressed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Forwarded {
    /// The body may hold a secret, and so may a header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarded").field("status", &self.status).finish_non_exhaustive()
    }
}

impl HttpClient {
    /// Passes another client's request on to the base URL, once, with that client's own credential, and
    /// answers whatever comes back: for recorders, not for providers.
    ///
    /// As in every request, no redirect is followed and nothing leaves TLS but to this machine.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): the target does not begin with a slash, or a part of
    ///   the request is malformed.
    /// - [`Transport`](ErrorKind::Transport): there is no answer, or it is longer than is read.
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
            if !OWN.contains(&name.as_str()) {
                message.headers_mut().append(name, value);
            }
        }
        if !body.is_empty() {
            *message.body_mut() = Some(body.into());
        }
        inner.requests.fetch_add(1, Ordering::Relaxed);
        let exchange = async {
            let mut answer =
                inner.client()?.execute(message).await.map_err(|e| lost(root_cause(e)))?;
            let body = attempt::read(&mut answer, inner.max_body, &inner.bytes).await;
            let body = body.map_err(|error| lost(root_cause(error)))?;
            let body = body.ok_or_else(|| lost(format!("more than {} bytes", inner.max_body)))?;
            let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
            let headers = answer.headers().iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
            let headers = headers
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
                .collect();
            Ok(Forwarded { status: answer.status().as_u16(), headers, body })
        };
        let limit = inner.timeouts.request;
        let late = || lost(format!("no answer within {:.1} s", limit.as_secs_f64()));
        timeout(limit, exchange).await.unwrap_or_else(|_| Err(late()))
    }
}
