//! A request to a vendor.

use std::borrow::Cow;
use std::fmt::Display;

use keyroster_core::{Error, ErrorKind, Operation, Result};
use reqwest::Method;
use serde::Serialize;

use crate::credential::Credential;

/// What a request may change at the vendor, which decides whether it may be retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Safety {
    /// Only reads.
    Safe,
    /// Sending it twice has the same effect as sending it once, e.g. an update or a deletion.
    Idempotent,
    /// Sending it twice may create two things, or return a secret that no one receives. It is retried only
    /// if it certainly had no effect. Every [`CreateKey`](Operation::CreateKey) and
    /// [`RotateKey`](Operation::RotateKey) request that writes is in this class, even if it uses
    /// PUT or PATCH.
    Creates,
}

/// A request to a vendor: a route below the base URL, its parameters and its body.
///
/// A route is a template such as `/keys/{hash}`. Logs show the template. Each value is percent-encoded as
/// one segment.
///
/// ```
/// use keyroster_core::Operation;
/// use keyroster_http::Request;
///
/// let request = Request::get(Operation::GetKey, "/keys/{hash}").segment("a/b").query("full", "true");
/// ```
pub struct Request {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    pub(crate) route: &'static str,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(Cow<'static, str>, String)>,
    pub(crate) body: Option<Body>,
    /// Whether the given body cannot be written as JSON.
    malformed: bool,
    pub(crate) safety: Safety,
    pub(crate) accepted: &'static [u16],
    pub(crate) credential: Option<Credential>,
}

pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: bytes::Bytes,
}

impl Request {
    fn new(operation: Operation, method: Method, route: &'static str, safety: Safety) -> Self {
        // The vendor returns a new secret only once, whatever the method.
        let returns_secret = matches!(operation, Operation::CreateKey | Operation::RotateKey);
        let safety =
            if returns_secret && safety == Safety::Idempotent { Safety::Creates } else { safety };
        Self {
            operation,
            method,
            route,
            segments: Vec::new(),
            query: Vec::new(),
            body: None,
            malformed: false,
            safety,
            accepted: &[],
            credential: None,
        }
    }

    /// Creates a request that only reads.
    #[must_use]
    pub fn get(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::GET, route, Safety::Safe)
    }

    /// Creates a request that creates something. It is retried only if it certainly had no effect.
    #[must_use]
    pub fn create(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::POST, route, Safety::Creates)
    }

    /// Creates a POST request that may be retried, for vendors that update with POST. Requests that return a
    /// secret are always treated as [`create`](Request::create).
    #[must_use]
    pub fn idempotent_post(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::POST, route, Safety::Idempotent)
    }

    /// Creates a PUT request, which may be retried.
    #[must_use]
    pub fn put(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::PUT, route, Safety::Idempotent)
    }

    /// Creates a PATCH request, which may be retried.
    #[must_use]
    pub fn patch(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::PATCH, route, Safety::Idempotent)
    }

    /// Creates a DELETE request, which may be retried.
    #[must_use]
    pub fn delete(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::DELETE, route, Safety::Idempotent)
    }

    /// Sets the value of the route's next `{…}`.
    #[must_use]
    pub fn segment(mut self, value: impl Into<String>) -> Self {
        self.segments.push(value.into());
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Display) -> Self {
        self.query.push((name.into(), format!("{value}")));
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn maybe_query(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Follows the [`next_link`](crate::Response::next_link) of the previous page. Without a cursor, the
    /// request is unchanged and asks for the first page.
    ///
    /// The link's query replaces this request's parameters of the same names. The others are kept, so a link
    /// that omits a parameter such as `disabled=show` hides no keys.
    #[must_use]
    pub fn follow(mut self, cursor: Option<&str>) -> Self {
        if let Some(query) = cursor {
            let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
            let link: Vec<_> = pairs.map(|(name, value)| (name.into(), value)).collect();
            self.query.retain(|(own, _)| !link.iter().any(|(name, _)| name == own));
            self.query.extend(link);
        }
        self
    }

    /// Sets a JSON body. It must not contain a secret.
    ///
    /// If the value cannot be written as JSON, sending the request fails.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                let bytes = bytes.into();
                self.body = Some(Body { content_type: "application/json", bytes });
            }
            Err(_) => self.malformed = true,
        }
        self
    }

    /// Sets a form-encoded body from names and values, in this order. Names may repeat.
    #[must_use]
    pub fn form<N: AsRef<str>, V: AsRef<str>>(
        mut self,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let bytes = form.finish().into_bytes().into();
        self.body = Some(Body { content_type: "application/x-www-form-urlencoded", bytes });
        self
    }

    /// Treats these status codes as responses instead of errors, e.g. 404 for a deletion.
    #[must_use]
    pub fn accept(mut self, statuses: &'static [u16]) -> Self {
        self.accepted = statuses;
        self
    }

    /// Authenticates with this credential instead of the account's.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Whether a status is a response rather than an error.
    pub(crate) fn accepts(&self, status: u16) -> bool {
        status == 200
            || (status == 201 && self.safety == Safety::Creates)
            // There is nothing left to return.
            || (status == 204 && self.method == Method::DELETE)
            || self.accepted.contains(&status)
    }

    /// Returns an error if the request cannot be sent.
    pub(crate) fn check(&self) -> Result<()> {
        if self.malformed {
            let message = "the request body cannot be written as JSON";
            return Err(Error::new(ErrorKind::InvalidRequest, message)
                .with_help("report this to the provider's authors; nothing was sent"));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Request {
    /// Omits all values, because they may contain secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("route", &self.route)
            .field("safety", &self.safety)
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("bytes", &self.body.as_ref().map_or(0, |body| body.bytes.len()))
            .finish_non_exhaustive()
    }
}
