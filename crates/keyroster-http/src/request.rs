//! One request to a vendor.

use std::borrow::Cow;
use std::fmt::Display;

use keyroster_core::{Error, ErrorKind, Operation, Result};
use reqwest::Method;
use serde::Serialize;

use crate::credential::Credential;

/// What a request may do at the vendor, and so when it may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Safety {
    /// It reads.
    Safe,
    /// Sent twice, it leaves what sending it once leaves: setting, deleting.
    Idempotent,
    /// Sent twice, it may make two things, or hand out a secret that nobody gets to see. It is sent again
    /// only if it provably did nothing. Every request of [`CreateKey`](Operation::CreateKey) and
    /// [`RotateKey`](Operation::RotateKey) that does not read is one, with PUT and PATCH too.
    Creates,
}

/// One request to a vendor: a route below the base URL, and what it carries.
///
/// A route is a template, as `/keys/{hash}`: it is what logs show, and its values are percent-encoded,
/// each as one segment.
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
    /// The body that was given has no JSON form.
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
        // Whatever the method: a secret that is handed out is handed out once.
        let hands_out = matches!(operation, Operation::CreateKey | Operation::RotateKey);
        let safety =
            if hands_out && safety == Safety::Idempotent { Safety::Creates } else { safety };
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

    /// Reads.
    #[must_use]
    pub fn get(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::GET, route, Safety::Safe)
    }

    /// Makes something: sent again only if it provably did nothing.
    #[must_use]
    pub fn create(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::POST, route, Safety::Creates)
    }

    /// Sets something, with POST, as vendors do that have no other method; sent twice, it does what once
    /// does. Whatever hands out a secret is [`create`](Request::create).
    #[must_use]
    pub fn idempotent_post(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::POST, route, Safety::Idempotent)
    }

    /// Sets something, with PUT; sent twice, it does what once does.
    #[must_use]
    pub fn put(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::PUT, route, Safety::Idempotent)
    }

    /// Sets some fields, with PATCH; sent twice, it does what once does.
    #[must_use]
    pub fn patch(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::PATCH, route, Safety::Idempotent)
    }

    /// Deletes; sent twice, it does what once does.
    #[must_use]
    pub fn delete(operation: Operation, route: &'static str) -> Self {
        Self::new(operation, Method::DELETE, route, Safety::Idempotent)
    }

    /// The value of the route's next `{…}`.
    #[must_use]
    pub fn segment(mut self, value: impl Into<String>) -> Self {
        self.segments.push(value.into());
        self
    }

    /// A query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Display) -> Self {
        self.query.push((name.into(), format!("{value}")));
        self
    }

    /// A query parameter, if there is a value for it.
    #[must_use]
    pub fn maybe_query(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Goes where the last page's [`next_link`](crate::Response::next_link) led: with the link's query, and
    /// with those of this request's own parameters whose names the link lacks. Without a cursor it is the
    /// first page, as it stands.
    ///
    /// So a link that forgets what the first page was asked for, as `disabled=show`, hides nothing.
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

    /// A JSON body. It is for what may be shown; a secret does not belong in a body.
    ///
    /// A value that has no JSON form makes sending the request an error.
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

    /// A form-encoded body, of names and values in this order; a name may come more than once.
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

    /// Statuses beside 2xx that are answers and no errors, as 404 to a deletion.
    #[must_use]
    pub fn accept(mut self, statuses: &'static [u16]) -> Self {
        self.accepted = statuses;
        self
    }

    /// Authenticates with something else than the account's credential.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Whether a status is an answer and no error.
    pub(crate) fn takes(&self, status: u16) -> bool {
        (200..300).contains(&status) || self.accepted.contains(&status)
    }

    /// Refuses what cannot be sent.
    pub(crate) fn check(&self) -> Result<()> {
        if self.malformed {
            let message = "the request's body has no JSON form";
            return Err(Error::new(ErrorKind::InvalidRequest, message)
                .with_help("report it to the provider's authors; nothing was sent"));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Request {
    /// Of values, query and body only that they are there: a secret may have got into them.
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
