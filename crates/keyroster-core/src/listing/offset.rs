//! How the chain of a list paged by offset grows, ends and is repaired.

use crate::listing::fault::PagingFault;
use crate::page::{Order, PageSize};

/// Maximum number of times in a row that the same page may come back before the vendor is taken to ignore
/// the offset.
const MAX_REPEATED_PAGES: u32 = 16;

/// Maximum number of pages in a row without a new item before the vendor is taken to start its list over
/// behind its end.
///
/// Keys created during the pass push the list back as fast as the pass moves forward, and there may be many
/// of them.
const MAX_IDLE_PAGES: u32 = 1024;

/// Maximum number of failed repairs before the pass gets any further. After that, the gap is left open.
const MAX_FAILED_REPAIRS: u32 = 16;

/// The chain of accepted pages. [`scan`](super::scan) explains what a chain is.
#[derive(Clone, Debug)]
pub(crate) struct OffsetChain {
    size: PageSize,
    order: Order,
    /// The offset of the chain's last item when it was read.
    end: u64,
    /// The items of the page that was accepted last.
    last_page: Vec<u128>,
    /// The largest number of items on any page.
    longest_page: u64,
    /// The offset of the next page to request ahead.
    next: u64,
    /// The length of the list, as reported by the vendor or expected from an earlier pass.
    expected_len: u64,
    /// The number of full pages in a row that came from beyond the expected end of the list.
    full_pages: usize,
    repeated_pages: u32,
    idle_pages: u32,
    furthest: u64,
    /// How many items before the chain's end the repairing page starts; zero if none is under way.
    step_back: u64,
    /// Whether a page was requested that bridges the current gap.
    bridged: bool,
    failed_repairs: u32,
    left_gap: bool,
    order_changed: bool,
}

/// What connects a page with the chain that it does not overlap.
pub(crate) enum Repair {
    /// A page across the gap, in front of the page that is there.
    Bridge(u64),
    /// A page so far back that the pages fetched ahead are of no use.
    StepBack(u64),
    /// The page at the end of the chain, as if nothing had been fetched ahead.
    Restart,
    /// Nothing: the list moves faster than it can be read.
    LeaveGap,
}

impl OffsetChain {
    pub(crate) fn new(size: PageSize, order: Order) -> Self {
        Self {
            size,
            order,
            end: 0,
            last_page: Vec::new(),
            longest_page: 0,
            next: 0,
            expected_len: 0,
            full_pages: 0,
            repeated_pages: 0,
            idle_pages: 0,
            furthest: 0,
            step_back: 0,
            bridged: false,
            failed_repairs: 0,
            left_gap: false,
            order_changed: false,
        }
    }

    /// Expects the list to be as long as an earlier pass found it.
    pub(crate) fn expect(&mut self, len: u64, previous: &Self) {
        self.expected_len = len;
        self.longest_page = previous.longest_page;
    }

    pub(crate) fn order_changed(&self) -> bool {
        self.order_changed
    }

    pub(crate) fn has_gaps(&self) -> bool {
        self.left_gap
    }

    /// Returns whether a page must overlap the chain. Without a stable order, an overlap proves nothing.
    pub(crate) fn needs_overlap(&self) -> bool {
        self.order == Order::Stable && !self.left_gap
    }

    /// Returns whether a page at `offset` starts inside the chain.
    pub(crate) fn reaches(&self, offset: u64) -> bool {
        offset <= self.end
    }

    /// Requests the next page at the chain's end.
    pub(crate) fn continue_at_end(&mut self) {
        self.next = self.end;
    }

    /// Returns the offset of the next page to request while `queued` pages are under way.
    ///
    /// Inside the expected length of the list, there is no limit but the caller's. Past that point, pages are requested ahead without knowing that they exist: one at first, then three more for each full page received. So a short list costs no
    /// guess, and a long one soon has many pages under way.
    pub(crate) fn next_offset(&mut self, queued: usize, guesses: usize) -> Option<u64> {
        let repairing = self.step_back > 0 && !self.bridged;
        let allowed = if self.longest_page == 0 || repairing {
            // Neither the page length nor the end of the chain is known, so nothing can be planned ahead.
            1
        } else if self.next < self.expected_len {
            usize::MAX
        } else if self.end + 1 >= self.expected_len {
            (3 * self.full_pages).saturating_sub(2).min(guesses).max(1)
        } else {
            1
        };
        if queued >= allowed {
            return None;
        }
        let offset = self.next;
        // Each page overlaps the one before it by an item.
        self.next += self.longest_page.saturating_sub(1).max(1);
        Some(offset)
    }

    /// Adds a page to the chain and returns whether it is the last page of the list.
    pub(crate) fn accept(
        &mut self,
        offset: u64,
        items: &[u128],
        is_new: &[bool],
        total: Option<u64>,
    ) -> Result<bool, PagingFault> {
        let len = items.len() as u64;
        let added = is_new.contains(&true);
        self.longest_page = self.longest_page.max(len);
        if self.order == Order::Stable && self.contradicts_order(items, is_new) {
            self.order_changed = true;
            self.order = Order::Unstable;
        }
        self.expected_len = total.unwrap_or(self.expected_len);
        if self.is_last(offset, len, added) {
            return Ok(true);
        }
        if added {
            self.repeated_pages = 0;
            self.idle_pages = 0;
        }
        let is_full_guess = !self.is_short(len) && added && offset + len > self.expected_len;
        self.full_pages = if is_full_guess { self.full_pages + 1 } else { 0 };
        if offset + len > self.furthest {
            self.furthest = offset + len;
            self.failed_repairs = 0;
            self.idle_pages += u32::from(!added);
            let repeats = items.iter().all(|item| self.last_page.contains(item));
            self.repeated_pages += u32::from(repeats);
            if self.repeated_pages > MAX_REPEATED_PAGES || self.idle_pages > MAX_IDLE_PAGES {
                return Err(PagingFault::RepeatedPage);
            }
        }
        self.end = (offset + len).saturating_sub(1);
        self.last_page = items.to_vec();
        self.bridged &= self.step_back > 0;
        self.step_back = 0;
        Ok(false)
    }

    fn is_short(&self, len: u64) -> bool {
        let full = match self.size {
            PageSize::Fixed(size) => u64::from(size),
            PageSize::Usual(_) => self.longest_page,
        };
        len < full
    }

    /// Returns whether a page is the last page of the list.
    ///
    /// If the page length is documented, a short page is the last one. Otherwise the vendor may cut pages
    /// short at will. Then either the vendor's total has to agree, or the page has to bring nothing new
    /// although it starts with the chain's last item.
    fn is_last(&self, offset: u64, len: u64, added: bool) -> bool {
        if offset == 0 && len <= 1 {
            // A single item leaves nothing to overlap with.
            return true;
        }
        let documented = matches!(self.size, PageSize::Fixed(_));
        // A total that equals the length of the first page may count that page alone, so it proves nothing.
        let total_agrees = self.expected_len == offset + len;
        let confirmed = offset > 0 && (!added || !self.needs_overlap() || total_agrees);
        self.is_short(len) && (documented || confirmed)
    }

    /// Returns whether two items that the page shares with the one before it come in the other order.
    ///
    /// In a list that keeps its order, no insertion or removal causes that.
    fn contradicts_order(&self, items: &[u128], is_new: &[bool]) -> bool {
        let known = items.iter().zip(is_new).filter(|(_, is_new)| !**is_new);
        let places =
            known.filter_map(|(item, _)| self.last_page.iter().position(|other| other == item));
        !places.is_sorted()
    }

    /// Chooses what to request after the page at `offset` did not overlap the chain.
    ///
    /// The cheapest repair comes first: a bridge keeps the pages that were fetched ahead. If the bridge does
    /// not overlap either, the list has moved by more than half a page, and the repair steps back, twice as
    /// far each time.
    pub(crate) fn repair(&mut self, offset: u64, is_empty: bool) -> Repair {
        let first_attempt = self.step_back == 0 && !self.bridged;
        if is_empty && offset > self.end && first_attempt {
            // A guess past the end. Nothing lies behind it either.
            self.next = self.end;
            return Repair::Restart;
        }
        if first_attempt {
            self.bridged = true;
            self.step_back = (self.longest_page / 2).max(1);
            return Repair::Bridge(self.end.saturating_sub(self.step_back));
        }
        self.bridged = false;
        self.failed_repairs += 1;
        if self.failed_repairs > MAX_FAILED_REPAIRS {
            self.left_gap = true;
            return Repair::LeaveGap;
        }
        if self.step_back == 0 {
            self.next = self.end;
            return Repair::Restart;
        }
        self.step_back *= 2;
        Repair::StepBack(self.end.saturating_sub(self.step_back))
    }
}
