//! Captures everything that is logged while a future runs.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::FutureExt as _;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Records every span and event of every crate, at every level.
#[derive(Clone, Default)]
struct LogRecorder {
    text: Arc<Mutex<String>>,
    next: Arc<AtomicU64>,
}

struct Values<'a>(&'a mut String);

impl Visit for Values<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl LogRecorder {
    fn write(&self, name: &str, record: impl FnOnce(&mut Values<'_>)) {
        let mut line = name.to_owned();
        record(&mut Values(&mut line));
        line.push('\n');
        self.text.lock().unwrap_or_else(PoisonError::into_inner).push_str(&line);
    }
}

impl Subscriber for LogRecorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata().name(), |values| span.record(values));
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write("", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(event.metadata().target(), |values| event.record(values));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Returns a future's output, and everything that is logged through `tracing` while it runs.
pub(crate) async fn logged<T>(future: impl Future<Output = T>) -> (T, String) {
    // With a single recorder, `tracing` caches for each call site whether the first thread that reaches it has
    // a subscriber, and that thread may be another test's without one. A second recorder prevents that.
    static OTHER: OnceLock<tracing::Dispatch> = OnceLock::new();
    OTHER.get_or_init(|| tracing::Dispatch::new(LogRecorder::default()));
    let recorder = LogRecorder::default();
    let dispatch = tracing::Dispatch::new(recorder.clone());
    let mut future = std::pin::pin!(future);
    let answer = std::future::poll_fn(|context| {
        tracing::dispatcher::with_default(&dispatch, || future.poll_unpin(context))
    })
    .await;
    let text = recorder.text.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (answer, text)
}
