//! A recorder: a reverse proxy on loopback that writes a cassette.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use keyroster_core::{Error, ErrorKind, Result, Secret};
use keyroster_http::{BaseUrl, Forwarded, HttpClient, may_be_secret, withhold};
use serde_json::Value;

use super::call::Call;
use super::cassette::Cassette;
use super::reply::{Body, Reply};
use super::script::{Expected, HIDDEN, Sent};
use super::server::{Server, Wire};

/// The response headers that providers use, which are kept.
const KEPT: [&str; 8] = [
    "content-type",
    "link",
    "location",
    "retry-after",
    "x-next-page",
    "x-page",
    "x-total",
    "x-total-count",
];

/// Headers of a request that never hold a secret.
const PLAIN: [&str; 6] =
    ["accept", "accept-encoding", "content-length", "content-type", "host", "user-agent"];

/// A reverse proxy on loopback that forwards each request to a vendor and records it, without secrets.
///
/// It leaves out every header of a request, the values of these headers wherever they occur, the texts of
/// [`hide`](Recorder::hide), and the JSON values that `keyroster_http` withholds because of their name or text.
/// Still read what you recorded from your own account, and check it in a test with
/// [`cassette_complaints`](crate::cassette_complaints).
///
/// ```no_run
/// use keyroster_testkit::Recorder;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::start("https://api.acme.example")?.hide_fields(["value"]);
/// // … point a provider with a real credential at recorder.base_url(), and list …
/// recorder.cassette().write("tests/cassettes/list.json")?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Recorder {
    server: Server,
    tape: Arc<Mutex<Tape>>,
}

#[derive(Default)]
struct Tape {
    exchanges: Vec<(Expected, Reply)>,
    secrets: Vec<Secret>,
    fields: BTreeSet<String>,
}

impl Recorder {
    /// Starts to record a vendor at this base URL.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the URL is malformed or is plain http to another machine,
    ///   or the server cannot start.
    pub fn start(vendor: &str) -> Result<Self> {
        let http = HttpClient::builder(BaseUrl::parse(vendor)?).build();
        let failed =
            |why: String| Error::new(ErrorKind::Configuration, format!("cannot record: {why}"));
        let forward = start_forwarding(http).map_err(|error| failed(error.to_string()))?;
        let tape = Arc::new(Mutex::new(Tape::default()));
        let recording = Arc::clone(&tape);
        let server = Server::start(Arc::new(move |call: &Call| {
            let (answer, answered) = std::sync::mpsc::channel();
            forward.send((call.clone(), answer)).ok()?;
            let answer = answered.recv().ok()?.ok()?;
            lock(&recording).take(call, &answer);
            Some(Wire {
                status: answer.status(),
                headers: without_encoding(answer.headers()),
                body: answer.body().to_vec(),
                broken_off: false,
            })
        }));
        Ok(Self { server: server.map_err(|error| failed(error.to_string()))?, tape })
    }

    /// The base URL to give to a provider instead of the vendor's.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// Leaves out this text wherever it occurs.
    pub fn hide(self, secret: impl Into<Secret>) -> Self {
        lock(&self.tape).secrets.push(secret.into());
        self
    }

    /// Leaves out the values of JSON fields with these names, at any depth.
    pub fn hide_fields<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        lock(&self.tape).fields.extend(names.into_iter().map(Into::into));
        self
    }

    /// Returns what was recorded so far, in the order of the responses.
    #[must_use]
    pub fn cassette(&self) -> Cassette {
        let tape = lock(&self.tape);
        let scrubbed = |(asked, reply): &(Expected, Reply)| tape.scrub(asked, reply);
        Cassette { exchanges: tape.exchanges.iter().map(scrubbed).collect() }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Tape {
    fn take(&mut self, call: &Call, answer: &Forwarded) {
        for (name, value) in &call.headers {
            if !PLAIN.contains(&name.as_str()) {
                // The token after `Bearer`, or the whole value.
                let parts = value.split_whitespace().filter(|part| part.len() >= 8);
                self.secrets.extend(parts.map(Secret::from));
            }
        }
        let body = match serde_json::from_slice::<Value>(answer.body()) {
            Ok(json) => Reply::json(json),
            Err(_) => Reply::text(String::from_utf8_lossy(answer.body())),
        };
        let kept = answer.headers().iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
        let reply = kept.fold(body, |reply, (name, value)| reply.with_header(name, value));
        self.exchanges.push((Expected::of(call), reply.with_status(answer.status())));
    }

    fn scrub(&self, asked: &Expected, reply: &Reply) -> (Expected, Reply) {
        let mut asked = asked.clone();
        let mut reply = reply.clone();
        asked.path = self.text(&asked.path);
        for (name, value) in &mut asked.query {
            *value = match self.value(name, Value::from(value.as_str())) {
                Value::String(value) => value,
                _ => HIDDEN.to_owned(),
            };
        }
        asked.body = match asked.body {
            Sent::Nothing => Sent::Nothing,
            Sent::Json(json) => Sent::Json(self.value("", json)),
            Sent::Text(text) => Sent::Text(self.text(&text)),
        };
        for (_, value) in &mut reply.headers {
            *value = self.text(value);
        }
        reply.body = match reply.body {
            Body::Json(json) => Body::Json(self.value("", json)),
            Body::Text(text) => Body::Text(self.text(&text)),
            Body::Error => Body::Error,
        };
        (asked, reply)
    }

    fn value(&self, name: &str, value: Value) -> Value {
        withhold(name, self.known(name, value))
    }

    /// The value without the secrets that this recorder knows.
    fn known(&self, name: &str, value: Value) -> Value {
        match value {
            _ if self.fields.contains(name) => HIDDEN.into(),
            Value::Object(members) => {
                let member = |(name, value): (String, Value)| {
                    let value = self.known(&name, value);
                    (name, value)
                };
                Value::Object(members.into_iter().map(member).collect())
            }
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.known(name, item)).collect())
            }
            Value::String(text) => self.text(&text).into(),
            scalar => scalar,
        }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose(), HIDDEN);
        }
        if may_be_secret(&text) { HIDDEN.to_owned() } else { text }
    }
}

type Job = (Call, std::sync::mpsc::Sender<Result<Forwarded>>);

/// Starts a thread that forwards calls, one after another, until the sender is dropped.
fn start_forwarding(http: HttpClient) -> std::io::Result<tokio::sync::mpsc::UnboundedSender<Job>> {
    let (jobs, mut waiting) = tokio::sync::mpsc::unbounded_channel::<Job>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            while let Some((call, answer)) = waiting.recv().await {
                let headers: Vec<_> = call.headers.clone().into_iter().collect();
                let target = call.target.clone();
                let answered =
                    http.forward(call.method(), &target, &headers, call.body.clone()).await;
                // The client may have gone away.
                let _ = answer.send(answered);
            }
        });
    });
    Ok(jobs)
}

/// Removes `content-encoding`, since the body is already decompressed.
fn without_encoding(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers.iter().filter(|(name, _)| name != "content-encoding").cloned().collect()
}

/// Ignores poisoning: it only means that a reader panicked, and the tape is intact.
fn lock(tape: &Mutex<Tape>) -> std::sync::MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}
