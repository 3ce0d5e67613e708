//! A listing: every key of an account, as a stream that asks for pages within a window.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt, TryStreamExt};
use tracing::Instrument;

use crate::handle::Provider;
use crate::scan::{Answer, Scan, ScanFault, Trouble};
use crate::seen::Fingerprints;
use crate::tour::{After, Errand, Tour};
use crate::{
    ApiKey, Container, Error, ErrorKind, ListKeys, Operation, Page, PageRequest, Paging, Result,
    Warning,
};

/// Every key of an account, as a stream that walks the vendor's pages while it is read.
///
/// A key appears once. Disabled, expired and revoked keys appear, and those of every container. The
/// stream owns what it needs (`'static`), reads no further ahead than a window of pages
/// ([`KeyProvider::window`](crate::KeyProvider::window)), and ends after its first error; what came before
/// the error is good. One that has ended stays so, however often it is polled. Requests go on only while it
/// is read; what expires while a reader pauses is asked for again. Dropping it stops it; a new one starts
/// afresh.
///
/// ```
/// # use keyroster_core::{ListKeys, Provider, Result};
/// use futures_util::TryStreamExt;
///
/// # async fn example(provider: Provider) -> Result<()> {
/// let mut listing = provider.keys(ListKeys::all());
/// while let Some(key) = listing.try_next().await? {
///     println!("{} {:?}", key.id, key.name);
/// }
/// for warning in listing.warnings() {
///     eprintln!("warning: {warning}");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a listing does nothing until it is read"]
pub struct Listing {
    keys: BoxStream<'static, Result<ApiKey>>,
    progress: Arc<Mutex<Progress>>,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    pages: u64,
    warnings: Vec<Warning>,
}

impl Progress {
    /// Adds what was not said yet: lists that are read twice say things twice.
    fn warn(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

/// A whole listing, collected.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct KeyList {
    /// Every key, once, in the vendor's order.
    pub keys: Vec<ApiKey>,
    /// What the caller should know; above all, why keys may be missing.
    pub warnings: Vec<Warning>,
    /// How many pages were read.
    pub pages: u64,
}

impl Listing {
    pub(crate) fn new(provider: Provider, request: ListKeys) -> Self {
        let progress = Arc::new(Mutex::new(Progress::default()));
        let walk = Walk::new(provider, request, Arc::clone(&progress));
        let keys = stream::unfold(walk, |mut walk| async move {
            let key = walk.next().await?;
            Some((key, walk))
        });
        Self { keys: keys.fuse().boxed(), progress }
    }

    /// The warnings so far; complete when the stream has ended.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        lock(&self.progress).warnings.clone()
    }

    /// How many pages were read so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        lock(&self.progress).pages
    }

    /// Reads on to the end.
    pub async fn collect_all(self) -> Result<KeyList> {
        let mut list = KeyList::default();
        self.collect_into(&mut list).await?;
        Ok(list)
    }

    /// Reads on to the end or the first error; what was read before it stays in the list.
    pub async fn collect_into(mut self, list: &mut KeyList) -> Result<()> {
        let outcome = loop {
            match self.keys.try_next().await {
                Ok(Some(key)) => list.keys.push(key),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let Progress { pages, warnings } = lock(&self.progress).clone();
        list.pages += pages;
        list.warnings.extend(warnings);
        outcome
    }
}

impl Stream for Listing {
    type Item = Result<ApiKey>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.keys.poll_next_unpin(cx)
    }
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listing").field("progress", &*lock(&self.progress)).finish_non_exhaustive()
    }
}

/// A poisoned lock only means that a reader panicked; the counts behind it are whole.
fn lock(progress: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks for the pages that the [`Tour`] wants, and hands out the keys that it has.
struct Walk {
    provider: Provider,
    progress: Arc<Mutex<Progress>>,
    prints: Fingerprints,
    request: ListKeys,
    /// None until the lists are known.
    tour: Option<Tour>,
    flight: FuturesUnordered<BoxFuture<'static, (Errand, Result<Page>)>>,
    sent: u64,
    over: bool,
}

impl Walk {
    fn new(provider: Provider, request: ListKeys, progress: Arc<Mutex<Progress>>) -> Self {
        Self {
            provider,
            progress,
            prints: Fingerprints::default(),
            request,
            tour: None,
            flight: FuturesUnordered::new(),
            sent: 0,
            over: false,
        }
    }

    async fn next(&mut self) -> Option<Result<ApiKey>> {
        if self.over {
            return None;
        }
        let key = self.next_key().await;
        if !matches!(key, Some(Ok(_))) {
            self.over = true;
            self.flight.clear();
        }
        key
    }

    async fn next_key(&mut self) -> Option<Result<ApiKey>> {
        if self.tour.is_none() {
            match self.lists().await {
                Ok(lists) => self.tour = Some(Tour::new(self.provider.info().paging, lists)),
                Err(error) => return Some(Err(error)),
            }
        }
        loop {
            let key = self.tour.as_mut()?.next_key();
            let stirred = self.stir();
            match key {
                Some(Ok(key)) => return Some(Ok(key)),
                Some(Err(Trouble::Vendor(error))) => return Some(Err(error)),
                Some(Err(Trouble::Paging(fault))) => {
                    return Some(Err(broken_paging(&self.provider, fault)));
                }
                None if stirred => {}
                None if self.tour.as_ref()?.is_over() => {
                    if let Err(error) = self.turn().await? {
                        return Some(Err(error));
                    }
                }
                None => {
                    let (errand, page) = self.flight.next().await?;
                    self.take(&errand, page);
                }
            }
        }
    }

    /// Sends what the window allows and takes in what has come, without waiting, and tells whether there was
    /// anything. It is done before each key is handed out: whoever takes long over a key has the next
    /// pages under way meanwhile.
    fn stir(&mut self) -> bool {
        let mut stirred = false;
        loop {
            self.ask();
            let mut came = false;
            while let Some(Some((errand, page))) = self.flight.next().now_or_never() {
                self.take(&errand, page);
                came = true;
            }
            if !came {
                return stirred;
            }
            stirred = true;
        }
    }

    /// Sends as many requests as the window allows.
    fn ask(&mut self) {
        let Some(tour) = &mut self.tour else { return };
        while let Some(errand) = tour.ask(self.provider.window()) {
            self.sent += 1;
            let span = tracing::debug_span!(
                "keys.list_page",
                provider = %self.provider.info().id,
                account = self.provider.account(),
                page = self.sent,
            );
            let provider = self.provider.clone();
            let page = async move {
                let page = provider.page(&errand.request).await;
                (errand, page)
            };
            self.flight.push(page.instrument(span).boxed());
        }
    }

    fn take(&mut self, errand: &Errand, page: Result<Page>) {
        let answer = page.map(|page| {
            let mut progress = lock(&self.progress);
            progress.pages += 1;
            progress.warn(page.warnings);
            let items = page.keys.iter().map(|key| self.prints.of(key.id.as_str())).collect();
            Answer { payload: page.keys, items, next: page.next, total: page.total }
        });
        if let Some(tour) = &mut self.tour {
            tour.answer(errand, answer);
        }
    }

    /// Ends the listing, or begins another reading of the lists.
    async fn turn(&mut self) -> Option<Result<()>> {
        if self.tour.as_mut()?.after() == After::Done {
            let warnings = self.tour.as_ref()?.warnings();
            lock(&self.progress).warn(warnings);
            return None;
        }
        let lists = self.lists().await;
        Some(lists.map(|lists| {
            if let Some(tour) = &mut self.tour {
                tour.again(lists);
            }
        }))
    }

    /// The lists that make up what is asked for: the account's one, or one a container.
    async fn lists(&mut self) -> Result<Vec<Option<Container>>> {
        match (&self.provider.info().containers, &self.request.container) {
            (None, None) => Ok(vec![None]),
            (Some(containers), Some(id)) => Ok(vec![Some(Container::new(containers.kind, id))]),
            (Some(containers), None) => self.containers(containers.paging).await,
            (None, Some(_)) => {
                let message = "the vendor does not file keys in containers";
                let error = Error::new(ErrorKind::Unsupported, message);
                Err(self.provider.blame(Operation::ListKeys, error))
            }
        }
    }

    /// The containers, page after page, walked as carefully as the keys.
    async fn containers(&mut self, paging: Paging) -> Result<Vec<Option<Container>>> {
        let mut scan = Scan::new(paging);
        let mut found = Vec::new();
        while let Some((ticket, start)) = scan.ask(1, 1, false) {
            let answer = self.provider.container_page(&PageRequest::new(start)).await.map(|page| {
                lock(&self.progress).warn(page.warnings);
                let id = |container: &Option<Container>| {
                    self.prints.of(container.as_ref().map_or("", |container| &container.id))
                };
                let items = page.containers.iter().map(id).collect();
                Answer { payload: page.containers, items, next: page.next, total: page.total }
            });
            scan.answer(ticket, answer);
            while let Some(joined) = scan.settle() {
                let joined = joined.map_err(|trouble| match trouble {
                    Trouble::Vendor(error) => error,
                    Trouble::Paging(fault) => broken_paging(&self.provider, fault),
                })?;
                let containers = joined.payload.into_iter().zip(joined.new);
                found.extend(containers.filter_map(|(container, new)| new.then_some(container)));
            }
        }
        if scan.has_gaps() || scan.is_disordered() {
            let message = "the vendor's list of containers changed its order while it was read; keys of \
                           others may be missing";
            lock(&self.progress).warn(vec![Warning::incomplete(message)]);
        }
        Ok(found)
    }
}

fn broken_paging(provider: &Provider, fault: ScanFault) -> Error {
    provider.blame(
        Operation::ListKeys,
        Error::new(ErrorKind::Decode, fault.to_string()).with_help(
            "the keys listed so far are good, and others may be missing; report it to the \
             provider's authors",
        ),
    )
}
