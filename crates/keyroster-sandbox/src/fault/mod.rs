//! Faults: rules that make chosen requests go wrong in a chosen way.

pub(crate) mod active;
pub(crate) mod json;

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use self::json::fault as json_fault;
use crate::log::Vendor;

/// A rule: which requests, and what happens to them.
///
/// Conditions that are not set hold for every request. Of several rules that hold, the first that
/// acts does; the delays of all of them add up.
///
/// ```
/// use keyroster_sandbox::{Fault, Vendor};
///
/// // The second and third creation at OpenRouter happen, and nobody hears of it.
/// let fault = Fault::cut_after_commit().vendor(Vendor::OpenRouter).method("POST").nth([2, 3]);
/// let json = r#"{"vendor":"openrouter","method":"POST","nth":[2,3],"action":{"cut":{"commit":true}}}"#;
/// assert_eq!(serde_json::from_str::<Fault>(json).unwrap(), fault);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// The vendor whose API is asked.
    pub vendor: Option<Vendor>,
    /// The HTTP method, in capitals.
    pub method: Option<String>,
    /// The path as sent, without the query; with `*` at its end, what the path begins with.
    pub path: Option<String>,
    /// Which of the requests for which everything above holds, counted from 1.
    pub nth: Option<Vec<u64>>,
    /// The share of those requests, above 0 and up to 1; which ones follows from the seed.
    pub share: Option<f64>,
    /// How many times the rule acts at most.
    pub limit: Option<u64>,
    /// Milliseconds by which the answer, or the cut, comes later.
    pub delay_ms: u64,
    /// What happens.
    pub action: Action,
}

/// What a fault does to a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Answers something else.
    #[non_exhaustive]
    Respond {
        /// The status.
        status: u16,
        /// Headers to set.
        headers: BTreeMap<String, String>,
        /// A string is sent as it is, as `text/plain`; anything else as JSON. Without a body, the
        /// vendor's own error for this status is sent.
        body: Option<Value>,
        /// Whether the operation is done first.
        commit: bool,
    },
    /// Answers as usual, later. The operation is done when the request arrives, so a client that
    /// gives up waiting has changed something all the same.
    #[non_exhaustive]
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Closes the connection instead of answering.
    #[non_exhaustive]
    Cut {
        /// Whether the operation is done first.
        commit: bool,
    },
    /// Does the operation and sends the true answer's head, with the length of the whole, but only
    /// the first bytes of its body; then closes the connection.
    #[non_exhaustive]
    Truncate {
        /// Bytes of the body that are sent.
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

    /// Answers this status without doing the operation, in the vendor's own error format.
    #[must_use]
    pub fn respond(status: u16) -> Self {
        let headers = BTreeMap::new();
        Self::new(Action::Respond { status, headers, body: None, commit: false })
    }

    /// Answers later.
    #[must_use]
    pub fn delay(ms: u64) -> Self {
        Self::new(Action::Delay { ms })
    }

    /// Closes the connection before anything is done.
    #[must_use]
    pub fn cut() -> Self {
        Self::new(Action::Cut { commit: false })
    }

    /// Does the operation and closes the connection without an answer.
    #[must_use]
    pub fn cut_after_commit() -> Self {
        Self::new(Action::Cut { commit: true })
    }

    /// Does the operation and sends so many bytes of the answer's body.
    #[must_use]
    pub fn truncate(bytes: usize) -> Self {
        Self::new(Action::Truncate { bytes })
    }

    /// Only requests to this vendor.
    #[must_use]
    pub fn vendor(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only requests to this path; `*` at its end stands for anything.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only these of the matching requests, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: impl IntoIterator<Item = u64>) -> Self {
        self.nth = Some(nth.into_iter().collect());
        self
    }

    /// Only this share of the matching requests.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// At most so many times.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// So many milliseconds later.
    #[must_use]
    pub fn delay_ms(mut self, ms: u64) -> Self {
        self.delay_ms = ms;
        self
    }

    /// Sets a header of a [`Fault::respond`]; other actions have none.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Action::Respond { headers, .. } = &mut self.action {
            headers.insert(name.into(), value.into());
        }
        self
    }

    /// Sets the body of a [`Fault::respond`]; other actions have none.
    #[must_use]
    pub fn body(mut self, value: impl Into<Value>) -> Self {
        if let Action::Respond { body, .. } = &mut self.action {
            *body = Some(value.into());
        }
        self
    }

    /// Does the operation before a [`Fault::respond`] or [`Fault::cut`]; the other actions always
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
