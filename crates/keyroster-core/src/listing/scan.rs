//! One pass over one list, as a state machine without I/O: which page to request next, and which pages
//! are ready to be handed out.
//!
//! Offset paging reads a list that moves: when a key on an earlier page is revoked, the later ones move
//! forward, and a client that only adds up page lengths skips one. So pages overlap by one item, and the
//! accepted pages form a *chain*: a page is accepted if it starts at offset zero or shares an item with the
//! chain. Take two slices of a list whose items keep their relative order. If the slices share an item,
//! they cover everything between their ends, no matter when each was read. That is why pages can be
//! requested ahead and answered in any order. Where a page does not overlap the chain, another is requested
//! that bridges the gap, and if that fails, one further and further back. The proof is in
//! `docs/adr/0001-listing-by-offset.md`.
//!
//! Reading one page at a time is a window of one. Cursor paging, and no paging, are chains whose next page
//! is known only when the last one has arrived.

use std::collections::{HashSet, VecDeque};

use crate::error::{Error, ErrorKind};
use crate::listing::fault::{MAX_EMPTY_PAGES, PagingFault};
use crate::listing::offset::{OffsetChain, Repair, Rows};
use crate::listing::seen::Seen;
use crate::page::{Cursor, Extent, PageStart, Paging};

/// Why a pass ended before its list did.
#[derive(Debug)]
pub(crate) enum ScanError {
    Provider(Error),
    Paging(PagingFault),
}

/// A page as the vendor answered it: the payload for the caller, and the fingerprints of its items.
#[derive(Clone, Debug)]
pub(crate) struct FetchedPage<P> {
    pub(crate) payload: P,
    pub(crate) items: Vec<u128>,
    pub(crate) extent: Extent,
    pub(crate) next: Option<Cursor>,
    pub(crate) total: Option<u64>,
}

/// A page that was accepted into the chain, and which of its items are new to the chain.
#[derive(Debug)]
pub(crate) struct ReadyPage<P> {
    pub(crate) payload: P,
    pub(crate) items: Vec<u128>,
    pub(crate) is_new: Vec<bool>,
}

impl<T> ReadyPage<Vec<T>> {
    /// Returns the items that are new to the chain, and to `seen` if there is one.
    pub(crate) fn into_new_items(self, mut seen: Option<&mut Seen>) -> Vec<T> {
        let marks = self.items.into_iter().zip(self.is_new);
        let items = self.payload.into_iter().zip(marks);
        let new_items = items.filter_map(|(item, (fingerprint, is_new))| {
            let is_new = match &mut seen {
                Some(seen) => is_new && seen.insert(fingerprint),
                None => is_new,
            };
            is_new.then_some(item)
        });
        new_items.collect()
    }
}

/// The state of a pass over one list.
#[derive(Clone, Debug)]
pub(crate) struct Scan<P> {
    style: Style,
    /// Pages that are requested or wait for their turn, in list order.
    queue: VecDeque<QueuedPage<P>>,
    /// The number of pages ever queued. Each page's own number is its ticket.
    tickets: u32,
    /// The items of all accepted pages.
    chain: Seen,
    found: u64,
    total: Option<u64>,
    /// Items of pages that were dropped because they began right behind a short page without overlapping it.
    loose: Vec<u128>,
    /// Whether some of them did not appear again.
    lost_items: bool,
    finished: bool,
}

#[derive(Clone, Debug)]
enum Style {
    Single,
    Cursor { next: Option<Cursor>, used: HashSet<Cursor>, empty_pages: u32 },
    Offset(Box<OffsetChain>),
}

#[derive(Clone, Debug)]
struct QueuedPage<P> {
    ticket: u32,
    offset: u64,
    /// Whether the page was requested before its turn.
    ahead: bool,
    /// Whether the page was requested after the one before it had arrived.
    is_fresh: bool,
    state: PageState<P>,
}

#[derive(Clone, Debug)]
enum PageState<P> {
    Planned,
    Requested,
    Answered(Result<FetchedPage<P>, Error>),
}

impl<P> Scan<P> {
    pub(crate) fn new(paging: Paging) -> Self {
        let style = match paging {
            Paging::Single => Style::Single,
            Paging::Cursor => Style::Cursor { next: None, used: HashSet::new(), empty_pages: 0 },
            Paging::Offset { size, order } => {
                Style::Offset(Box::new(OffsetChain::new(size, order)))
            }
        };
        Self {
            style,
            queue: VecDeque::new(),
            tickets: 0,
            chain: Seen::default(),
            found: 0,
            total: None,
            loose: Vec::new(),
            lost_items: false,
            finished: false,
        }
    }

    /// Returns another pass over the same list, which is expected to be about as long as it was.
    pub(crate) fn next_pass(&self, paging: Paging) -> Self {
        let mut next = Self::new(paging);
        if let (Style::Offset(chain), Style::Offset(previous)) = (&mut next.style, &self.style) {
            chain.expect(self.found, previous);
        }
        next
    }

    /// Returns the ticket and start of the next page to request, if any is worth requesting.
    ///
    /// `room` is how many more pages may be queued, and `guesses` how many may lie beyond the known end of
    /// the list. `early` says that the caller does not need the page yet. A page that repairs the chain is
    /// requested even without room: nothing goes on without it.
    pub(crate) fn next_request(
        &mut self,
        room: usize,
        guesses: usize,
        early: bool,
    ) -> Option<(u32, PageStart)> {
        if self.finished {
            return None;
        }
        let planned = self.queue.iter_mut().find(|page| matches!(page.state, PageState::Planned));
        if let Some(page) = planned {
            page.state = PageState::Requested;
            return Some((page.ticket, start_at(page.offset)));
        }
        let queued = self.queue.len();
        if room == 0 {
            return None;
        }
        let (offset, start) = match &mut self.style {
            Style::Offset(chain) => {
                let offset = chain.next_offset(queued, guesses)?;
                (offset, start_at(offset))
            }
            _ if queued > 0 => return None,
            Style::Cursor { next: Some(cursor), .. } => (0, PageStart::Cursor(cursor.clone())),
            Style::Single | Style::Cursor { next: None, .. } => (0, PageStart::First),
        };
        let ticket = self.next_ticket();
        let ahead = early || queued > 0;
        let (is_fresh, state) = (queued == 0, PageState::Requested);
        self.queue.push_back(QueuedPage { ticket, offset, ahead, is_fresh, state });
        Some((ticket, start))
    }

    /// Records the answer to a request. An answer for a page that is no longer queued is dropped.
    pub(crate) fn record(&mut self, ticket: u32, answer: Result<FetchedPage<P>, Error>) {
        if let Some(page) = self.queue.iter_mut().find(|page| page.ticket == ticket) {
            page.state = PageState::Answered(answer);
        }
    }

    /// Takes the next page in list order, if it has been answered and is accepted into the chain.
    pub(crate) fn take_ready(&mut self) -> Option<Result<ReadyPage<P>, ScanError>> {
        while let Some(page) = self.queue.front_mut() {
            let PageState::Answered(answer) = &page.state else { return None };
            let offset = page.offset;
            let accepted = match (&self.style, answer) {
                (Style::Offset(chain), Ok(answer)) => {
                    let overlaps = answer.items.iter().any(|item| self.chain.contains(*item));
                    chain.accepts(offset, answer.extent, overlaps)
                }
                (Style::Offset(chain), Err(_)) => chain.needs(offset),
                _ => true,
            };
            if !accepted {
                let is_empty = answer.as_ref().map_or(true, |answer| answer.extent.rows == 0);
                if let (Style::Offset(chain), Ok(answer)) = (&self.style, answer)
                    && chain.is_behind(offset)
                {
                    self.loose.extend(&answer.items);
                }
                self.repair(offset, is_empty);
                continue;
            }
            if page.ahead && answer.as_ref().is_err_and(Error::is_transient) {
                // The request may have expired only because the reader paused. Now that the page is needed,
                // it gets a second chance.
                page.ahead = false;
                page.state = PageState::Planned;
                return None;
            }
            if let (Style::Offset(chain), Err(error)) = (&mut self.style, answer)
                && matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::NotFound)
                && chain.ends_at_refusal(offset)
            {
                self.finish();
                return None;
            }
            let QueuedPage { is_fresh, state: PageState::Answered(answer), .. } =
                self.queue.pop_front()?
            else {
                return None;
            };
            let accepted = match answer {
                Ok(answer) => self.accept(offset, is_fresh, answer).map_err(ScanError::Paging),
                Err(error) => Err(ScanError::Provider(error)),
            };
            if accepted.is_err() {
                self.finish();
            }
            return Some(accepted);
        }
        None
    }

    /// Returns the number of pages in flight or waiting for their turn.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns the number of items found in this pass.
    pub(crate) fn found(&self) -> u64 {
        self.found
    }

    /// Returns the lowest total that the vendor reported. Keys created during the pass need not be found,
    /// so higher totals prove nothing.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns whether items changed their order in a list that was declared to keep it.
    pub(crate) fn order_changed(&self) -> bool {
        matches!(&self.style, Style::Offset(chain) if chain.order_changed())
    }

    /// Returns whether a gap in the chain could not be repaired.
    pub(crate) fn has_gaps(&self) -> bool {
        matches!(&self.style, Style::Offset(chain) if chain.has_gaps())
    }

    /// Returns whether there were items behind a page that the vendor cut short.
    pub(crate) fn has_cut_pages(&self) -> bool {
        self.lost_items || matches!(&self.style, Style::Offset(chain) if chain.has_cut_pages())
    }

    /// Returns whether the vendor refused the page behind the last item, so the end is not proved.
    pub(crate) fn end_refused(&self) -> bool {
        matches!(&self.style, Style::Offset(chain) if chain.end_refused())
    }

    /// Takes the items of the accepted pages out.
    pub(crate) fn take_chain(&mut self) -> Seen {
        std::mem::take(&mut self.chain)
    }

    fn next_ticket(&mut self) -> u32 {
        self.tickets += 1;
        self.tickets
    }

    fn finish(&mut self) {
        self.finished = true;
        self.queue.clear();
        self.lost_items = self.loose.iter().any(|item| !self.chain.contains(*item));
    }

    fn accept(
        &mut self,
        offset: u64,
        is_fresh: bool,
        page: FetchedPage<P>,
    ) -> Result<ReadyPage<P>, PagingFault> {
        let FetchedPage { payload, items, extent, next, total } = page;
        let is_new: Vec<bool> = items.iter().map(|item| self.chain.insert(*item)).collect();
        let added = is_new.iter().filter(|is_new| **is_new).count();
        self.found += added as u64;
        self.total = match (self.total, total) {
            (Some(lowest), Some(total)) => Some(lowest.min(total)),
            (lowest, total) => total.or(lowest),
        };
        let ended = match &mut self.style {
            Style::Single => true,
            Style::Cursor { next: cursor, used, empty_pages } => {
                if next.as_ref().is_some_and(|next| !used.insert(next.clone())) {
                    return Err(PagingFault::RepeatedCursor);
                }
                if next.is_some() && added == 0 && !items.is_empty() {
                    return Err(PagingFault::RepeatedPage);
                }
                *empty_pages = if items.is_empty() { *empty_pages + 1 } else { 0 };
                if next.is_some() && *empty_pages >= MAX_EMPTY_PAGES {
                    return Err(PagingFault::EmptyPages);
                }
                *cursor = next;
                cursor.is_none()
            }
            Style::Offset(chain) => {
                let rows = Rows { items: &items, is_new: &is_new, extent, total, is_fresh };
                let ended = chain.accept(offset, rows)?;
                if self.queue.is_empty() {
                    chain.continue_at_end();
                }
                ended
            }
        };
        if ended {
            self.finish();
        }
        Ok(ReadyPage { payload, items, is_new })
    }

    /// Plans a page that connects the chain with the page at `offset`, which does not overlap it.
    fn repair(&mut self, offset: u64, is_empty: bool) {
        let Style::Offset(chain) = &mut self.style else { return };
        let offset = match chain.repair(offset, is_empty) {
            Repair::Bridge(offset) => Some(offset),
            Repair::StepBack(offset) => {
                self.queue.clear();
                Some(offset)
            }
            Repair::Restart => {
                self.queue.clear();
                None
            }
        };
        if let Some(offset) = offset {
            let ticket = self.next_ticket();
            let state = PageState::Planned;
            let page = QueuedPage { ticket, offset, ahead: false, is_fresh: true, state };
            self.queue.push_front(page);
        }
    }
}

fn start_at(offset: u64) -> PageStart {
    if offset == 0 { PageStart::First } else { PageStart::Offset(offset) }
}
