//! A vendor's response.

use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Operation, Result, Revocation, Secret};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde_json::Value;

use crate::json::Object;
use crate::redact::scrub;
use crate::request::Safety;

/// A complete response of a vendor. Its body is wiped when dropped.
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) after_lost: bool,
    pub(crate) context: Context,
}

/// What an error about a response needs to know of the request.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) operation: Operation,
    pub(crate) safety: Safety,
    pub(crate) authority: String,
    pub(crate) secrets: Vec<Secret>,
    /// Whether the route names one resource, so that a 404 is about it and not about the API.
    pub(crate) names_one: bool,
}

impl Response {
    /// Returns the status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether an earlier attempt may have been carried out although its response was lost. A key that this
    /// response reports as missing may have been deleted by that attempt.
    #[must_use]
    pub fn after_lost_attempt(&self) -> bool {
        self.after_lost
    }

    /// Returns the outcome of a revocation when the vendor reports that the key does not exist: it was gone
    /// already or, if an earlier response was lost, it is gone for an unknown reason.
    #[must_use]
    pub fn gone(&self) -> Revocation {
        if self.after_lost { Revocation::Gone } else { Revocation::AlreadyGone }
    }

    /// Returns a header, if it is present and text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Parses the body as JSON.
    ///
    /// The error names the position of the problem, but not the value: it may be a secret, and the parser's
    /// own message would show it.
    ///
    /// - [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) if the request
    ///   creates: the body is not JSON, or has an unexpected structure.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            let what = match error.classify() {
                _ if self.body.is_empty() => "an empty body".to_owned(),
                _ if self.is_html() => "an HTML page".to_owned(),
                serde_json::error::Category::Eof => format!("JSON that ends early, at {place}"),
                serde_json::error::Category::Data => {
                    format!("JSON with an unexpected structure, at {place}")
                }
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                    format!("invalid JSON, at {place}")
                }
            };
            self.unexpected(&what)
        })
    }

    /// Parses the body as a JSON object. Unlike with [`json`](Response::json), an array is an error even if
    /// its items would fit the fields.
    ///
    /// ```
    /// # use keyroster_core::{Operation, Result, Secret};
    /// # use keyroster_http::{HttpClient, Request};
    /// /// The secret in the response to a create. Another type reads the rest.
    /// #[derive(serde::Deserialize)]
    /// struct Created {
    ///     value: Secret,
    /// }
    ///
    /// # async fn example(http: HttpClient) -> Result<Secret> {
    /// let request = Request::create(Operation::CreateKey, "/keys").form([("label", "ci")]);
    /// let Created { value } = http.send(request).await?.object()?;
    /// # Ok(value)
    /// # }
    /// ```
    ///
    /// - [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) if the request
    ///   creates: the body is not such an object.
    pub fn object<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        self.json().map(|Object(value)| value)
    }

    /// Returns the error for a response that contradicts the vendor's documentation:
    /// [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) if the request creates.
    ///
    /// `what` says what came instead, e.g. "a key without `id`". It must not contain the vendor's own text.
    #[must_use]
    pub fn unexpected(&self, what: &str) -> Error {
        let authority = &self.context.authority;
        if self.context.safety == Safety::Creates {
            return indeterminate(
                &self.context,
                &format!("{authority} returned {what} instead of the new key"),
            )
            .with_status(self.status)
            .with_request_id(self.request_id());
        }
        let message = format!("unexpected response from {authority}: {what}");
        self.context
            .error(ErrorKind::Decode, message)
            .with_status(self.status)
            .with_request_id(self.request_id())
    }

    /// Returns the error for the status code, with the vendor's own message, scrubbed.
    pub(crate) fn status_error(&self) -> Error {
        let kind = match self.status {
            ..=399 => ErrorKind::Decode,
            401 => ErrorKind::Unauthenticated,
            402 | 403 => ErrorKind::PermissionDenied,
            404 | 410 => ErrorKind::NotFound,
            408 | 500.. => ErrorKind::Unavailable,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            _ => ErrorKind::InvalidRequest,
        };
        let authority = &self.context.authority;
        let message = match (kind, self.vendor_message()) {
            (ErrorKind::Decode, _) if (300..400).contains(&self.status) => {
                format!("{authority} returned a redirect, which is not followed")
            }
            (ErrorKind::Decode, _) => format!("{authority} returned no final status"),
            (_, Some(said)) => format!("{authority} returned an error: `{said}`"),
            (_, None) if self.is_html() => format!("{authority} returned an HTML page"),
            (_, None) => format!("{authority} returned an error without a message"),
        };
        let error = self
            .context
            .error(kind, message)
            .with_status(self.status)
            .with_request_id(self.request_id());
        if kind == ErrorKind::NotFound && !self.context.names_one {
            return error.with_help("check that the base URL points to the vendor's API");
        }
        error
    }

    /// Returns the vendor's error message from one of the usual JSON structures, or from plain text.
    fn vendor_message(&self) -> Option<String> {
        let text = match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => {
                let first = || body.get("errors").and_then(|errors| errors.get(0));
                let error = body.get("error").or_else(first).unwrap_or(&body);
                let field = |name: &str| error.get(name).and_then(Value::as_str);
                let said = match (field("reason"), field("details")) {
                    (Some(reason), Some(details)) => format!("{reason}: {details}"),
                    _ => ["message", "reason", "details", "detail", "title", "code"]
                        .into_iter()
                        .find_map(field)
                        .or(error.as_str())?
                        .to_owned(),
                };
                Zeroizing::new(said)
            }
            Err(_) if self.is_html() => return None,
            Err(_) => Zeroizing::new(String::from_utf8_lossy(&self.body).into_owned()),
        };
        let said = scrub(&text, &self.context.secrets);
        (!said.is_empty()).then_some(said)
    }

    /// Whether the body is an HTML page, which comes from a proxy or gateway and not from the API.
    pub(crate) fn is_html(&self) -> bool {
        let declared = self.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("html"));
        declared || self.body.trim_ascii_start().starts_with(b"<")
    }

    pub(crate) fn request_id(&self) -> Option<String> {
        let id = ["x-request-id", "cf-ray"].into_iter().find_map(|name| self.header(name))?;
        // Scrubbing would hide every UUID, so the characters and the length are limited instead.
        let id: String = id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
            .take(64)
            .collect();
        (!id.is_empty()).then_some(id)
    }
}

impl Context {
    /// Returns the error for a request that is not sent because the vendor asked the account to wait.
    pub(crate) fn blocked(&self, wait: Duration) -> Error {
        let seconds = wait.as_secs_f64().ceil();
        let message = format!(
            "{} asked this account to wait another {seconds} s; nothing was sent",
            self.authority
        );
        self.error(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
    }

    pub(crate) fn error(&self, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, message).with_operation(self.operation)
    }
}

/// Returns the error for a create that may have succeeded.
pub(crate) fn indeterminate(context: &Context, what: &str) -> Error {
    context.error(
        ErrorKind::Indeterminate,
        format!("{what}; the key may exist, but its secret was not received"),
    )
}

impl std::fmt::Debug for Response {
    /// Leaves out headers and body: they may contain a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
