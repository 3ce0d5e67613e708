//! Faults: rules that make certain requests fail in a certain way.

pub(crate) mod active;
pub(crate) mod json;

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use self::json::fault as json_fault;
use crate::log::Vendor;

/// A rule that selects requests, and what happens to them.
///
/// A condition that is not set selects every request. If several rules select a request, the first one
/// with an action other than a delay applies, and all delays add up.
///
/// ```
/// use keyroster_sandbox::{Fault, Vendor};
///
/// // The second and third create at OpenRouter succeed, but their replies are lost.
/// let fault = Fault::cut_after_commit().vendor(Vendor::OpenRouter).method("POST").nth([2, 3]);
/// let json = r#"{"vendor":"openrouter","method":"POST","nth":[2,3],"action":{"cut":{"commit":true}}}"#;
/// assert_eq!(serde_json::from_str::<Fault>(json).unwrap(), fault);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// The vendor whose API is called.
    pub vendor: Option<Vendor>,
    /// The HTTP method, in uppercase.
    pub method: Option<String>,
    /// The path as sent, without the query. With `*` at its end, a prefix of the path.
    pub path: Option<String>,
    /// Positions of the requests to select among those that meet all conditions above, counted from 1.
    pub nth: Option<Vec<u64>>,
    /// The share of those requests, above 0 and up to 1. The seed determines which ones.
    pub share: Option<f64>,
    /// Maximum number of times that the rule applies.
    pub limit: Option<u64>,
    /// Milliseconds by which the reply, or the cut, is delayed.
    pub delay_ms: u64,
    /// What happens.
    pub action: Action,
}

/// What a fault does to a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Sends another reply.
    #[non_exhaustive]
    Respond {
        /// The status.
        status: u16,
        /// Headers to set.
        headers: BTreeMap<String, String>,
        /// A string is sent as `text/plain`, anything else as JSON. Without a body, the vendor's own
        /// error for this status is sent.
        body: Option<Value>,
        /// Whether the operation is carried out first.
        commit: bool,
    },
    /// Delays the reply. The operation is carried out when the request arrives, even if the client gives
    /// up waiting.
    #[non_exhaustive]
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Closes the connection without a reply.
    #[non_exhaustive]
    Cut {
        /// Whether the operation is carried out first.
        commit: bool,
    },
    /// Carries out the operation, sends the head of the reply with the length of the whole body, but only
    /// the first bytes of the body, and closes the connection.
    #[non_exhaustive]
    Truncate {
        /// Number of bytes of the body that are sent.
        bytes: usize,
    },
}

impl Fault {
    pub(crate) fn new(action: Action) -> Self {
        Self {
            vendor: None,
            method: None,
            path: None,
            nth: None,
            share: None,
            limit: None,
            delay_ms: 0,
            action,
        }
    }

    /// Replies with this status in the vendor's own error format, without carrying out the operation.
    #[must_use]
    pub fn respond(status: u16) -> Self {
        let headers = BTreeMap::new();
        Self::new(Action::Respond { status, headers, body: None, commit: false })
    }

    /// Delays the reply by this number of milliseconds.
    #[must_use]
    pub fn delay(ms: u64) -> Self {
        Self::new(Action::Delay { ms })
    }

    /// Closes the connection without carrying out the operation.
    #[must_use]
    pub fn cut() -> Self {
        Self::new(Action::Cut { commit: false })
    }

    /// Carries out the operation and closes the connection without a reply.
    #[must_use]
    pub fn cut_after_commit() -> Self {
        Self::new(Action::Cut { commit: true })
    }

    /// Carries out the operation and sends this number of bytes of the reply's body.
    #[must_use]
    pub fn truncate(bytes: usize) -> Self {
        Self::new(Action::Truncate { bytes })
    }

    /// Selects requests to this vendor.
    #[must_use]
    pub fn vendor(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }

    /// Selects requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Selects requests to this path. With `*` at its end, it is a prefix.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Selects these of the matching requests, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: impl IntoIterator<Item = u64>) -> Self {
        self.nth = Some(nth.into_iter().collect());
        self
    }

    /// Selects this share of the matching requests.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// Sets the maximum number of times that the rule applies.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Delays the reply, or the cut, by this number of milliseconds.
    #[must_use]
    pub fn delay_ms(mut self, ms: u64) -> Self {
        self.delay_ms = ms;
        self
    }

    /// Sets a header of a [`Fault::respond`]. Other actions ignore it.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Action::Respond { headers, .. } = &mut self.action {
            headers.insert(name.into(), value.into());
        }
        self
    }

    /// Sets the body of a [`Fault::respond`]. Other actions ignore it.
    #[must_use]
    pub fn body(mut self, value: impl Into<Value>) -> Self {
        if let Action::Respond { body, .. } = &mut self.action {
            *body = Some(value.into());
        }
        self
    }

    /// Carries out the operation before a [`Fault::respond`] or [`Fault::cut`]. The other actions always
    /// do.
    #[must_use]
    pub fn commit(mut self) -> Self {
        if let Action::Respond { commit, .. } | Action::Cut { commit } = &mut self.action {
            *commit = true;
        }
        self
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let conditions = [
            ("vendor", self.vendor.map(|it| Value::from(it.as_str()))),
            ("method", self.method.clone().map(Value::from)),
            ("path", self.path.clone().map(Value::from)),
            ("nth", self.nth.clone().map(Value::from)),
            ("share", self.share.map(Value::from)),
            ("limit", self.limit.map(Value::from)),
            ("delay_ms", (self.delay_ms > 0).then(|| self.delay_ms.into())),
        ];
        for (field, value) in conditions {
            if let Some(value) = value {
                map.serialize_entry(field, &value)?;
            }
        }
        map.serialize_entry("action", &self.action.to_value())?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        json_fault(&value).map_err(serde::de::Error::custom)
    }
}

impl Action {
    fn to_value(&self) -> Value {
        match self {
            Self::Respond { status, headers, body, commit } => {
                let mut respond = json!({"status": status, "commit": commit});
                if !headers.is_empty() {
                    respond["headers"] = json!(headers);
                }
                if let Some(body) = body {
                    respond["body"] = body.clone();
                }
                json!({"respond": respond})
            }
            Self::Delay { ms } => json!({"delay": {"ms": ms}}),
            Self::Cut { commit } => json!({"cut": {"commit": commit}}),
            Self::Truncate { bytes } => json!({"truncate": {"bytes": bytes}}),
        }
    }
}
