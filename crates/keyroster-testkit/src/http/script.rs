//! A server that plays a script of requests and replies.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::call::Call;
use super::reply::{Body, Reply};
use super::server::{Server, Wire};
use crate::json;

/// Replaces a secret in a recording.
pub(crate) const HIDDEN: &str = "[hidden]";

/// A request that a script expects.
///
/// It is matched by method, path, query (in any order) and body. JSON bodies are compared as JSON.
///
/// ```
/// use keyroster_testkit::Expected;
/// use serde_json::json;
///
/// let list = Expected::new("GET", "/keys?limit=50");
/// let create = Expected::new("POST", "/keys").with_json(json!({ "name": "ci" }));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Expected {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Sent,
}

/// What a request carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Sent {
    #[default]
    Nothing,
    Json(Value),
    Text(String),
}

impl Expected {
    /// A request with this method, to this path and query.
    pub fn new(method: impl Into<String>, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut query: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        query.sort();
        Self { method: method.into(), path: path.to_owned(), query, body: Sent::Nothing }
    }

    /// The same request with this JSON body.
    pub fn with_json(mut self, body: impl Into<Value>) -> Self {
        self.body = Sent::Json(body.into());
        self
    }

    /// The same request with this text body, e.g. a form.
    pub fn with_text(mut self, body: impl Into<String>) -> Self {
        self.body = Sent::Text(body.into());
        self
    }

    /// Whether a request matches. Values that a recording left out match anything.
    fn fits(&self, asked: &Self) -> bool {
        let same = |(name, value): &(String, String), (other, asked): &(String, String)| {
            name == other && (value == asked || value == HIDDEN)
        };
        let body = match (&self.body, &asked.body) {
            (Sent::Json(json), Sent::Json(asked)) => fits(json, asked),
            (own, asked) => own == asked,
        };
        body && self.method == asked.method
            && self.path == asked.path
            && self.query.len() == asked.query.len()
            && self.query.iter().zip(&asked.query).all(|(own, asked)| same(own, asked))
    }

    pub(crate) fn of(call: &Call) -> Self {
        let mut expected = Self::new(call.method(), &call.target);
        expected.body = match (call.body.is_empty(), serde_json::from_slice(&call.body)) {
            (true, _) => Sent::Nothing,
            (false, Ok(json)) => Sent::Json(json),
            (false, Err(_)) => Sent::Text(String::from_utf8_lossy(&call.body).into_owned()),
        };
        expected
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (at, (name, value)) in self.query.iter().enumerate() {
            write!(f, "{}{name}={value}", if at == 0 { "?" } else { "&" })?;
        }
        match &self.body {
            Sent::Nothing => Ok(()),
            Sent::Json(json) => write!(f, " {}", json::to_text(json, false)),
            Sent::Text(text) => write!(f, " {text}"),
        }
    }
}

/// The requests that a provider is expected to send once each, with their replies.
///
/// They may arrive in any order, since a listing may ask for several pages at once. Equal requests are answered
/// in the order of the script.
///
/// ```no_run
/// use keyroster_testkit::{Expected, Reply, Script};
/// use serde_json::json;
///
/// # fn main() -> std::io::Result<()> {
/// let server = Script::new()
///     .on(Expected::new("GET", "/keys"), Reply::json(json!({ "data": [], "next": "p2" })))
///     .on(Expected::new("GET", "/keys?cursor=p2"), Reply::json(json!({ "data": [] })))
///     .start()?;
/// // … point a provider at server.base_url(), and list …
/// assert_eq!(server.complaints(), [""; 0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Script {
    steps: Vec<(Expected, Reply)>,
    repeats: bool,
}

impl Script {
    /// A script without requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an expected request and its reply.
    pub fn on(mut self, expected: Expected, reply: Reply) -> Self {
        self.steps.push((expected, reply));
        self
    }

    /// Repeats the reply to a repeated GET, since overlapping pages may be requested several times.
    pub(crate) fn repeating(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Starts a server that plays the script.
    ///
    /// # Errors
    ///
    /// The server cannot listen, or its thread cannot start.
    pub fn start(self) -> io::Result<ScriptServer> {
        let steps =
            self.steps.into_iter().map(|(expected, reply)| Step { expected, reply, played: 0 });
        let state = Arc::new(Mutex::new(State { steps: steps.collect(), strange: Vec::new() }));
        let playing = Arc::clone(&state);
        let repeats = self.repeats;
        let server = Server::start(Arc::new(move |call: &Call| {
            let mut state = playing.lock().unwrap_or_else(PoisonError::into_inner);
            Some(wire(&state.play(&Expected::of(call), repeats)))
        }))?;
        Ok(ScriptServer { server, state })
    }
}

struct Step {
    expected: Expected,
    reply: Reply,
    played: usize,
}

struct State {
    steps: Vec<Step>,
    strange: Vec<Expected>,
}

impl State {
    fn play(&mut self, asked: &Expected, repeats: bool) -> Reply {
        let reads = repeats && asked.method == "GET";
        let mut fitting: Vec<&mut Step> =
            self.steps.iter_mut().filter(|step| step.expected.fits(asked)).collect();
        let next = fitting.iter().position(|step| step.played == 0);
        let next = next.or_else(|| fitting.len().checked_sub(1).filter(|_| reads));
        if let Some(at) = next {
            fitting[at].played += 1;
            return fitting[at].reply.clone();
        }
        self.strange.push(asked.clone());
        // No client retries after 400.
        Reply::text(format!("the script expects no request {asked}")).with_status(400)
    }
}

/// A server that plays a [`Script`] until it is dropped.
///
/// ```
/// use keyroster_testkit::{Expected, Reply, Script};
///
/// # fn main() -> std::io::Result<()> {
/// let server = Script::new().on(Expected::new("GET", "/keys"), Reply::text("[]")).start()?;
/// assert!(server.base_url().starts_with("http://127.0.0.1:"));
/// assert_eq!(server.complaints(), ["missing: GET /keys"]);
/// # Ok(())
/// # }
/// ```
pub struct ScriptServer {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl ScriptServer {
    /// The base URL, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// Returns a line for each expected request that did not arrive, and for each unexpected one.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = state.steps.iter().filter(|step| step.played == 0);
        let missing = missing.map(|step| format!("missing: {}", step.expected));
        let strange = state.strange.iter().map(|asked| format!("unexpected: {asked}"));
        missing.chain(strange).collect()
    }
}

impl fmt::Debug for ScriptServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptServer").field("server", &self.server).finish_non_exhaustive()
    }
}

fn fits(expected: &Value, asked: &Value) -> bool {
    match (expected, asked) {
        (Value::String(text), _) if text == HIDDEN => true,
        (Value::Object(own), Value::Object(asked)) => {
            let fit = |(name, value)| asked.get(name).is_some_and(|asked| fits(value, asked));
            own.len() == asked.len() && own.iter().all(fit)
        }
        (Value::Array(own), Value::Array(asked)) => {
            own.len() == asked.len() && own.iter().zip(asked).all(|(own, asked)| fits(own, asked))
        }
        (own, asked) => own == asked,
    }
}

fn wire(reply: &Reply) -> Wire {
    let mut headers: BTreeMap<String, String> = reply.headers.iter().cloned().collect();
    let (kind, body) = match &reply.body {
        Body::Json(value) => ("application/json", json::to_text(value, false)),
        Body::Text(text) => ("text/plain; charset=utf-8", text.clone()),
        Body::Error => ("application/json", r#"{"error":"refused by the script"}"#.to_owned()),
    };
    headers.entry("content-type".to_owned()).or_insert_with(|| kind.to_owned());
    Wire {
        status: reply.status,
        headers: headers.into_iter().collect(),
        body: body.into_bytes(),
        broken_off: false,
    }
}
