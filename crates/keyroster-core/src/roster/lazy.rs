//! Accounts that are opened when they are first asked.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use crate::error::Result;
use crate::provider::Provider;

type Attempt = BoxFuture<'static, Result<Provider>>;

/// How the provider of an account is reached.
#[derive(Clone)]
pub(crate) enum ProviderSlot {
    Ready(Result<Provider>),
    Lazy(Arc<LazyProvider>),
}

impl ProviderSlot {
    pub(crate) async fn open(&self) -> Result<Provider> {
        match self {
            Self::Ready(provider) => provider.clone(),
            Self::Lazy(lazy) => lazy.open().await,
        }
    }
}

impl fmt::Debug for ProviderSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(provider) => provider.fmt(f),
            Self::Lazy(lazy) => write!(f, "Lazy({:?})", lazy.opened()),
        }
    }
}

/// A provider that is opened when it is first asked.
///
/// An attempt to open it lives as long as someone waits for it. An abandoned attempt stops, and a failed
/// one is repeated for the next caller.
pub(crate) struct LazyProvider {
    open: Box<dyn Fn() -> Attempt + Send + Sync>,
    attempt: Mutex<Option<WeakShared<Attempt>>>,
    opened: OnceLock<Provider>,
}

impl LazyProvider {
    pub(crate) fn new(open: impl Fn() -> Attempt + Send + Sync + 'static) -> Self {
        Self { open: Box::new(open), attempt: Mutex::default(), opened: OnceLock::new() }
    }

    /// Returns the provider if it has been opened.
    pub(crate) fn opened(&self) -> Option<&Provider> {
        self.opened.get()
    }

    /// Returns the provider, and opens it first if necessary.
    pub(crate) async fn open(&self) -> Result<Provider> {
        if let Some(provider) = self.opened.get() {
            return Ok(provider.clone());
        }
        let provider = self.attempt().await?;
        Ok(self.opened.get_or_init(|| provider).clone())
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
