//! Recorded traffic without secrets, as a file, and its replay.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::reply::{Body, Reply};
use super::script::{Expected, Script, ScriptServer, Sent};
use crate::json::to_pretty_text;

/// Recorded requests and responses, without secrets.
///
/// The file is readable JSON that changes little when it is recorded again. A [`Recorder`](crate::Recorder)
/// creates it, and a server on loopback plays it to a provider:
///
/// ```no_run
/// use keyroster_testkit::Cassette;
///
/// # fn main() -> std::io::Result<()> {
/// let server = Cassette::read("tests/cassettes/list.json")?.play()?;
/// // … point a provider at server.base_url() …
/// assert_eq!(server.complaints(), [""; 0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cassette {
    pub(crate) exchanges: Vec<(Expected, Reply)>,
}

impl Cassette {
    /// Reads a recorded file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not a cassette.
    pub fn read(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let wrong = |why: &str| io::Error::other(format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path)?;
        let file: Value = serde_json::from_str(&text).map_err(|_| wrong("not JSON"))?;
        let exchanges = file["exchanges"].as_array().ok_or_else(|| wrong("no `exchanges`"))?;
        let exchanges = exchanges.iter().map(read_exchange).collect::<Option<Vec<_>>>();
        let exchanges =
            exchanges.ok_or_else(|| wrong("an exchange lacks a part; record it again"))?;
        Ok(Self { exchanges })
    }

    /// Writes it to a file, replacing an earlier one.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        std::fs::write(path, self.to_text() + "\n")
    }

    /// The text of the file.
    pub(crate) fn to_text(&self) -> String {
        let exchanges = self.exchanges.iter().map(|(asked, reply)| write_exchange(asked, reply));
        to_pretty_text(&json!({ "exchanges": exchanges.collect::<Vec<_>>() }))
    }

    /// Starts a server that replays the recording. It matches method, path, query and body. A GET is answered any
    /// number of times, other requests as many times as they were recorded.
    ///
    /// # Errors
    ///
    /// The server cannot listen, or its thread cannot start.
    pub fn play(self) -> io::Result<ScriptServer> {
        let script = Script::new().repeating();
        self.exchanges
            .into_iter()
            .fold(script, |script, (asked, reply)| script.on(asked, reply))
            .start()
    }
}

fn write_exchange(asked: &Expected, reply: &Reply) -> Value {
    let body = |json: Option<Value>, text: Option<String>| match (json, text) {
        (Some(json), _) => json!({ "json": json }),
        (None, Some(text)) => json!({ "text": text }),
        (None, None) => Value::Null,
    };
    let sent = match asked.body.clone() {
        Sent::Nothing => body(None, None),
        Sent::Json(value) => body(Some(value), None),
        Sent::Text(text) => body(None, Some(text)),
    };
    let answered = match reply.body.clone() {
        Body::Json(value) => body(Some(value), None),
        Body::Text(text) => body(None, Some(text)),
        Body::Error => body(None, None),
    };
    json!({
        "request": { "method": asked.method, "path": asked.path, "query": asked.query, "body": sent },
        "response": { "status": reply.status, "headers": reply.headers, "body": answered },
    })
}

fn read_exchange(exchange: &Value) -> Option<(Expected, Reply)> {
    let request = exchange.get("request")?;
    let response = exchange.get("response")?;
    let pairs = |value: &Value| -> Option<Vec<(String, String)>> {
        let pair = |pair: &Value| Some((text(pair.get(0)?)?, text(pair.get(1)?)?));
        value.as_array()?.iter().map(pair).collect()
    };
    let mut asked = Expected::new(text(request.get("method")?)?, "");
    asked.path = text(request.get("path")?)?;
    asked.query = pairs(request.get("query")?)?;
    let sent = request.get("body")?;
    if let Some(json) = sent.get("json") {
        asked.body = Sent::Json(json.clone());
    } else if let Some(plain) = sent.get("text") {
        asked.body = Sent::Text(text(plain)?);
    }
    let answered = response.get("body")?;
    let reply = match answered.get("json") {
        Some(json) => Reply::json(json.clone()),
        None => Reply::text(answered.get("text").and_then(text).unwrap_or_default()),
    };
    let status = u16::try_from(response.get("status")?.as_u64()?).ok()?;
    let headers = pairs(response.get("headers")?)?;
    let reply =
        headers.into_iter().fold(reply, |reply, (name, value)| reply.with_header(name, value));
    Some((asked, reply.with_status(status)))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
