//! An account of a roster: its name, how its provider is reached, and whether it is open.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::provider::Provider;
use crate::roster::lazy::LazyProvider;

/// The state of an account in a [`Roster`](crate::Roster).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AccountState {
    /// The account was added lazily and has not been opened yet.
    NotOpened,
    /// The account is open. Its operations go through this provider.
    Open(Provider),
    /// The account could not be created or opened. A lazily added one is opened again when it is used next.
    Failed(Error),
}

impl AccountState {
    /// Returns the provider of an open account.
    #[must_use]
    pub fn provider(&self) -> Option<&Provider> {
        match self {
            Self::Open(provider) => Some(provider),
            Self::NotOpened | Self::Failed(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: Arc<str>,
    pub(crate) slot: ProviderSlot,
}

/// How the provider of an account is reached.
#[derive(Clone, Debug)]
pub(crate) enum ProviderSlot {
    Ready(Result<Provider>),
    Lazy(Arc<LazyProvider>),
}

impl Account {
    /// Returns the provider, and opens it first if necessary.
    pub(crate) async fn open(&self) -> Result<Provider> {
        match &self.slot {
            ProviderSlot::Ready(provider) => provider.clone(),
            ProviderSlot::Lazy(lazy) => lazy.open().await,
        }
    }

    pub(crate) fn state(&self) -> AccountState {
        match &self.slot {
            ProviderSlot::Ready(Ok(provider)) => AccountState::Open(provider.clone()),
            ProviderSlot::Ready(Err(error)) => AccountState::Failed(error.clone()),
            ProviderSlot::Lazy(lazy) => match (lazy.opened(), lazy.failure()) {
                (Some(provider), _) => AccountState::Open(provider.clone()),
                (None, Some(error)) => AccountState::Failed(error),
                (None, None) => AccountState::NotOpened,
            },
        }
    }
}
