//! A vendor's answer.

use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Operation, Result, Revocation, Secret};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde_json::Value;

use crate::json::Object;
use crate::redact::scrub;
use crate::request::Safety;

/// A vendor's answer, whole; its body is wiped when dropped.
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) after_lost: bool,
    pub(crate) context: Context,
}

/// What an error about an answer needs to know of the request.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) operation: Operation,
    pub(crate) safety: Safety,
    pub(crate) authority: String,
    pub(crate) secrets: Vec<Secret>,
    /// Whether the route names one thing, so that 404 speaks of that thing and not of the API.
    pub(crate) names_one: bool,
}

impl Response {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether an earlier attempt may have been carried out, its answer being lost: what this answer says is
    /// no longer there may have gone by that.
    #[must_use]
    pub fn after_lost_attempt(&self) -> bool {
        self.after_lost
    }

    /// What a vendor's word that there is no such key means to a revocation: that it was gone already, or,
    /// after an attempt whose answer was lost, that nobody can tell by what it is gone.
    #[must_use]
    pub fn gone(&self) -> Revocation {
        if self.after_lost { Revocation::Gone } else { Revocation::AlreadyGone }
    }

    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Reads the body as JSON.
    ///
    /// The error tells where the JSON departs from what was expected, and nothing of what stands there:
    /// the parser's own message would show the value, which may be a secret.
    ///
    /// - [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) where the request
    ///   creates: the body is no JSON, or JSON of another shape.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            let what = match error.classify() {
                _ if self.body.is_empty() => "an empty body".to_owned(),
                _ if self.is_html() => "an HTML page".to_owned(),
                serde_json::error::Category::Eof => format!("JSON that breaks off at {place}"),
                serde_json::error::Category::Data => {
                    format!("JSON of another shape (at {place})")
                }
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                    format!("something that is no JSON (at {place})")
                }
            };
            self.unexpected(&what)
        })
    }

    /// Reads the body as a JSON object, as [`json`](Response::json) does; an array is an error even where
    /// its items would fit the fields.
    ///
    /// ```
    /// # use keyroster_core::{Operation, Result, Secret};
    /// # use keyroster_http::{HttpClient, Request};
    /// /// What the vendor answers to a create; the rest of it is read by another type.
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
    /// - [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) where the request
    ///   creates: the body is no such object.
    pub fn object<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        self.json().map(|Object(value)| value)
    }

    /// An error that says that the answer is something else than the vendor documents, as `a key that has no
    /// id`: [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) where the request
    /// creates. What the vendor said does not belong into it.
    #[must_use]
    pub fn unexpected(&self, what: &str) -> Error {
        let authority = &self.context.authority;
        if self.context.safety == Safety::Creates {
            return indeterminate(
                &self.context,
                &format!("{authority} answered with {what}, not with the new key"),
            )
            .with_status(self.status)
            .with_request_id(self.request_id());
        }
        let message = format!("{authority} answered with {what} where its documents say otherwise");
        self.context
            .error(ErrorKind::Decode, message)
            .with_status(self.status)
            .with_request_id(self.request_id())
    }

    /// The error that a status speaks of, with the vendor's own words, scrubbed.
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
                format!("{authority} answered with a redirect, which is not followed")
            }
            (ErrorKind::Decode, _) => format!("{authority} answered with no final status"),
            (_, Some(said)) => format!("{authority} answered `{said}`"),
            (_, None) if self.is_html() => format!("{authority} answered with an HTML page"),
            (_, None) => format!("{authority} answered without a reason"),
        };
        let error = self
            .context
            .error(kind, message)
            .with_status(self.status)
            .with_request_id(self.request_id());
        if kind == ErrorKind::NotFound && !self.context.names_one {
            return error.with_help("check that the base URL is the vendor's API");
        }
        error
    }

    /// What the vendor says went wrong, in one of the usual shapes of JSON, or in plain text.
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

    /// Whether it is a page for people: the work of something that stands before the vendor's API.
    pub(crate) fn is_html(&self) -> bool {
        let declared = self.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("html"));
        declared || self.body.trim_ascii_start().starts_with(b"<")
    }

    pub(crate) fn request_id(&self) -> Option<String> {
        let id = ["x-request-id", "cf-ray"].into_iter().find_map(|name| self.header(name))?;
        // A vendor's identifier, cut to what one can be; scrubbing would hide every UUID.
        let id: String = id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
            .take(64)
            .collect();
        (!id.is_empty()).then_some(id)
    }
}

impl Context {
    /// The error of a request that is not sent, because the vendor told the account to wait.
    pub(crate) fn blocked(&self, wait: Duration) -> Error {
        let seconds = wait.as_secs_f64().ceil();
        let message = format!(
            "{} told this account to wait, for another {seconds} s; nothing was sent",
            self.authority
        );
        self.error(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
    }

    pub(crate) fn error(&self, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, message).with_operation(self.operation)
    }
}

/// Says that something may have been created.
pub(crate) fn indeterminate(context: &Context, what: &str) -> Error {
    context.error(
        ErrorKind::Indeterminate,
        format!("{what}, so the key may exist without anybody holding its secret"),
    )
}

impl std::fmt::Debug for Response {
    /// The body may hold a secret, and so may a header.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
