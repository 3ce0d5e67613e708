//! A listing: every key of an account, page by page.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tracing::Instrument;

use crate::handle::Provider;
use crate::scan::{Scan, ScanFault, Seen};
use crate::{
    ApiKey, Container, Error, ErrorKind, ListKeys, Operation, PageRequest, Paging, Result, Warning,
};

/// Every key of an account, as a stream that walks the vendor's pages while it is read.
///
/// A key appears once. Disabled, expired and revoked keys appear, and those of every container. The
/// stream owns what it needs (`'static`), reads no further ahead than one page, and ends after its
/// first error; what came before the error is good. Dropping it stops it; a new one starts afresh.
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
        let pages = stream::try_unfold(walk, |mut walk| async move {
            let page = walk.next_page().await?;
            Ok(page.map(|keys| (stream::iter(keys.into_iter().map(Ok)), walk)))
        });
        Self { keys: pages.try_flatten().boxed(), progress }
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

/// The walk over all lists of an account: one, or one a container.
struct Walk {
    provider: Provider,
    progress: Arc<Mutex<Progress>>,
    seen: Seen,
    plan: Plan,
}

enum Plan {
    /// A container is asked for, and the vendor has none.
    Refused,
    /// The containers are not known yet.
    Containers,
    /// The lists still to be walked, last first, and the one that is being walked.
    Lists { waiting: Vec<Option<Container>>, current: Option<(Option<Container>, Scan)> },
}

impl Walk {
    fn new(provider: Provider, request: ListKeys, progress: Arc<Mutex<Progress>>) -> Self {
        let plan = match (&provider.info().containers, request.container) {
            (None, None) => Plan::Lists { waiting: vec![None], current: None },
            (Some(containers), Some(id)) => Plan::Lists {
                waiting: vec![Some(Container::new(containers.kind, id))],
                current: None,
            },
            (Some(_), None) => Plan::Containers,
            (None, Some(_)) => Plan::Refused,
        };
        Self { provider, progress, seen: Seen::default(), plan }
    }

    /// The new keys of the next page; none when every list has ended.
    async fn next_page(&mut self) -> Result<Option<Vec<ApiKey>>> {
        loop {
            match &mut self.plan {
                Plan::Refused => {
                    let message = "the vendor does not file keys in containers";
                    let error = Error::new(ErrorKind::Unsupported, message);
                    return Err(self.provider.blame(Operation::ListKeys, error));
                }
                Plan::Containers => {
                    let mut waiting = self.containers().await?;
                    waiting.reverse();
                    self.plan = Plan::Lists { waiting, current: None };
                }
                Plan::Lists { waiting, current: current @ None } => {
                    let Some(container) = waiting.pop() else {
                        return Ok(None);
                    };
                    *current = Some((container, Scan::new(self.provider.info().paging)));
                }
                Plan::Lists { current: current @ Some(_), .. } => {
                    let Some((container, scan)) = current else {
                        continue;
                    };
                    let Some(start) = scan.next() else {
                        // A key of another list is new in none, so only a single list can be counted.
                        if container.is_none() {
                            lock(&self.progress).warnings.extend(scan.shortfall().map(uncounted));
                        }
                        *current = None;
                        continue;
                    };
                    let request = PageRequest::new(start).in_container(container.clone());
                    let page = fetch(&self.provider, &self.progress, &request).await?;
                    let ids: Vec<&str> = page.keys.iter().map(|key| key.id.as_str()).collect();
                    let fresh = scan
                        .accept(&ids, page.next, page.total, &mut self.seen)
                        .map_err(|fault| broken_paging(&self.provider, fault))?;
                    lock(&self.progress).warnings.extend(page.warnings);
                    let keys = page.keys.into_iter().zip(fresh);
                    return Ok(Some(keys.filter_map(|(key, new)| new.then_some(key)).collect()));
                }
            }
        }
    }

    /// The containers, walked as carefully as the keys.
    async fn containers(&self) -> Result<Vec<Option<Container>>> {
        let paging = self.provider.info().containers.as_ref().map(|containers| containers.paging);
        let mut scan = Scan::new(paging.unwrap_or(Paging::Single));
        let mut seen = Seen::default();
        let mut found = Vec::new();
        while let Some(start) = scan.next() {
            let page = self.provider.container_page(&PageRequest::new(start)).await?;
            let ids: Vec<&str> = page
                .containers
                .iter()
                .map(|container| container.as_ref().map_or("", |container| container.id.as_str()))
                .collect();
            let fresh = scan
                .accept(&ids, page.next, page.total, &mut seen)
                .map_err(|fault| broken_paging(&self.provider, fault))?;
            lock(&self.progress).warnings.extend(page.warnings);
            let containers = page.containers.into_iter().zip(fresh);
            found.extend(containers.filter_map(|(container, new)| new.then_some(container)));
        }
        Ok(found)
    }
}

fn uncounted((total, found): (u64, u64)) -> Warning {
    Warning::incomplete(format!(
        "the vendor counts {total} keys and showed {found}; unless the others were made while they were \
         listed, they are missing"
    ))
}

async fn fetch(
    provider: &Provider,
    progress: &Mutex<Progress>,
    request: &PageRequest,
) -> Result<crate::Page> {
    let number = {
        let mut progress = lock(progress);
        progress.pages += 1;
        progress.pages
    };
    let span = tracing::debug_span!(
        "keys.list_page",
        provider = %provider.info().id,
        account = provider.account(),
        page = number,
    );
    provider.page(request).instrument(span).await
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
