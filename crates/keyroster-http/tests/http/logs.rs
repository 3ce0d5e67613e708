//! Logs contain no secret at any level, and the documented span.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyroster_core::{Operation, Secret};
use keyroster_http::{Credential, Request, Timeouts};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::server::{Reply, Server, fine, reply};
use crate::support::{CANARY, client, naive, quick, shown};

/// Records everything, at every level, of every crate.
#[derive(Clone, Default)]
struct Recorder(Arc<Log>);

#[derive(Default)]
struct Log {
    text: Mutex<String>,
    spans: Mutex<BTreeMap<u64, Span>>,
    next: AtomicU64,
}

#[derive(Clone, Debug, Default)]
struct Span {
    name: &'static str,
    declared: Vec<&'static str>,
    values: BTreeMap<&'static str, String>,
}

struct Values<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Values<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Recorder {
    fn write(&self, metadata: &Metadata<'_>, values: &BTreeMap<&'static str, String>) {
        let mut text = self.0.text.lock().unwrap();
        writeln!(text, "{} {} {values:?}", metadata.target(), metadata.name()).unwrap();
    }

    fn text(&self) -> String {
        self.0.text.lock().unwrap().clone()
    }

    /// The spans of our requests.
    fn requests(&self) -> Vec<Span> {
        let spans = self.0.spans.lock().unwrap();
        spans.values().filter(|span| span.name == "http.request").cloned().collect()
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let mut values = BTreeMap::new();
        span.record(&mut Values(&mut values));
        self.write(metadata, &values);
        let declared = metadata.fields().iter().map(|field| field.name()).collect();
        let id = self.0.next.fetch_add(1, Ordering::SeqCst) + 1;
        let span = Span { name: metadata.name(), declared, values };
        self.0.spans.lock().unwrap().insert(id, span);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut spans = self.0.spans.lock().unwrap();
        let span = spans.get_mut(&id.into_u64()).unwrap();
        values.record(&mut Values(&mut span.values));
        let mut text = self.0.text.lock().unwrap();
        writeln!(text, "{span:?}").unwrap();
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut values = BTreeMap::new();
        event.record(&mut Values(&mut values));
        self.write(event.metadata(), &values);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The same for the `log` crate, which reqwest uses.
struct OldLog(Mutex<String>);

static OLD_LOG: OldLog = OldLog(Mutex::new(String::new()));

impl log::Log for OldLog {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.0.lock().unwrap(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// A request with a secret in every part.
fn with_secrets(request: Request) -> Request {
    request
        .segment("fa4efa4e-id")
        .query("name", "fa4efa4e-query")
        .credential(Credential::bearer(&Secret::from("fa4efa4e-bearer")).unwrap())
        .json(&"fa4efa4e-body")
}

#[tokio::test]
async fn logs_and_errors_contain_no_secret() {
    log::set_logger(&OLD_LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let echo = "{\"error\": {\"message\": \"fa4efa4e-bearer is not valid\"}}";
    let script = [
        reply(200, &[("x-secret", "fa4efa4e-header")], "{\"key\": \"fa4efa4e-made\"}"),
        reply(401, &[], echo),
        reply(302, &[("location", "/fa4efa4e-elsewhere")], ""),
        reply(503, &[], echo),
        Reply::Close(Vec::new()),
        Reply::Reset,
        fine(),
        Reply::Reset,
        reply(200, &[], "<html>fa4efa4e-page</html>"),
        Reply::Timeout(Duration::from_secs(11)),
    ];
    let server = Server::start(script).await;
    let account = client(&server.url())
        .retry(quick().with_max_attempts(4))
        .timeouts(Timeouts::default().with_request(Duration::from_secs(10)))
        .build();
    let route = "/keys/{id}";
    let mut errors = String::new();
    for _ in 0..6 {
        for request in
            [Request::get(Operation::GetKey, route), Request::create(Operation::CreateKey, route)]
        {
            match account.send(with_secrets(request)).await {
                Ok(response) => errors += &format!("{response:?}\n"),
                Err(error) => errors += &format!("{}\n", shown(&error)),
            }
        }
    }
    drop(guard);
    let (new, old) = (recorder.text(), OLD_LOG.0.lock().unwrap().clone());
    for (log, ours) in
        [(&new, "http.request"), (&old, "starting new connection"), (&errors, "reset")]
    {
        assert!(log.contains(ours), "something was recorded");
        assert!(!log.contains(CANARY), "a secret, a query or an address is in the log");
    }
    let requests = recorder.requests();
    assert!(requests.len() >= 12);
    for span in &requests {
        assert_eq!(span.declared, ["method", "route", "attempt", "status", "elapsed_ms"]);
        assert_eq!(span.values["route"], "\"/keys/{id}\"");
        assert!(span.values.contains_key("elapsed_ms"));
    }
    let statuses: Vec<_> =
        requests.iter().take(3).map(|span| span.values["status"].as_str()).collect();
    assert_eq!(statuses, ["200", "401", "302"]);
    assert!(requests.iter().any(|span| span.values["attempt"] == "2"));
    assert!(
        requests.iter().any(|span| !span.values.contains_key("status")),
        "no response, no status"
    );
}

#[tokio::test]
async fn an_error_of_a_default_client_shows_the_query() {
    let server = Server::start([Reply::Reset]).await;
    let request = naive::client().get(format!("{}/keys?token=fa4efa4e-query", server.url()));
    let error = request.send().await.unwrap_err();
    assert!(format!("{error} {error:?}").contains(CANARY));
}
