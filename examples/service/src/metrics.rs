//! Counts of answers, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyroster::ErrorKind;

/// Number of answers by account and outcome: `ok`, or the kind of the error.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(Arc<str>, &'static str), u64>>);

impl Metrics {
    pub(crate) fn count(&self, account: &Arc<str>, failure: Option<ErrorKind>) {
        let outcome = failure.map_or("ok", ErrorKind::as_str);
        *self.lock().entry((Arc::clone(account), outcome)).or_default() += 1;
    }

    /// A poisoned lock only means that another thread panicked. The counts are whole.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Arc<str>, &'static str), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# TYPE keyroster_answers_total counter")?;
        for ((account, outcome), count) in &*self.lock() {
            // Debug quotes and escapes a label as the format wants it.
            writeln!(
                f,
                "keyroster_answers_total{{account={account:?},outcome={outcome:?}}} {count}"
            )?;
        }
        Ok(())
    }
}
