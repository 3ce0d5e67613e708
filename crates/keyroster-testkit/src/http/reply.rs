//! The reply of an imitated vendor.

use serde_json::Value;

/// The reply of an imitated vendor to a call.
///
/// ```
/// use keyroster_testkit::Reply;
/// use serde_json::json;
///
/// let reply = Reply::json(json!({ "keys": [] })).with_header("link", "</keys?page=2>; rel=next");
/// let refusal = Reply::error(404);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Json(Value),
    Text(String),
    /// The vendor's own error for the status.
    Error,
}

impl Reply {
    /// A success with this JSON.
    pub fn json(body: impl Into<Value>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Json(body.into()) }
    }

    /// A success with this text, which may be empty.
    pub fn text(body: impl Into<String>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Text(body.into()) }
    }

    /// An error with this status, as [`VendorApi::error`](crate::VendorApi::error) writes it.
    pub fn error(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Error }
    }

    /// A success with this JSON, or a 404 without one.
    pub fn found(body: Option<impl Into<Value>>) -> Self {
        body.map_or_else(|| Self::error(404), Self::json)
    }

    /// The same reply with another status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same reply with one more header.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}
