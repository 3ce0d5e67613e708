//! Sends the requests that the scheduler chooses, and hands out the keys that have arrived.

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tracing::Instrument;

use crate::backend::Backend;
use crate::error::{Error, ErrorKind, Result};
use crate::info::Operation;
use crate::listing::containers;
use crate::listing::fault::{PagingFault, too_many};
use crate::listing::progress::SharedProgress;
use crate::listing::scan::{FetchedPage, ScanError};
use crate::listing::scheduler::passes::NextStep;
use crate::listing::scheduler::{PageTask, Scheduler};
use crate::listing::seen::Fingerprinter;
use crate::listing::unreadable::UnreadableFacts;
use crate::page::Page;
use crate::record::key::{ApiKey, Container};
use crate::request::ListKeys;

/// Drives one listing.
pub(crate) struct Driver {
    backend: Backend,
    progress: SharedProgress,
    fingerprinter: Fingerprinter,
    request: ListKeys,
    /// `None` until the lists are known.
    scheduler: Option<Scheduler>,
    unreadable: UnreadableFacts,
    in_flight: FuturesUnordered<BoxFuture<'static, (PageTask, Result<Page>)>>,
    sent: u64,
    /// The number of keys handed out.
    listed: u64,
    ended: bool,
}

impl Driver {
    pub(crate) fn new(backend: Backend, request: ListKeys, progress: SharedProgress) -> Self {
        Self {
            backend,
            progress,
            fingerprinter: Fingerprinter::default(),
            request,
            scheduler: None,
            unreadable: UnreadableFacts::default(),
            in_flight: FuturesUnordered::new(),
            sent: 0,
            listed: 0,
            ended: false,
        }
    }

    /// Returns the next key, or `None` at the end and after an error.
    pub(crate) async fn next(&mut self) -> Option<Result<ApiKey>> {
        if self.ended {
            return None;
        }
        let mut key = self.next_key().await;
        if matches!(key, Some(Ok(_))) && self.listed == self.request.limit() {
            self.progress.lock().warn(vec![too_many("keys", self.listed)]);
            key = None;
        }
        if let Some(Ok(key)) = &key {
            self.listed += 1;
            self.unreadable.count(key);
        } else {
            self.progress.lock().warn(self.unreadable.warnings());
            self.ended = true;
            self.in_flight.clear();
        }
        key
    }

    async fn next_key(&mut self) -> Option<Result<ApiKey>> {
        if self.scheduler.is_none() {
            match self.resolve_lists().await {
                Ok(lists) => {
                    self.scheduler = Some(Scheduler::new(self.backend.info().paging, lists));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        loop {
            let key = self.scheduler.as_mut()?.next_key();
            // Before each key, so that a reader who takes long over a key has the next pages under way.
            let progressed = self.pump();
            match key {
                Some(key) => return Some(key.map_err(|error| self.error(error))),
                None if progressed => {}
                None if self.scheduler.as_ref()?.is_pass_over() => {
                    if let Err(error) = self.end_pass().await? {
                        return Some(Err(error));
                    }
                }
                None => {
                    let (task, page) = self.in_flight.next().await?;
                    self.record_page(&task, page);
                }
            }
        }
    }

    /// Sends what the window allows and records what has arrived, without waiting. Returns whether anything
    /// had arrived.
    fn pump(&mut self) -> bool {
        let mut progressed = false;
        loop {
            self.send_requests();
            let mut arrived = false;
            while let Some(Some((task, page))) = self.in_flight.next().now_or_never() {
                self.record_page(&task, page);
                arrived = true;
            }
            if !arrived {
                return progressed;
            }
            progressed = true;
        }
    }

    fn send_requests(&mut self) {
        let Some(scheduler) = &mut self.scheduler else { return };
        while let Some(task) = scheduler.next_task(self.backend.window()) {
            self.sent += 1;
            let span = tracing::debug_span!(
                "keys.list_page",
                provider = %self.backend.info().id,
                account = self.backend.account(),
                page = self.sent,
            );
            let backend = self.backend.clone();
            let page = async move {
                let page = backend.page(&task.request).await;
                (task, page)
            };
            self.in_flight.push(page.instrument(span).boxed());
        }
    }

    fn record_page(&mut self, task: &PageTask, page: Result<Page>) {
        self.progress.lock().answers += 1;
        let answer = page.map(|page| {
            let mut progress = self.progress.lock();
            progress.pages += 1;
            let extent = page.extent();
            progress.warn(page.warnings);
            let ids = page.keys.iter().map(|key| key.id.as_str());
            let items = ids.map(|id| self.fingerprinter.of(id)).collect();
            FetchedPage { payload: page.keys, items, extent, next: page.next, total: page.total }
        });
        if let Some(scheduler) = &mut self.scheduler {
            scheduler.record(task, answer);
        }
    }

    /// Ends the listing (`None`), or starts another pass over the lists.
    async fn end_pass(&mut self) -> Option<Result<()>> {
        if self.scheduler.as_mut()?.end_pass() == NextStep::Done {
            let warnings = self.scheduler.as_ref()?.warnings();
            self.progress.lock().warn(warnings);
            return None;
        }
        let lists = self.resolve_lists().await;
        Some(lists.map(|lists| {
            if let Some(scheduler) = &mut self.scheduler {
                scheduler.start_pass(lists);
            }
        }))
    }

    /// Returns the lists to read: the account's one list, or one per container.
    async fn resolve_lists(&mut self) -> Result<Vec<Option<Container>>> {
        match (&self.backend.info().containers, &self.request.container) {
            (None, None) => Ok(vec![None]),
            (Some(containers), Some(id)) => Ok(vec![Some(Container::new(containers.kind, id))]),
            (Some(containers), None) => {
                let paging = containers.paging;
                let read = containers::read_all(
                    &self.backend,
                    paging,
                    &self.fingerprinter,
                    &self.progress,
                );
                read.await.map_err(|error| self.error(error))
            }
            (None, Some(_)) => {
                let message =
                    "the vendor does not group keys into containers (workspaces, projects)";
                let error = Error::new(ErrorKind::Unsupported, message);
                Err(self.backend.with_context(Operation::ListKeys, error))
            }
        }
    }

    fn error(&self, error: ScanError) -> Error {
        match error {
            ScanError::Provider(error) => error,
            ScanError::Paging(fault) => self.paging_error(fault),
        }
    }

    fn paging_error(&self, fault: PagingFault) -> Error {
        let error = Error::new(ErrorKind::Decode, fault.to_string()).with_help(
            "the keys listed so far are valid, but others may be missing; report this to the provider's \
             authors",
        );
        self.backend.with_context(Operation::ListKeys, error)
    }
}
