//! Keeps a vendor's answers for a while, for any provider.
//!
//! ```
//! use std::time::Duration;
//!
//! use cache::Cached;
//! use keyroster::Provider;
//!
//! fn with_cache(account: Provider) -> Provider {
//!     account.wrap(|inner| Cached::new(inner, Duration::from_mins(5)))
//! }
//! ```
#![deny(clippy::missing_trait_methods)]

mod answers;

use std::sync::Arc;
use std::time::Duration;

use keyroster::{
    ApiKey, ContainerPage, CreateKey, CreatedKey, Identification, KeyId, KeyProvider, Page,
    PageRequest, Principal, ProviderInfo, Result, Revocation, RotateKey, Secret, Traffic,
    UpdateKey, async_trait,
};

use crate::answers::Answers;

/// A provider whose reads are answered from memory while they are fresh.
///
/// Pages of keys, pages of containers and single keys are kept. Checks of a credential or a secret are not, because
/// they are asked to learn what has changed. A change through this provider drops everything that is kept. A
/// change that someone else makes is seen when the time is over.
#[derive(Debug)]
pub struct Cached {
    inner: Arc<dyn KeyProvider>,
    pages: Answers<PageRequest, Page>,
    containers: Answers<PageRequest, ContainerPage>,
    keys: Answers<KeyId, ApiKey>,
}

impl Cached {
    /// Wraps a provider, and keeps its answers for this long.
    #[must_use]
    pub fn new(inner: Arc<dyn KeyProvider>, time_to_live: Duration) -> Self {
        Self {
            inner,
            pages: Answers::new(time_to_live),
            containers: Answers::new(time_to_live),
            keys: Answers::new(time_to_live),
        }
    }

    /// Drops everything that is kept, now and when the guard is dropped: after a change has succeeded,
    /// failed, or been cancelled.
    fn changing(&self) -> Changing<'_> {
        self.clear();
        Changing(self)
    }

    fn clear(&self) {
        self.pages.clear();
        self.containers.clear();
        self.keys.clear();
    }
}

struct Changing<'a>(&'a Cached);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.clear();
    }
}

// The lint above makes this list complete: a method that is left out would answer with the trait's default
// instead of what the inner provider can do.
#[async_trait]
impl KeyProvider for Cached {
    fn info(&self) -> &ProviderInfo {
        self.inner.info()
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }

    fn window(&self) -> usize {
        self.inner.window()
    }

    fn credentials(&self) -> Vec<Secret> {
        self.inner.credentials()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        self.pages.get_or(request, self.inner.list_page(request)).await
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        self.containers.get_or(request, self.inner.list_containers(request)).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.keys.get_or(id, self.inner.get(id)).await
    }

    fn check_create(&self, request: &CreateKey) -> Result<()> {
        self.inner.check_create(request)
    }

    fn check_update(&self, change: &UpdateKey) -> Result<()> {
        self.inner.check_update(change)
    }

    fn check_rotate(&self, request: &RotateKey) -> Result<()> {
        self.inner.check_rotate(request)
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let _changing = self.changing();
        self.inner.create(request).await
    }

    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        let _changing = self.changing();
        self.inner.update(id, change).await
    }

    async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        let _changing = self.changing();
        self.inner.rotate(id, request).await
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let _changing = self.changing();
        self.inner.revoke(id).await
    }

    async fn whoami(&self) -> Result<Principal> {
        self.inner.whoami().await
    }

    fn recognizes(&self, secret: &Secret) -> bool {
        self.inner.recognizes(secret)
    }

    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        self.inner.identify(secret).await
    }
}
