//! A provider that a handle and a scenario share, and whose listings end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use keyroster_core::{
    ApiKey, ContainerPage, CreateKey, CreatedKey, Error, ErrorKind, Identification, KeyId,
    KeyProvider, Page, PageRequest, Principal, Provider, ProviderInfo, Result, Revocation,
    RotateKey, Secret, Traffic, UpdateKey, async_trait,
};

/// Maximum number of pages, besides those of the vendor's own keys and containers.
const PAGES: u32 = 400;

/// Maximum number of pages per key and per container. A list of containers is read twice or more, and a list
/// without a stable order several times; none needs as many.
const PAGES_EACH: u32 = 16;

/// The message of the error that ends such a listing.
pub(crate) const NEVER_ENDS: &str = "the listing keeps asking for pages";

/// A shared provider that fails a listing that would not end by itself.
#[derive(Clone, Debug)]
pub(crate) struct BoundedProvider {
    inner: Arc<dyn KeyProvider>,
    pages: Arc<AtomicU32>,
    most: u32,
}

impl BoundedProvider {
    /// Bounds the provider of a vendor with this number of keys and containers.
    pub(crate) fn new(provider: Provider, items: usize) -> Self {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let most = items.saturating_mul(PAGES_EACH).saturating_add(PAGES);
        Self { inner: provider.into_inner(), pages: Arc::default(), most }
    }

    /// Fails once more pages were asked for than any listing of the vendor needs.
    fn count(&self) -> Result<()> {
        if self.pages.fetch_add(1, Ordering::Relaxed) > self.most {
            return Err(Error::new(ErrorKind::Conflict, NEVER_ENDS));
        }
        Ok(())
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

    fn credentials(&self) -> Vec<Secret> {
        self.inner.credentials()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        self.count()?;
        self.inner.list_page(request).await
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        self.count()?;
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
