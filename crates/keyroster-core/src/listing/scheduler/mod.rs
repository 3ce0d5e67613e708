//! Schedules the pages of all lists of an account (one list, or one per container), as a state machine
//! without I/O: which page to request next within one window, in which order keys come out, and whether
//! the lists need another pass.
//!
//! A [`Scan`] reads each list. Several lists are read at the same time, but their keys come out list by
//! list, so the result does not depend on which request is answered first.
//!
//! A key that moves from one list to another during a pass may be in neither when that list is read. So
//! every list whose reading did not begin after all others had ended is read once more. Lists without a
//! stable order are read until a pass finds nothing new.

pub(crate) mod passes;

use std::collections::VecDeque;
use std::vec;

use crate::error::{ErrorKind, Result};
use crate::listing::scan::{FetchedPage, Scan, ScanError};
use crate::listing::scheduler::passes::is_unordered;
use crate::listing::seen::Seen;
use crate::page::{PageRequest, Paging};
use crate::record::key::{ApiKey, Container};

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(crate) struct Scheduler {
    paging: Paging,
    lists: Vec<List>,
    /// The index of the list whose keys come out.
    current: usize,
    /// The number of requests sent so far. It serves as the clock of the pass.
    sent: u64,
    in_flight: usize,
    /// The number of the pass, from 1.
    pass: u32,
    /// The number of keys that this pass found and no earlier one.
    new_keys: u64,
    /// The number of keys that earlier passes found.
    found: u64,
    /// The keys of all lists and passes. `None` as long as the one list's own chain says the same.
    seen: Option<Seen>,
    order_changed: bool,
    has_gaps: bool,
    has_cut_pages: bool,
    end_refused: bool,
}

#[derive(Debug)]
struct List {
    container: Option<Container>,
    scan: Scan<Vec<ApiKey>>,
    /// Pages whose keys wait to be handed out. The first page may be partly handed out.
    pages: VecDeque<vec::IntoIter<ApiKey>>,
    error: Option<ScanError>,
    /// Whether the vendor no longer knew the container.
    container_gone: bool,
    /// How many requests had already been sent when the first page was requested.
    started_at: Option<u64>,
    /// How many requests had been sent when the last page arrived.
    ended_at: Option<u64>,
}

/// A page to request.
#[derive(Debug)]
pub(crate) struct PageTask {
    list: usize,
    ticket: u32,
    pass: u32,
    pub(crate) request: PageRequest,
}

impl Scheduler {
    pub(crate) fn new(paging: Paging, containers: Vec<Option<Container>>) -> Self {
        let needs_seen = containers.len() > 1 || is_unordered(paging);
        let lists = containers.into_iter().map(|container| List::new(container, Scan::new(paging)));
        Self {
            paging,
            lists: lists.collect(),
            current: 0,
            sent: 0,
            in_flight: 0,
            pass: 1,
            new_keys: 0,
            found: 0,
            seen: needs_seen.then(Seen::default),
            order_changed: false,
            has_gaps: false,
            has_cut_pages: false,
            end_refused: false,
        }
    }

    /// Returns the next page to request, if the window allows another request.
    ///
    /// The window bounds the requests in flight and the pages held: one window of pages for the current
    /// list, two together with the lists behind it. Requests go to the lists in this order:
    ///
    /// 1. the current list, because its keys come out next;
    /// 2. the lists behind it;
    /// 3. the current list again, with the guesses that no other list could use.
    ///
    /// A guess is a page beyond the known end of a list. Before the other lists had their turn, guesses may
    /// take half the window at most.
    pub(crate) fn next_task(&mut self, window: usize) -> Option<PageTask> {
        let free = window.saturating_sub(self.in_flight);
        let begun =
            self.lists.iter().skip(self.current).take_while(|list| list.started_at.is_some());
        let held: usize = begun.clone().map(List::queued).sum();
        let spare = window.saturating_mul(2).saturating_sub(held);
        // One more list than have begun may be asked, so that lists begin in their order.
        let end = self.lists.len().min(self.current + begun.count() + 1);

        let current = self.current;
        let own_pages = self.lists.get(current)?.queued();
        let room = if own_pages == 0 {
            // The window may have shrunk since. Without a page for the current list, nothing would go on.
            free.max(1)
        } else {
            free.min(window.saturating_sub(own_pages))
        };
        let room_behind = free.min(spare);
        self.request_page(current, room, window / 2)
            .or_else(|| {
                (current + 1..end).find_map(|at| self.request_page(at, room_behind, window / 2))
            })
            .or_else(|| self.request_page(current, room, window))
    }

    fn request_page(&mut self, at: usize, room: usize, guesses: usize) -> Option<PageTask> {
        let list = self.lists.get_mut(at)?;
        let early = at > self.current || !list.pages.is_empty();
        let (ticket, start) = list.scan.next_request(room, guesses, early)?;
        list.started_at.get_or_insert(self.sent);
        let request = PageRequest::new(start).with_container(list.container.clone());
        self.sent += 1;
        self.in_flight += 1;
        Some(PageTask { list: at, ticket, pass: self.pass, request })
    }

    /// Records the answer to a task.
    pub(crate) fn record(&mut self, task: &PageTask, answer: Result<FetchedPage<Vec<ApiKey>>>) {
        self.in_flight -= 1;
        if task.pass != self.pass {
            return;
        }
        // A container may be deleted during the first pass. The next pass reads the containers again and
        // shows whether it is really gone.
        let may_be_gone = self.pass == 1 && self.lists.len() > 1;
        let list = &mut self.lists[task.list];
        list.scan.record(task.ticket, answer);
        while let Some(ready) = list.scan.take_ready() {
            let page = match ready {
                Ok(page) => page,
                Err(ScanError::Provider(error))
                    if may_be_gone && error.kind() == ErrorKind::NotFound =>
                {
                    list.container_gone = true;
                    break;
                }
                Err(error) => {
                    list.error = Some(error);
                    break;
                }
            };
            let keys = page.into_new_items(self.seen.as_mut());
            self.new_keys += keys.len() as u64;
            if !keys.is_empty() {
                list.pages.push_back(keys.into_iter());
            }
        }
        if list.scan.is_finished() {
            list.ended_at.get_or_insert(self.sent);
            if self.seen.is_some() {
                // The keys are in `seen` by now, so the list's own chain is only in the way.
                drop(list.scan.take_chain());
            }
        }
    }

    /// Returns the next key that has arrived, or the error that ended the list it would come from.
    pub(crate) fn next_key(&mut self) -> Option<Result<ApiKey, ScanError>> {
        loop {
            let list = self.lists.get_mut(self.current)?;
            if let Some(page) = list.pages.front_mut() {
                if let Some(key) = page.next() {
                    return Some(Ok(key));
                }
                list.pages.pop_front();
            } else if let Some(error) = list.error.take() {
                return Some(Err(error));
            } else if list.scan.is_finished() {
                self.current += 1;
            } else {
                return None;
            }
        }
    }

    /// Returns whether all lists have been read in this pass.
    pub(crate) fn is_pass_over(&self) -> bool {
        self.current == self.lists.len()
    }
}

impl List {
    fn new(container: Option<Container>, scan: Scan<Vec<ApiKey>>) -> Self {
        Self {
            container,
            scan,
            pages: VecDeque::new(),
            error: None,
            container_gone: false,
            started_at: None,
            ended_at: None,
        }
    }

    /// Returns the number of pages in flight, waiting for their turn, or not yet handed out in full.
    fn queued(&self) -> usize {
        self.pages.len() + self.scan.queued()
    }
}
