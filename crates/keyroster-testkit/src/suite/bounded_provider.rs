//! A provider that a handle and a scenario share, and whose listings end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use keyroster_core::{
    ApiKey, ContainerPage, CreateKey, CreatedKey, Error, ErrorKind, Identification, KeyId,
    KeyProvider, Page, PageRequest, Principal, Provider, ProviderInfo, Result, Revocation,
    RotateKey, Secret, Traffic, UpdateKey, async_trait,
};

/// Maximum number of pages. No scenario's list has as many, so a listing that asks for more would never end.
const MAX_PAGES: u32 = 400;

/// The message of the error that ends such a listing.
pub(crate) const NEVER_ENDS: &str = "the listing keeps asking for pages";

/// A shared provider that fails a listing that would not end by itself.
#[derive(Clone, Debug)]
pub(crate) struct BoundedProvider {
    inner: Arc<dyn KeyProvider>,
    pages: Arc<AtomicU32>,
}

impl BoundedProvider {
    pub(crate) fn new(provider: Provider) -> Self {
        Self { inner: provider.into_inner(), pages: Arc::default() }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl KeyProvider for BoundedProvider {
    fn info(&self) -> &ProviderInfo {
        self.inner.info()
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }

    fn window(&self) -> usize {
        self.inner.window()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        if self.pages.fetch_add(1, Ordering::Relaxed) > MAX_PAGES {
            return Err(Error::new(ErrorKind::Conflict, NEVER_ENDS));
        }
        self.inner.list_page(request).await
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        self.inner.list_containers(request).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.inner.get(id).await
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
        self.inner.create(request).await
    }

    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        self.inner.update(id, change).await
    }

    async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        self.inner.rotate(id, request).await
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
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
