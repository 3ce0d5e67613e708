//! Made-up vendors that consist of a list and a way to page it.

use std::sync::Mutex;

use keyroster_core::{
    ApiKey, Capabilities, Container, ContainerPage, Cursor, Order, Page, PageRequest, PageSize,
    Paging, Provider, ProviderId, ProviderInfo, Result, Warning, async_trait,
};

/// A vendor whose pages a closure makes.
pub(crate) struct Vendor<F> {
    info: ProviderInfo,
    page: F,
    containers: Vec<Option<Container>>,
    pub(crate) asked: Mutex<Vec<PageRequest>>,
}

impl<F> std::fmt::Debug for Vendor<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vendor")
    }
}

pub(crate) fn key(id: impl Into<String>) -> ApiKey {
    ApiKey::new(ProviderId::from_static("made-up"), id.into())
}

/// Returns `count` keys, from `k0`.
pub(crate) fn keys(count: usize) -> Vec<ApiKey> {
    (0..count).map(|number| key(format!("k{number}"))).collect()
}

/// A vendor whose pages a closure makes from the request and the number of requests before it.
pub(crate) fn vendor<F>(paging: Paging, page: F) -> Provider
where
    F: Fn(&PageRequest, usize) -> Page + Send + Sync + 'static,
{
    with_containers(paging, Vec::new(), page)
}

/// A vendor that may refuse pages.
pub(crate) fn failing<F>(paging: Paging, page: F) -> Provider
where
    F: Fn(&PageRequest, usize) -> Result<Page> + Send + Sync + 'static,
{
    account(paging, Vec::new(), page)
}

pub(crate) fn with_containers<F>(
    paging: Paging,
    containers: Vec<Option<Container>>,
    page: F,
) -> Provider
where
    F: Fn(&PageRequest, usize) -> Page + Send + Sync + 'static,
{
    account(paging, containers, move |request, before| Ok(page(request, before)))
}

fn account<F>(paging: Paging, containers: Vec<Option<Container>>, page: F) -> Provider
where
    F: Fn(&PageRequest, usize) -> Result<Page> + Send + Sync + 'static,
{
    let id = ProviderId::from_static("made-up");
    let mut info =
        ProviderInfo::new(id, "Made up", "https://made.example", paging, Capabilities::LIST_ONLY);
    if !containers.is_empty() {
        info = info.with_containers("project", Paging::Single);
    }
    Provider::new(Vendor { info, page, containers, asked: Mutex::default() })
}

/// Cuts the requested page from a list.
pub(crate) fn slice(all: &[ApiKey], request: &PageRequest, size: usize) -> Vec<ApiKey> {
    let offset = usize::try_from(request.start.offset()).unwrap();
    all.iter().skip(offset).take(size).cloned().collect()
}

/// Cuts the requested page from a list. Its cursor is the number of the next key.
pub(crate) fn by_cursor(all: &[ApiKey], request: &PageRequest, size: usize) -> Page {
    let from: usize = request.start.cursor().map_or(0, |cursor| cursor.parse().unwrap());
    let to = (from + size).min(all.len());
    let next = (to < all.len()).then(|| Cursor::new(to.to_string()));
    Page::new(all[from..to].to_vec()).with_next(next)
}

pub(crate) const fn by_offset(size: PageSize) -> Paging {
    Paging::Offset { size, order: Order::Stable }
}

pub(crate) const TEN: Paging = by_offset(PageSize::Usual(10));

#[async_trait]
impl<F> keyroster_core::KeyProvider for Vendor<F>
where
    F: Fn(&PageRequest, usize) -> Result<Page> + Send + Sync + 'static,
{
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() - 1
        };
        (self.page)(request, before)
    }

    async fn list_containers(&self, _: &PageRequest) -> Result<ContainerPage> {
        if self.containers.iter().all(Option::is_none) {
            return Ok(ContainerPage::default_only(Warning::incomplete("the rest is hidden")));
        }
        Ok(ContainerPage::new(self.containers.iter().flatten().cloned().collect()))
    }
}
