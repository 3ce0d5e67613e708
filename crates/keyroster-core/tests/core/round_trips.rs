//! How often a listing waits for the vendor, measured by a clock that stops while anything runs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use keyroster_core::{
    ApiKey, Capabilities, Container, ContainerPage, Error, ErrorKind, KeyProvider, ListKeys, Page,
    PageRequest, PageSize, Paging, Provider, ProviderId, ProviderInfo, Result, async_trait,
};
use tokio::time::{Instant, sleep};

use crate::support::vendor::{by_offset, key, slice};

/// How long each answer takes.
const LATENCY: Duration = Duration::from_millis(50);

/// The time after which a request has expired.
const EXPIRY: Duration = Duration::from_secs(30);

#[derive(Debug)]
struct Distant {
    info: ProviderInfo,
    /// The keys of each container. A single list is in no container.
    lists: Vec<Vec<ApiKey>>,
    page: usize,
    total: bool,
    window: usize,
    requests: AtomicUsize,
}

#[async_trait]
impl KeyProvider for Distant {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn window(&self) -> usize {
        self.window
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        sleep(LATENCY).await;
        if started.elapsed() > EXPIRY {
            return Err(Error::new(ErrorKind::Transport, "no answer in time"));
        }
        let list = request.container.as_ref().map_or(0, |it| it.id.parse().unwrap());
        let list: &Vec<ApiKey> = &self.lists[list];
        let total = self.total.then_some(list.len() as u64);
        Ok(Page::new(slice(list, request, self.page)).with_total(total))
    }

    async fn list_containers(&self, _: &PageRequest) -> Result<ContainerPage> {
        sleep(LATENCY).await;
        let all = (0..self.lists.len()).map(|list| Container::new("project", list.to_string()));
        Ok(ContainerPage::new(all.collect()))
    }
}

/// The number of keys, lists and keys per page, and whether the vendor reports a total.
#[derive(Clone, Copy)]
struct Account {
    keys: usize,
    lists: usize,
    page: u32,
    total: bool,
}

fn provider(account: Account, window: usize) -> Provider {
    let Account { keys, lists, page, total } = account;
    let id = ProviderId::from_static("distant");
    let (paging, can) = (by_offset(PageSize::Usual(page)), Capabilities::LIST_ONLY);
    let mut info = ProviderInfo::new(id, "Distant", "https://d.example", paging, can);
    if lists > 1 {
        info = info.with_containers("project", Paging::Single);
    }
    let per_list = |list: usize| {
        let numbers = (0..keys).filter(move |number| number % lists == list);
        numbers.map(|number| key(format!("k{number}"))).collect()
    };
    Provider::new(Distant {
        info,
        lists: (0..lists).map(per_list).collect(),
        page: page as usize,
        total,
        window,
        requests: AtomicUsize::new(0),
    })
}

/// The numbers of round trips and requests of a listing.
async fn cost(account: Account, window: usize) -> (u128, usize) {
    let provider = provider(account, window);
    let started = Instant::now();
    let listed = provider.list(ListKeys::all()).await.unwrap();
    assert_eq!(listed.keys.len(), account.keys);
    let requests = provider.downcast_ref::<Distant>().unwrap().requests.load(Ordering::Relaxed);
    (started.elapsed().as_millis() / LATENCY.as_millis(), requests)
}

#[tokio::test(start_paused = true)]
async fn a_list_takes_few_more_rounds_than_its_window_allows() {
    let known = Account { keys: 1000, lists: 1, page: 10, total: true };
    let guessed = Account { keys: 10_000, lists: 1, page: 100, total: false };
    for (account, rounds) in [(known, 8), (guessed, 10)] {
        let (parallel, requests) = cost(account, 16).await;
        assert_eq!(parallel, rounds);
        // The minimum: the first page alone, then the others without any overlap, a window at a time.
        let floor = 1 + (account.keys as u128 / u128::from(account.page) - 1).div_ceil(16);
        assert!(parallel * 4 <= floor * 5, "{parallel} rounds, {floor} at the least");
        let (sequential, as_many) = cost(account, 1).await;
        assert_eq!((sequential, as_many), (as_many as u128, requests), "no page is wasted");
        assert!(sequential >= 8 * parallel, "{sequential} rounds page by page");
    }
}

#[tokio::test(start_paused = true)]
async fn containers_are_read_at_the_same_time() {
    // Many short lists, and a few long ones.
    for (lists, keys, most) in [(3, 30, 5), (50, 500, 23), (3, 10_000, 22)] {
        let account = Account { keys, lists, page: 100, total: false };
        let (parallel, requests) = cost(account, 16).await;
        assert!(parallel <= most, "{parallel} rounds for {lists} lists");
        let (sequential, as_many) = cost(account, 1).await;
        assert!(sequential > parallel, "{sequential} rounds page by page");
        assert!(requests <= as_many * 5 / 4 + 4, "{requests} requests, page by page {as_many}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_pauses_loses_no_key() {
    let account = Account { keys: 1000, lists: 1, page: 10, total: true };
    let mut listing = provider(account, 16).keys(ListKeys::all());
    let mut found = 0;
    while listing.try_next().await.unwrap().is_some() {
        found += 1;
        if found % 300 == 0 {
            // Longer than a request may take.
            tokio::time::advance(2 * EXPIRY).await;
        }
    }
    assert_eq!(found, 1000);
}
