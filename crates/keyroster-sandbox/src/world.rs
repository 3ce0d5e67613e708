//! The state of a sandbox, without its socket.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::exchange::{Call, Reply};
use crate::fault::active::{ActiveFaults, AppliedFault};
use crate::log::{RequestRecord, Vendor};
use crate::openrouter::quirks::OpenRouterQuirks;
use crate::pinata::quirks::PinataQuirks;
use crate::token::scrub;
use crate::{openrouter, pinata};

/// The settings of the builder.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) seed: u64,
    pub(crate) pinata_keys: usize,
    pub(crate) openrouter_keys: usize,
    pub(crate) openrouter_workspaces: usize,
    pub(crate) latency: Duration,
    pub(crate) pinata: PinataQuirks,
    pub(crate) openrouter: OpenRouterQuirks,
}

/// What is called for each request; see [`Sandbox::on_request`](crate::Sandbox::on_request).
pub(crate) type Hook =
    Arc<dyn Fn(RequestRecord) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    inner: Mutex<Inner>,
}

pub(crate) struct Inner {
    pub(crate) pinata: pinata::State,
    pub(crate) openrouter: openrouter::State,
    pub(crate) faults: ActiveFaults,
    pub(crate) log: Vec<RequestRecord>,
    pub(crate) hook: Option<Hook>,
    /// Number of resets. A request from before a reset must not write to the log after it.
    resets: u64,
    /// Secrets of keys that a reset removed.
    bygone: BTreeSet<String>,
}

/// A place in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogPosition {
    resets: u64,
    at: usize,
}

impl World {
    pub(crate) fn new(config: Config, clock: Clock) -> Self {
        let inner = Mutex::new(Inner {
            pinata: pinata(&config, &clock),
            openrouter: openrouter(&config, &clock),
            faults: ActiveFaults::new(config.seed),
            log: Vec::new(),
            hook: None,
            resets: 0,
            bygone: BTreeSet::new(),
        });
        Self { config, clock, inner }
    }

    /// Ignores poisoning: a panic cannot leave a key half changed.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs a request, and returns the fault that it meets.
    pub(crate) fn arrive(
        &self,
        vendor: Vendor,
        method: &str,
        path: &str,
        query: &str,
    ) -> (LogPosition, AppliedFault) {
        let mut inner = self.lock();
        inner.log.push(RequestRecord {
            vendor,
            method: method.to_owned(),
            path: scrub(path),
            query: scrub(query),
            status: None,
        });
        let position = LogPosition { resets: inner.resets, at: inner.log.len() - 1 };
        (position, inner.faults.meet(vendor, method, path))
    }

    pub(crate) fn operate(&self, vendor: Vendor, call: &Call<'_>) -> Reply {
        let now = self.clock.now();
        let mut inner = self.lock();
        match vendor {
            Vendor::Pinata => pinata::handle(&mut inner.pinata, call, now),
            Vendor::OpenRouter => openrouter::handle(&mut inner.openrouter, call, now),
        }
    }

    /// Runs the hook, if there is one, with the request at this position in the log.
    pub(crate) async fn run_hook(&self, position: LogPosition) {
        let called = {
            let inner = self.lock();
            let record = inner.log.get(position.at).filter(|_| inner.resets == position.resets);
            inner.hook.clone().zip(record.cloned())
        };
        if let Some((hook, record)) = called {
            // A task of its own, because a client that goes away would end it halfway.
            if let Err(error) = tokio::spawn(hook(record)).await
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }

    pub(crate) fn answered(&self, position: LogPosition, status: u16) {
        let mut inner = self.lock();
        if inner.resets == position.resets
            && let Some(record) = inner.log.get_mut(position.at)
        {
            record.status = Some(status);
        }
    }

    pub(crate) fn truth(&self) -> Value {
        let now = self.clock.now();
        let inner = self.lock();
        json!({
            "pinata": pinata::truth(&inner.pinata),
            "openrouter": openrouter::truth(&inner.openrouter, now),
        })
    }

    pub(crate) fn reset(&self) {
        let config = &self.config;
        let mut inner = self.lock();
        let made = inner.pinata.created_secrets(config.pinata_keys);
        let also_made = inner.openrouter.created_secrets(config.openrouter_keys);
        inner.bygone.extend(made.into_iter().chain(also_made));
        inner.pinata = pinata(config, &self.clock);
        inner.openrouter = openrouter(config, &self.clock);
        inner.faults.clear();
        inner.log.clear();
        inner.resets += 1;
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        let inner = self.lock();
        let mut all = inner.bygone.clone();
        all.extend(inner.pinata.secrets());
        all.extend(inner.openrouter.secrets());
        all.into_iter().collect()
    }
}

fn pinata(config: &Config, clock: &Clock) -> pinata::State {
    pinata::state(config.pinata.clone(), config.pinata_keys, config.seed, clock.start())
}

fn openrouter(config: &Config, clock: &Clock) -> openrouter::State {
    openrouter::state(
        config.openrouter.clone(),
        config.openrouter_keys,
        config.openrouter_workspaces,
        config.seed,
        clock.start(),
    )
}
