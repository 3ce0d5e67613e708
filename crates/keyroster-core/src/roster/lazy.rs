//! Accounts that are opened when they are first used.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use crate::error::{Error, Result};
use crate::provider::Provider;

type Attempt = BoxFuture<'static, Result<Provider>>;

/// A provider that is opened when it is first used.
///
/// An attempt to open it lives as long as someone waits for it. An abandoned attempt stops, and a failed
/// one is repeated for the next caller.
pub(crate) struct LazyProvider {
    open: Box<dyn Fn() -> Attempt + Send + Sync>,
    attempt: Mutex<Option<WeakShared<Attempt>>>,
    opened: OnceLock<Provider>,
    /// The error of the last failed attempt.
    failure: Mutex<Option<Error>>,
}

impl LazyProvider {
    pub(crate) fn new(open: impl Fn() -> Attempt + Send + Sync + 'static) -> Self {
        Self {
            open: Box::new(open),
            attempt: Mutex::default(),
            opened: OnceLock::new(),
            failure: Mutex::default(),
        }
    }

    /// Returns the provider if it has been opened.
    pub(crate) fn opened(&self) -> Option<&Provider> {
        self.opened.get()
    }

    /// Returns the error of the last attempt to open it, if that failed.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the provider, and opens it first if necessary.
    pub(crate) async fn open(&self) -> Result<Provider> {
        if let Some(provider) = self.opened.get() {
            return Ok(provider.clone());
        }
        match self.attempt().await {
            Ok(provider) => Ok(self.opened.get_or_init(|| provider).clone()),
            Err(error) => {
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                *failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Returns the attempt that is under way, or starts one.
    fn attempt(&self) -> Shared<Attempt> {
        // A poisoned lock only means that the opening function panicked. The value behind it is whole.
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = attempt.as_ref().and_then(WeakShared::upgrade) {
            return running;
        }
        let new = (self.open)().shared();
        *attempt = new.downgrade();
        new
    }
}

impl fmt::Debug for LazyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyProvider")
            .field("opened", &self.opened.get())
            .field("failure", &self.failure())
            .finish_non_exhaustive()
    }
}
