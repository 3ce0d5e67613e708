//! An imitated vendor: keys in memory, faults, and a log of calls.

mod clock;
mod fault;
mod key;
mod keys;
pub(crate) mod mutation;
mod setup;
mod state;

#[cfg(feature = "http")]
use std::any::Any;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyroster_core::Secret;
use serde_json::Value;

use crate::samples::Samples;

pub(crate) use clock::now;
pub use fault::Fault;
pub use key::{FakeContainer, FakeKey, FakePage};
pub use keys::Keys;
pub(crate) use keys::Rows;
pub(crate) use setup::{Quirk, Setup, container_page_size, page_size};
use state::{Armed, State};
pub(crate) use state::{CANARY, Effect, Exchange};

/// The number of a key that no vendor has.
const UNKNOWN: usize = 999;

/// An imitated vendor that a harness connects its provider to.
///
/// The suite decides which keys it has and which faults occur. A harness passes each call of its provider to
/// [`call`](FakeVendor::call), and answers with the [`Keys`] that it gets.
///
/// ```
/// use keyroster_core::{Error, ErrorKind, Result};
/// use keyroster_testkit::{FakePage, FakeVendor, Fault};
///
/// /// Imitates `acme keys list`.
/// fn list(vendor: &FakeVendor, after: Option<&str>) -> Result<FakePage> {
///     let page = vendor.call(format!("acme keys list --after {after:?}"), |keys| keys.after(after));
///     page.map_err(|fault| match fault {
///         Fault::Status(401) => Error::new(ErrorKind::Unauthenticated, "acme exited with 77"),
///         _ => Error::new(ErrorKind::Transport, "acme was killed"),
///     })
/// }
/// ```
pub struct FakeVendor {
    state: Mutex<State>,
    rows: Box<dyn Rows + Send + Sync>,
    /// What has to live as long as the vendor.
    #[cfg(feature = "http")]
    attached: Mutex<Option<Box<dyn Any + Send>>>,
}

impl FakeVendor {
    pub(crate) fn new(setup: Setup, samples: Samples, rows: Box<dyn Rows + Send + Sync>) -> Self {
        let state = Mutex::new(State::new(setup, samples));
        Self {
            state,
            rows,
            #[cfg(feature = "http")]
            attached: Mutex::new(None),
        }
    }

    /// The secret of the account's own credential.
    #[must_use]
    pub fn secret(&self) -> Secret {
        self.lock().account.secret.clone()
    }

    /// Handles a call with `answer`, unless a fault prevents it. `text` describes the call as completely as the
    /// vendor would see it.
    ///
    /// # Errors
    ///
    /// The fault that the scenario wants the harness to imitate.
    pub fn call<T>(
        &self,
        text: impl Into<String>,
        answer: impl FnOnce(&mut Keys<'_>) -> T,
    ) -> Result<T, Fault> {
        let (answer, fault) = self.perform(text.into(), String::new(), answer);
        match (answer, fault) {
            (_, Some(fault)) => Err(fault),
            (Some(answer), None) => Ok(answer),
            (None, None) => Err(Fault::Cut),
        }
    }

    /// Returns the answer if the call is carried out, and the fault if there is one.
    pub(crate) fn perform<T>(
        &self,
        text: String,
        url: String,
        answer: impl FnOnce(&mut Keys<'_>) -> T,
    ) -> (Option<T>, Option<Fault>) {
        let mut state = self.lock();
        state.log.push(Exchange { text, url, effects: Vec::new() });
        let armed = state.armed.take();
        if let Some(armed) = armed.clone()
            && armed.times > 1
        {
            state.armed = Some(Armed { times: armed.times - 1, ..armed });
        }
        let done = armed.as_ref().is_none_or(|armed| armed.done);
        let answer = done.then(|| answer(&mut Keys::new(&mut state, self.rows.as_ref())));
        (answer, armed.map(|armed| armed.fault))
    }

    #[cfg(feature = "http")]
    /// Records which key's secret the call carries. Returns false if it carries no valid one.
    pub(crate) fn authenticate(keys: &mut Keys<'_>, carries: impl Fn(&str) -> bool) -> bool {
        let state = &mut *keys.state;
        let dead = |key: &&FakeKey| key.revoked || key.disabled || key.has_expired();
        let alive = state.keys.iter().filter(|key| !dead(key));
        let caller = alive.filter(|key| carries(key.secret.expose())).map(|key| key.id.clone());
        state.caller = caller.take(1).next();
        state.caller.is_some() || carries(state.account.secret.expose())
    }

    /// Makes this number of calls meet a fault, with or without carrying them out.
    pub(crate) fn arm(&self, fault: Fault, done: bool, times: usize) {
        self.lock().armed = Some(Armed { fault, done, times });
    }

    pub(crate) fn disarm(&self) {
        self.lock().armed = None;
    }

    /// The calls so far.
    pub(crate) fn log(&self) -> Vec<Exchange> {
        self.lock().log.clone()
    }

    pub(crate) fn forget_log(&self) {
        self.lock().log.clear();
    }

    /// Number of calls that had this effect.
    pub(crate) fn count(&self, effect: Effect) -> usize {
        self.lock().log.iter().filter(|call| call.had(effect)).count()
    }

    pub(crate) fn keys(&self) -> Vec<FakeKey> {
        self.lock().keys.clone()
    }

    /// A key that the vendor never had.
    pub(crate) fn stranger(&self) -> FakeKey {
        let state = self.lock();
        let container = state.containers.first().map(|first| first.id.clone());
        FakeKey {
            number: UNKNOWN,
            id: state.samples.id(UNKNOWN),
            container,
            ..state.account.clone()
        }
    }

    pub(crate) fn containers(&self) -> Vec<FakeContainer> {
        self.lock().containers.clone()
    }

    #[cfg(feature = "http")]
    pub(crate) fn reversed(&self) -> bool {
        self.lock().setup.reversed
    }

    pub(crate) fn row(&self, key: &FakeKey) -> Value {
        self.rows.key(key)
    }

    /// Makes all keys equal except for their ids and secrets.
    pub(crate) fn make_alike(&self) {
        let mut state = self.lock();
        let first = state.keys.first().cloned();
        for (key, first) in state.keys.iter_mut().zip(first.into_iter().cycle()) {
            (key.name, key.created_at) = (first.name, first.created_at);
        }
    }

    /// Disables, revokes and expires keys in turn. Every fourth stays active.
    pub(crate) fn vary_states(&self) {
        for (key, turn) in self.lock().keys.iter_mut().zip((0..4).cycle()) {
            match turn {
                0 => key.disabled = true,
                1 => key.revoked = true,
                2 => key.expires_at = key.created_at,
                _ => {}
            }
        }
    }

    /// Revokes this key, so that its secret no longer authenticates.
    pub(crate) fn retire(&self, id: &str) {
        let mut state = self.lock();
        if let Some(at) = state.find(id) {
            state.keys[at].revoked = true;
        }
    }

    /// Replaces the account's credential, so that the old one no longer authenticates.
    pub(crate) fn change_credential(&self) {
        let mut state = self.lock();
        state.account.secret = state.new_secret();
    }

    /// When a key expires that asked for no expiry.
    pub(crate) fn never_expires() -> keyroster_core::Timestamp {
        state::end()
    }

    /// The current time of the vendor.
    pub(crate) fn now() -> keyroster_core::Timestamp {
        now()
    }

    /// Keeps something, such as its server, for as long as the vendor lives.
    #[cfg(feature = "http")]
    pub(crate) fn attach(&self, attached: impl Any + Send) {
        *self.attached.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(attached));
    }

    /// Ignores poisoning: it only means that a harness panicked, and the keys are intact.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for FakeVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeVendor").field("keys", &self.lock().keys.len()).finish_non_exhaustive()
    }
}
