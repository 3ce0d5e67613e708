//! The walk over one list, as a state machine without I/O: which pages to ask for, in what order their
//! keys come, and when the list has ended.
//!
//! Offset paging walks a list that moves: a key revoked on an earlier page pulls the next ones forward,
//! and a client that only adds page lengths skips one. The walk therefore overlaps its pages by a key and
//! builds a *chain*: a page joins it if it starts at nought or holds a key of the chain. Two slices of a
//! list whose items keep their relative order, and that share an item, cover everything between their
//! ends, whenever each was read; so pages may be asked for ahead and answered in any order. Where a page
//! does not join, one is asked for that lies across the joint; failing that, further and further back.
//! `docs/adr/0001-listing-by-offset.md` has the proof.
//!
//! One page at a time is a window of one; paging by cursor, and no paging, are chains whose next page is
//! known only when the last one is in.

use std::collections::{HashSet, VecDeque};

use crate::seen::Seen;
use crate::{Cursor, Error, Order, PageSize, PageStart, Paging};

/// So often in a row may the same page come before the vendor is taken to ignore the offset.
const MAX_STALLED: u32 = 16;

/// So many pages in a row may bring nothing new before the vendor is taken to begin its list anew behind the
/// end. Keys that are made meanwhile push the list back by as much as the walk goes forward, and they may
/// be many.
const MAX_IDLE: u32 = 1024;

/// So many pages in a row may be empty and lead on by a cursor. A vendor that filters what it has cut into
/// pages may leave a good many so; one that forgets where its list ends would go on for ever.
const MAX_EMPTY: u32 = 100;

/// So often may a joint stay broken before the walk gets any further; then it is left open.
const MAX_BREAKS: u32 = 16;

/// Why a walk cannot go on: the vendor breaks its own paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScanFault {
    #[error("the vendor gave the same page cursor twice, so its list would never end")]
    RepeatedCursor,
    #[error("the vendor's next page holds only keys of earlier pages, so its list would never end")]
    RepeatedPage,
    #[error(
        "the vendor gave {MAX_EMPTY} empty pages in a row, each with a cursor to the next, so its list may \
         never end"
    )]
    EmptyPages,
}

/// Why a walk ended before its list did.
#[derive(Debug)]
pub(crate) enum Trouble {
    Vendor(Error),
    Paging(ScanFault),
}

/// A page as the vendor answered it: what it is worth to the caller, and the fingerprints of its items.
#[derive(Clone, Debug)]
pub(crate) struct Answer<P> {
    pub(crate) payload: P,
    pub(crate) items: Vec<u128>,
    pub(crate) next: Option<Cursor>,
    pub(crate) total: Option<u64>,
}

/// A page that joined the chain, and which of its items are new to it.
#[derive(Debug)]
pub(crate) struct Joined<P> {
    pub(crate) payload: P,
    pub(crate) items: Vec<u128>,
    pub(crate) new: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(crate) struct Scan<P> {
    style: Style,
    /// The pages that are asked for or wait for their turn, in the order of the list.
    queue: VecDeque<Slot<P>>,
    /// How many pages were ever asked for: the tickets.
    tickets: u32,
    /// The items of the pages that joined.
    chain: Seen,
    found: u64,
    total: Option<u64>,
    finished: bool,
}

#[derive(Clone, Debug)]
enum Style {
    Single,
    Cursor { at: Option<Cursor>, used: HashSet<Cursor>, empty: u32 },
    Offset(Box<Offsets>),
}

#[derive(Clone, Debug)]
struct Slot<P> {
    ticket: u32,
    at: u64,
    /// Whether it was asked for before anybody waited for it.
    ahead: bool,
    state: State<P>,
}

#[derive(Clone, Debug)]
enum State<P> {
    Wanted,
    Asked,
    Answered(Result<Answer<P>, Error>),
}

impl<P> Scan<P> {
    pub(crate) fn new(paging: Paging) -> Self {
        let style = match paging {
            Paging::Single => Style::Single,
            Paging::Cursor => Style::Cursor { at: None, used: HashSet::new(), empty: 0 },
            Paging::Offset { size, order } => Style::Offset(Box::new(Offsets::new(size, order))),
        };
        Self {
            style,
            queue: VecDeque::new(),
            tickets: 0,
            chain: Seen::default(),
            found: 0,
            total: None,
            finished: false,
        }
    }

    /// Another walk over the same list, which is about as long as it was.
    pub(crate) fn again(&self, paging: Paging) -> Self {
        let mut again = Self::new(paging);
        if let (Style::Offset(offsets), Style::Offset(before)) = (&mut again.style, &self.style) {
            (offsets.ends, offsets.longest) = (self.found, before.longest);
        }
        again
    }

    /// The next page to ask for, if any is worth it while so many more may be held or in flight, and so many
    /// may be guesses; early if nobody waits for it yet. What mends a joint is asked for whatever the room.
    pub(crate) fn ask(
        &mut self,
        room: usize,
        guesses: usize,
        early: bool,
    ) -> Option<(u32, PageStart)> {
        if self.finished {
            return None;
        }
        if let Some(slot) = self.queue.iter_mut().find(|slot| matches!(slot.state, State::Wanted)) {
            slot.state = State::Asked;
            return Some((slot.ticket, start(slot.at)));
        }
        let queued = self.queue.len();
        if room == 0 {
            return None;
        }
        let (at, start) = match &mut self.style {
            Style::Offset(offsets) => {
                let at = offsets.ahead(queued, guesses)?;
                (at, start(at))
            }
            _ if queued > 0 => return None,
            Style::Cursor { at: Some(cursor), .. } => (0, PageStart::Cursor(cursor.clone())),
            Style::Single | Style::Cursor { at: None, .. } => (0, PageStart::First),
        };
        let ticket = self.ticket();
        let ahead = early || queued > 0;
        self.queue.push_back(Slot { ticket, at, ahead, state: State::Asked });
        Some((ticket, start))
    }

    /// Takes an answer; one to a page that is no longer wanted is dropped.
    pub(crate) fn answer(&mut self, ticket: u32, answer: Result<Answer<P>, Error>) {
        if let Some(slot) = self.queue.iter_mut().find(|slot| slot.ticket == ticket) {
            slot.state = State::Answered(answer);
        }
    }

    /// The next page of the list, if its turn has come.
    pub(crate) fn settle(&mut self) -> Option<Result<Joined<P>, Trouble>> {
        while let Some(slot) = self.queue.front_mut() {
            let State::Answered(answer) = &slot.state else { return None };
            let at = slot.at;
            let joins = match (&self.style, answer) {
                (Style::Offset(offsets), Ok(answer)) => {
                    let mut items = answer.items.iter();
                    at == 0 || !offsets.joints() || items.any(|item| self.chain.contains(*item))
                }
                // A page past the end of the list was a guess, and refusing it is no failure.
                (Style::Offset(offsets), Err(_)) => at <= offsets.reach || !offsets.joints(),
                _ => true,
            };
            let empty = answer.as_ref().is_ok_and(|answer| answer.items.is_empty());
            if !joins {
                self.mend(at, empty);
                continue;
            }
            if slot.ahead && answer.as_ref().is_err_and(Error::is_transient) {
                // Its answer may have come to nothing because the reader paused: its turn is now.
                (slot.ahead, slot.state) = (false, State::Wanted);
                return None;
            }
            let State::Answered(answer) = self.queue.pop_front()?.state else { return None };
            let joined = answer.map_err(Trouble::Vendor);
            let joined = joined.and_then(|answer| self.join(at, answer).map_err(Trouble::Paging));
            if joined.is_err() {
                self.finish();
            }
            return Some(joined);
        }
        None
    }

    /// How many pages are in flight or wait for their turn.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// The fewest items that the vendor said there are: what was made meanwhile need not be here.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether items came in another order than before, in a list that was said to keep it.
    pub(crate) fn is_disordered(&self) -> bool {
        matches!(&self.style, Style::Offset(offsets) if offsets.disordered)
    }

    /// Whether a joint had to be left open.
    pub(crate) fn has_gaps(&self) -> bool {
        matches!(&self.style, Style::Offset(offsets) if offsets.gave_up)
    }

    /// The items of the pages that joined.
    pub(crate) fn take_chain(&mut self) -> Seen {
        std::mem::take(&mut self.chain)
    }

    fn ticket(&mut self) -> u32 {
        self.tickets += 1;
        self.tickets
    }

    fn finish(&mut self) {
        self.finished = true;
        self.queue.clear();
    }

    fn join(&mut self, at: u64, answer: Answer<P>) -> Result<Joined<P>, ScanFault> {
        let Answer { payload, items, next, total } = answer;
        let new: Vec<bool> = items.iter().map(|item| self.chain.insert(*item)).collect();
        let added = new.iter().filter(|new| **new).count();
        self.found += added as u64;
        self.total = match (self.total, total) {
            (Some(least), Some(total)) => Some(least.min(total)),
            (least, total) => total.or(least),
        };
        let ended = match &mut self.style {
            Style::Single => true,
            Style::Cursor { at, used, empty } => {
                if next.as_ref().is_some_and(|next| !used.insert(next.clone())) {
                    return Err(ScanFault::RepeatedCursor);
                }
                if next.is_some() && added == 0 && !items.is_empty() {
                    return Err(ScanFault::RepeatedPage);
                }
                *empty = if items.is_empty() { *empty + 1 } else { 0 };
                if next.is_some() && *empty >= MAX_EMPTY {
                    return Err(ScanFault::EmptyPages);
                }
                *at = next;
                at.is_none()
            }
            Style::Offset(offsets) => {
                let ended = offsets.join(at, &items, &new, total)?;
                if self.queue.is_empty() {
                    offsets.next = offsets.reach;
                }
                ended
            }
        };
        if ended {
            self.finish();
        }
        Ok(Joined { payload, items, new })
    }

    /// Asks for what lies before a page that does not touch the chain.
    fn mend(&mut self, at: u64, empty: bool) {
        let Style::Offset(offsets) = &mut self.style else { return };
        let at = match offsets.mend(at, empty) {
            Mend::Across(at) => Some(at),
            Mend::Back(at) => {
                self.queue.clear();
                Some(at)
            }
            Mend::Afresh => {
                self.queue.clear();
                None
            }
            Mend::GiveUp => None,
        };
        if let Some(at) = at {
            let ticket = self.ticket();
            self.queue.push_front(Slot { ticket, at, ahead: false, state: State::Wanted });
        }
    }
}

fn start(at: u64) -> PageStart {
    if at == 0 { PageStart::First } else { PageStart::Offset(at) }
}

/// How the chain of a list that is paged by offset grows.
#[derive(Clone, Debug)]
struct Offsets {
    size: PageSize,
    order: Order,
    /// Where the chain's last item stood when it was read.
    reach: u64,
    /// The page that joined last.
    tail: Vec<u128>,
    /// The most items that any page had.
    longest: u64,
    /// Where the next page that is asked for ahead starts.
    next: u64,
    /// How long the list is said or expected to be.
    ends: u64,
    /// How many full pages in a row came back from beyond where the list was known to go.
    full: usize,
    stalled: u32,
    idle: u32,
    furthest: u64,
    /// By how many items the page that shall mend a joint lies before the chain's end; nought if none does.
    back: u64,
    /// Whether a page was put across the joint that is being tried.
    bridged: bool,
    breaks: u32,
    gave_up: bool,
    disordered: bool,
}

enum Mend {
    /// A page that lies across the joint, before the one that is there.
    Across(u64),
    /// A page so far back that what was fetched ahead is of no use.
    Back(u64),
    /// The next page, as if nothing had been fetched ahead.
    Afresh,
    GiveUp,
}

impl Offsets {
    fn new(size: PageSize, order: Order) -> Self {
        Self {
            size,
            order,
            reach: 0,
            tail: Vec::new(),
            longest: 0,
            next: 0,
            ends: 0,
            full: 0,
            stalled: 0,
            idle: 0,
            furthest: 0,
            back: 0,
            bridged: false,
            breaks: 0,
            gave_up: false,
            disordered: false,
        }
    }

    /// Whether pages have to join: without an order there is nothing to tell by it.
    fn joints(&self) -> bool {
        self.order == Order::Stable && !self.gave_up
    }

    /// The next page to ask for while so many are queued.
    ///
    /// As far as the list is known to go, as many as there is room for; beyond, one, and with each full page
    /// after the first three more, so that a short list costs no guess and a long one soon has many.
    fn ahead(&mut self, queued: usize, guesses: usize) -> Option<u64> {
        let pages = if self.longest == 0 || (self.back > 0 && !self.bridged) {
            1
        } else if self.next < self.ends {
            usize::MAX
        } else if self.reach + 1 >= self.ends {
            (3 * self.full).saturating_sub(2).min(guesses).max(1)
        } else {
            1
        };
        if queued >= pages {
            return None;
        }
        let at = self.next;
        self.next += self.longest.saturating_sub(1).max(1);
        Some(at)
    }

    /// Takes in a page that joins, and tells whether it is the list's last.
    fn join(
        &mut self,
        at: u64,
        items: &[u128],
        new: &[bool],
        total: Option<u64>,
    ) -> Result<bool, ScanFault> {
        let len = items.len() as u64;
        let added = new.contains(&true);
        self.longest = self.longest.max(len);
        if self.order == Order::Stable && self.contradicts(items, new) {
            self.disordered = true;
            self.order = Order::Unstable;
        }
        let limit = match self.size {
            PageSize::Fixed(size) => u64::from(size),
            PageSize::Usual(_) => self.longest,
        };
        // Only of a documented length is a short page the last by itself. Otherwise the vendor's total has to
        // agree, or the last item has to be asked for again and nothing new come, where that can be told. A
        // total that is no more than the first page may count the page alone; one item leaves nothing to
        // overlap.
        let short = len < limit;
        let fixed = matches!(self.size, PageSize::Fixed(_));
        self.ends = total.unwrap_or(self.ends);
        let confirmed = at > 0 && (!added || !self.joints() || self.ends == at + len);
        if (short && (fixed || confirmed)) || (at == 0 && len <= 1) {
            return Ok(true);
        }
        if added {
            (self.stalled, self.idle) = (0, 0);
        }
        self.full = if short || !added || at + len <= self.ends { 0 } else { self.full + 1 };
        if at + len > self.furthest {
            self.furthest = at + len;
            self.breaks = 0;
            self.idle += u32::from(!added);
            self.stalled += u32::from(items.iter().all(|item| self.tail.contains(item)));
            if self.stalled > MAX_STALLED || self.idle > MAX_IDLE {
                return Err(ScanFault::RepeatedPage);
            }
        }
        self.reach = (at + len).saturating_sub(1);
        self.tail = items.to_vec();
        self.bridged &= self.back > 0;
        self.back = 0;
        Ok(false)
    }

    /// Whether two items that the page shares with the one before come in the other order: no change of a
    /// list that keeps its order does that, whatever is put into it or taken out.
    fn contradicts(&self, items: &[u128], new: &[bool]) -> bool {
        let known = items.iter().zip(new).filter(|(_, new)| !**new);
        let places = known.filter_map(|(item, _)| self.tail.iter().position(|other| other == item));
        !places.is_sorted()
    }

    fn mend(&mut self, at: u64, empty: bool) -> Mend {
        if empty && at > self.reach && self.back == 0 && !self.bridged {
            // Past the end: nothing lies behind it either.
            self.next = self.reach;
            return Mend::Afresh;
        }
        if self.back == 0 && !self.bridged {
            self.bridged = true;
            self.back = (self.longest / 2).max(1);
            return Mend::Across(self.reach.saturating_sub(self.back));
        }
        self.bridged = false;
        self.breaks += 1;
        if self.breaks > MAX_BREAKS {
            self.gave_up = true;
            return Mend::GiveUp;
        }
        if self.back == 0 {
            self.next = self.reach;
            return Mend::Afresh;
        }
        self.back *= 2;
        Mend::Back(self.reach.saturating_sub(self.back))
    }
}
