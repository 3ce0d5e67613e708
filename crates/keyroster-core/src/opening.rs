//! Accounts that are opened when they are first asked.

use std::sync::{Mutex, OnceLock, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use crate::{Provider, Result};

type Attempt = BoxFuture<'static, Result<Provider>>;

/// A way to open an account, and what has come of it.
///
/// An attempt lives as long as somebody waits for it: what is abandoned stops, and what failed is tried
/// again by the next who asks.
pub(crate) struct Opening {
    open: Box<dyn Fn() -> Attempt + Send + Sync>,
    attempt: Mutex<Option<WeakShared<Attempt>>>,
    opened: OnceLock<Provider>,
}

impl Opening {
    pub(crate) fn new(open: impl Fn() -> Attempt + Send + Sync + 'static) -> Self {
        Self { open: Box::new(open), attempt: Mutex::default(), opened: OnceLock::new() }
    }

    /// The account, if it was opened.
    pub(crate) fn opened(&self) -> Option<&Provider> {
        self.opened.get()
    }

    /// The account, opened now if it was not before.
    pub(crate) async fn open(&self) -> Result<Provider> {
        if let Some(provider) = self.opened.get() {
            return Ok(provider.clone());
        }
        let provider = self.attempt().await?;
        Ok(self.opened.get_or_init(|| provider).clone())
    }

    /// The attempt that is under way, or a new one.
    fn attempt(&self) -> Shared<Attempt> {
        // A poisoned lock only means that the way to open panicked; what is behind it is whole.
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = attempt.as_ref().and_then(WeakShared::upgrade) {
            return running;
        }
        let new = (self.open)().shared();
        *attempt = new.downgrade();
        new
    }
}
