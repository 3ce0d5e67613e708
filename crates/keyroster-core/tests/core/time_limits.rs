//! How long a roster waits for an account: silence counts, but not a long list or a slow reader.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{self, BoxFuture, FutureExt};
use keyroster_core::{
    Capabilities, Container, ContainerPage, Cursor, KeyProvider, ListKeys, Page, PageRequest,
    Paging, Provider, ProviderId, ProviderInfo, Result, Roster, RosterEvent, RosterReport,
    async_trait,
};

use crate::support::vendor::{key, keys, vendor};

/// A clock, in milliseconds, that only vendors advance.
type Clock = Arc<AtomicU64>;

/// Waits on a clock that nothing but the test advances.
fn sleeps(clock: &Clock) -> impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static {
    let clock = Arc::clone(clock);
    move |time: Duration| {
        let clock = Arc::clone(&clock);
        let end = u128::from(clock.load(Ordering::SeqCst)) + time.as_millis();
        let wait = future::poll_fn(move |cx| {
            cx.waker().wake_by_ref();
            let now = u128::from(clock.load(Ordering::SeqCst));
            if now < end { Poll::Pending } else { Poll::Ready(()) }
        });
        wait.boxed()
    }
}

/// A vendor with six pages that takes five seconds for each. Some have a key, and the last may never come.
#[derive(Clone, Debug)]
struct Slow {
    info: ProviderInfo,
    clock: Clock,
    hangs: bool,
    /// One in this many pages of keys has a key, starting with the first.
    one_in: u64,
    container_pages: u64,
}

impl Slow {
    fn new() -> Self {
        let (id, can) = (ProviderId::from_static("slow"), Capabilities::LIST_ONLY);
        let info = ProviderInfo::new(id, "Slow", "https://s.example", Paging::Cursor, can);
        Self { info, clock: Clock::default(), hangs: false, one_in: 2, container_pages: 0 }
    }

    fn with_container_pages(mut self, pages: u64) -> Self {
        self.info = self.info.with_containers("project", Paging::Cursor);
        self.container_pages = pages;
        self
    }

    /// Waits five seconds, or forever, and returns the number of the page and the cursor of the next one.
    async fn answer(&self, request: &PageRequest, pages: u64) -> (u64, Option<Cursor>) {
        let number = request.start.cursor().map_or(1, |cursor| cursor.parse().unwrap());
        let mut steps = 0;
        while steps < 50 || (self.hangs && number == pages) {
            self.clock.fetch_add(100, Ordering::SeqCst);
            tokio::task::yield_now().await;
            steps += 1;
        }
        (number, (number < pages).then(|| Cursor::new((number + 1).to_string())))
    }

    async fn list(self, limit: Limit) -> RosterReport {
        let sleep = sleeps(&self.clock);
        let mut roster = Roster::new();
        roster.add("slow", Ok(Provider::new(self))).unwrap();
        let time = Duration::from_secs(7);
        let roster = match limit {
            Limit::Patience => roster.with_patience(time, sleep),
            Limit::Deadline => roster.with_deadline(time, sleep),
        };
        roster.list(ListKeys::all()).await
    }
}

enum Limit {
    Patience,
    Deadline,
}

#[async_trait]
impl KeyProvider for Slow {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let (number, next) = self.answer(request, 6).await;
        let keys =
            if number % self.one_in == 1 { vec![key(format!("k-{number}"))] } else { vec![] };
        Ok(Page::new(keys).with_next(next))
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let (number, next) = self.answer(request, self.container_pages).await;
        let mut page = ContainerPage::default();
        if number == 1 {
            page.containers.push(Some(Container::new("project", "p")));
        }
        page.next = next;
        Ok(page)
    }
}

#[tokio::test]
async fn patience_limits_silence_not_length() {
    let slow = Slow::new().list(Limit::Patience).await;
    assert_eq!((slow.keys.len(), slow.failures.len()), (3, 0), "half a minute, but never silent");
    let hanging = Slow { hangs: true, ..Slow::new() }.list(Limit::Patience).await;
    assert_eq!((hanging.keys.len(), hanging.failures.len()), (3, 1));
    let error = hanging.failures[0].error.to_string();
    assert!(error.contains("no further page came for 7s"), "{error}");
    let late = Slow::new().list(Limit::Deadline).await;
    assert_eq!(late.failures.len(), 1, "the whole takes longer than that");
}

#[tokio::test]
async fn empty_pages_count_as_answers() {
    let listed = Slow { one_in: 5, ..Slow::new() }.list(Limit::Patience).await;
    assert_eq!((listed.keys.len(), listed.failures.len()), (2, 0), "{:?}", listed.failures);
}

#[tokio::test]
async fn container_pages_count_as_answers() {
    let listed = Slow::new().with_container_pages(4).list(Limit::Patience).await;
    assert_eq!((listed.keys.len(), listed.failures.len()), (3, 0), "{:?}", listed.failures);
}

/// A vendor whose one page comes after it was polled twenty times, a millisecond each.
#[derive(Debug)]
struct Steady(ProviderInfo, Clock);

#[async_trait]
impl KeyProvider for Steady {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        for _ in 0..20 {
            self.1.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
        Ok(Page::new(vec![key("steady")]))
    }
}

#[tokio::test]
async fn a_slow_reader_fails_no_account() {
    let clock = Clock::default();
    let mut roster = Roster::new().with_patience(Duration::from_millis(320), sleeps(&clock));
    roster.add("chatty", Ok(vendor(Paging::Single, |_, _| Page::new(keys(25))))).unwrap();
    let (id, can) = (ProviderId::from_static("steady"), Capabilities::LIST_ONLY);
    let info = ProviderInfo::new(id, "Steady", "https://s.example", Paging::Single, can);
    roster.add("steady", Ok(Provider::new(Steady(info, Arc::clone(&clock))))).unwrap();
    let mut events = roster.keys(&ListKeys::all());
    let mut report = RosterReport::default();
    while let Some(event) = events.next().await {
        // The reader takes longer over the keys than the time limit, and polls nothing meanwhile.
        if matches!(&event, RosterEvent::Key(key) if key.account.as_ref() == "chatty") {
            clock.fetch_add(65, Ordering::SeqCst);
        }
        report.record(event);
    }
    assert_eq!((report.keys.len(), report.failures.len()), (26, 0), "{:?}", report.failures);
    assert!(clock.load(Ordering::SeqCst) > 5 * 320);
}
