//! How the chain of a list paged by offset grows, ends and is repaired.

use crate::listing::fault::PagingFault;
use crate::page::{Extent, Order, PageSize};

/// Maximum number of times in a row that the same page may come back before the vendor is taken to ignore
/// the offset.
const MAX_REPEATED_PAGES: u32 = 16;

/// Maximum number of pages in a row without a new item before the vendor is taken to start its list over
/// behind its end.
///
/// Keys created during the pass push the list back as fast as the pass moves forward, and there may be many
/// of them.
const MAX_IDLE_PAGES: u32 = 1024;

/// Maximum number of times in a row that the page behind the last one holds only keys that are known. After that, the
/// list ends there with a gap: it moves, or the vendor counts rows that it does not return.
const MAX_MOVED_ENDS: u32 = 8;

/// Maximum number of failed repairs before the pass gets any further. After that, the gap is left open.
const MAX_FAILED_REPAIRS: u32 = 16;

/// The chain of accepted pages. [`scan`](super::scan) explains what a chain is.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(crate) struct OffsetChain {
    size: PageSize,
    order: Order,
    /// The offset of the chain's last item when it was read.
    end: u64,
    /// The offset behind the last row of the page that was accepted last. Some of its rows may not be items.
    behind: u64,
    /// What the page that was accepted last says about the end of the list.
    ending: Ending,
    /// The items of the page that was accepted last.
    last_page: Vec<u128>,
    /// The number of rows of that page.
    last_rows: u64,
    /// The largest number of items on any page.
    longest_page: u64,
    /// The offset of the next page to request ahead.
    next: u64,
    /// The length of the list, as reported by the vendor or expected from an earlier pass.
    expected_len: u64,
    /// Whether the length is that of an earlier pass, and the vendor reports no total.
    from_earlier_pass: bool,
    /// The number of full pages in a row that came from beyond the expected end of the list.
    full_pages: usize,
    repeated_pages: u32,
    idle_pages: u32,
    /// The number of pages in a row that neither hold a new item nor reach further than others.
    stalled_pages: u32,
    furthest: u64,
    /// How many items before the chain's end the repairing page starts; zero if none is under way.
    step_back: u64,
    /// Whether a page was requested that bridges the current gap.
    bridged: bool,
    failed_repairs: u32,
    /// Whether the page that was accepted last ends with rows that have no readable id, and brought nothing new. The
    /// next page then begins right behind it.
    skips_rows: bool,
    /// How many times in a row the page behind the last one did not overlap the chain.
    loose_ends: u32,
    /// How many times in a row the page behind the last one held only items of the chain.
    moved_ends: u32,
    left_gap: bool,
    order_changed: bool,
    /// The number of rows of the shortest page with items behind it, as a later page or the total shows.
    shortest_inner_page: u64,
    follows_cut_page: bool,
    end_refused: bool,
}

/// What a page says about the end of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Nothing.
    Unknown,
    /// The list may end with this page: it is the first, and shorter than the vendor's pages usually are.
    Likely,
    /// The list ends with this page, unless the vendor cuts pages short: it is shorter than another.
    Short,
}

/// The rows of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    /// The items: the rows with a readable id.
    pub(crate) items: &'a [u128],
    /// Whether each item is new to the chain.
    pub(crate) is_new: &'a [bool],
    pub(crate) extent: Extent,
    /// The vendor's total in the same response.
    pub(crate) total: Option<u64>,
    /// Whether the page was requested after the one before it had arrived.
    pub(crate) is_fresh: bool,
}

/// What connects a page with the chain that it does not overlap.
pub(crate) enum Repair {
    /// A page across the gap, in front of the page that is there.
    Bridge(u64),
    /// A page so far back that the pages fetched ahead are of no use.
    StepBack(u64),
    /// The page at the end of the chain, as if nothing had been fetched ahead.
    Restart,
}

impl OffsetChain {
    pub(crate) fn new(size: PageSize, order: Order) -> Self {
        Self {
            size,
            order,
            end: 0,
            behind: 0,
            ending: Ending::Unknown,
            last_page: Vec::new(),
            last_rows: 0,
            longest_page: 0,
            next: 0,
            expected_len: 0,
            from_earlier_pass: false,
            full_pages: 0,
            repeated_pages: 0,
            idle_pages: 0,
            stalled_pages: 0,
            furthest: 0,
            step_back: 0,
            bridged: false,
            failed_repairs: 0,
            skips_rows: false,
            loose_ends: 0,
            moved_ends: 0,
            left_gap: false,
            order_changed: false,
            shortest_inner_page: u64::MAX,
            follows_cut_page: false,
            end_refused: false,
        }
    }

    /// Expects the list to be as long as an earlier pass found it.
    pub(crate) fn expect(&mut self, len: u64, previous: &Self) {
        self.expected_len = len;
        self.from_earlier_pass = true;
        self.longest_page = previous.longest_page;
    }

    pub(crate) fn order_changed(&self) -> bool {
        self.order_changed
    }

    pub(crate) fn has_gaps(&self) -> bool {
        self.left_gap
    }

    /// Returns whether the vendor cut a page short: there was a new item behind a page that is shorter than another.
    pub(crate) fn has_cut_pages(&self) -> bool {
        self.follows_cut_page || self.shortest_inner_page < self.longest_page
    }

    /// Returns whether the vendor refused the page behind the last item.
    pub(crate) fn end_refused(&self) -> bool {
        self.end_refused
    }

    /// Returns whether a page must overlap the chain. Without a stable order, an overlap proves nothing.
    pub(crate) fn needs_overlap(&self) -> bool {
        self.order == Order::Stable && !self.left_gap
    }

    /// Returns whether a page belongs to the chain.
    ///
    /// Only a shared item proves that nothing lies between the page and the chain. Where an overlap proves nothing,
    /// the page has to begin inside the chain or right behind it.
    pub(crate) fn accepts(&self, offset: u64, extent: Extent, overlaps: bool) -> bool {
        let is_behind = self.is_behind(offset);
        if extent.rows == 0 {
            return offset == 0 || is_behind || (!self.needs_overlap() && offset <= self.behind);
        }
        let is_unreadable = extent.readable == 0 && offset <= self.behind;
        let follows_cut_page = is_behind && self.loose_ends > 0;
        let follows_skipped_rows = self.skips_rows && offset == self.behind;
        let is_adjacent = offset <= self.behind && !self.needs_overlap();
        offset == 0
            || overlaps
            || is_unreadable
            || follows_cut_page
            || follows_skipped_rows
            || is_adjacent
    }

    /// Returns whether a page that the vendor failed to return at `offset` is needed. One beyond the chain was a guess,
    /// so an error there is not an error of the listing: the vendor may refuse offsets past its end.
    pub(crate) fn needs(&self, offset: u64) -> bool {
        offset <= self.end || self.is_behind(offset)
    }

    /// Ends the list if the vendor refused the page right behind a short one, and returns whether it does.
    pub(crate) fn ends_at_refusal(&mut self, offset: u64) -> bool {
        self.end_refused |= self.is_behind(offset);
        self.end_refused
    }

    /// Returns whether a page begins right behind a page that seems to be the last.
    pub(crate) fn is_behind(&self, offset: u64) -> bool {
        self.ending == Ending::Short && offset == self.behind
    }

    /// Requests the next page at the chain's end, or behind it.
    pub(crate) fn continue_at_end(&mut self) {
        self.next = if self.ending == Ending::Short { self.behind } else { self.end };
    }

    /// Returns the offset of the next page to request while `queued` pages are under way.
    ///
    /// Inside the expected length of the list, there is no limit but the caller's. Past that point, pages are requested
    /// ahead without knowing that they exist: one at first, then three more for each full page received. So a short
    /// list costs no guess, and a long one soon has many pages under way.
    pub(crate) fn next_offset(&mut self, queued: usize, guesses: usize) -> Option<u64> {
        let repairing = self.step_back > 0 && !self.bridged;
        let allowed = if self.longest_page == 0 || repairing {
            // Neither the page length nor the end of the chain is known, so nothing can be planned ahead.
            1
        } else if self.ending == Ending::Likely {
            // The last item once more, and what is behind it.
            2
        } else if self.ending == Ending::Short {
            // What is behind the last item.
            1
        } else if self.next < self.expected_len
            || (self.next == self.expected_len && self.from_earlier_pass)
        {
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
        let passes_end =
            offset < self.expected_len && offset + self.longest_page > self.expected_len;
        if self.ending == Ending::Likely && offset > self.behind {
            return None;
        }
        self.next = if self.ending == Ending::Likely && offset < self.behind {
            self.behind
        } else if self.from_earlier_pass && passes_end {
            self.expected_len
        } else {
            // Each page overlaps the one before it by an item.
            offset + self.longest_page.saturating_sub(1).max(1)
        };
        Some(offset)
    }

    /// Adds a page to the chain and returns whether the list ends with it.
    pub(crate) fn accept(&mut self, offset: u64, page: Rows<'_>) -> Result<bool, PagingFault> {
        let Rows { items, is_new, extent, total, is_fresh } = page;
        let Extent { rows, .. } = extent;
        let added = is_new.contains(&true);
        let follows_end = self.is_behind(offset);
        self.longest_page = self.longest_page.max(rows);
        if self.order == Order::Stable && self.contradicts_order(items, is_new) {
            self.order_changed = true;
            self.order = Order::Unstable;
        }
        if is_new.last() == Some(&true) && self.behind > 0 && is_fresh {
            self.shortest_inner_page = self.shortest_inner_page.min(self.last_rows);
        }
        if rows > 0 && total.is_some_and(|total| total > offset + rows) {
            self.shortest_inner_page = self.shortest_inner_page.min(rows);
        }
        self.follows_cut_page |=
            follows_end && added && (self.loose_ends > 0 || self.last_rows == 1);
        self.from_earlier_pass &= total.is_none();
        self.expected_len = total.unwrap_or(self.expected_len);
        self.moved_ends = if follows_end && !added && rows > 0 { self.moved_ends + 1 } else { 0 };
        if self.moved_ends > MAX_MOVED_ENDS {
            self.left_gap = true;
            return Ok(true);
        }
        if self.is_last(offset, rows, total) {
            return Ok(true);
        }
        if added {
            self.repeated_pages = 0;
            self.idle_pages = 0;
            self.loose_ends = 0;
        }
        let is_full_guess = !self.is_short(rows) && added && offset + rows > self.expected_len;
        self.full_pages = if is_full_guess { self.full_pages + 1 } else { 0 };
        let gets_further = added || offset + rows > self.furthest;
        self.stalled_pages = if gets_further { 0 } else { self.stalled_pages + 1 };
        if self.stalled_pages > MAX_IDLE_PAGES {
            return Err(PagingFault::RepeatedPage);
        }
        if offset + rows > self.furthest {
            self.furthest = offset + rows;
            self.failed_repairs = 0;
            self.idle_pages += u32::from(!added);
            let repeats = items.iter().all(|item| self.last_page.contains(item));
            self.repeated_pages += u32::from(repeats);
            if self.repeated_pages > MAX_REPEATED_PAGES || self.idle_pages > MAX_IDLE_PAGES {
                return Err(PagingFault::RepeatedPage);
            }
        }
        self.behind = offset + rows;
        // Rows that have no readable id leave nothing to overlap with.
        self.skips_rows = extent.readable < rows && !added;
        self.end = if self.skips_rows {
            self.behind
        } else {
            (offset + extent.readable).saturating_sub(1)
        };
        self.last_rows = rows;
        self.ending = self.ending_of(offset, rows, total, added);
        self.last_page = items.to_vec();
        self.bridged &= self.step_back > 0;
        self.step_back = 0;
        Ok(false)
    }

    fn is_short(&self, rows: u64) -> bool {
        let full = match self.size {
            PageSize::Fixed(size) => u64::from(size),
            PageSize::Usual(_) => self.longest_page,
        };
        // A page of one row leaves nothing to overlap with, so no page is that short but the last.
        rows < full || rows == 1
    }

    fn ending_of(&self, offset: u64, rows: u64, total: Option<u64>, added: bool) -> Ending {
        let more_is_counted = total.is_some_and(|total| total > offset + rows);
        if self.is_short(rows) && !(more_is_counted && added) {
            Ending::Short
        } else if offset == 0 && (rows < u64::from(self.size.get()) || total == Some(rows)) {
            Ending::Likely
        } else {
            Ending::Unknown
        }
    }

    /// Returns whether the list ends with a page: a short one if the vendor documents the page length or the total in
    /// the same response agrees, and otherwise the empty one right behind a short page. A total that is no larger than
    /// its page may count only that page.
    fn is_last(&self, offset: u64, rows: u64, total: Option<u64>) -> bool {
        let documented = matches!(self.size, PageSize::Fixed(_));
        let total_agrees = offset > 0 && total == Some(offset + rows);
        rows == 0 || (self.is_short(rows) && (documented || total_agrees))
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
        if !self.needs_overlap() {
            self.continue_at_end();
            return Repair::Restart;
        }
        if is_empty && offset > self.end && first_attempt {
            // A guess past the end. Nothing lies behind it either.
            self.continue_at_end();
            return Repair::Restart;
        }
        if self.is_behind(offset) && first_attempt {
            // The list has grown at its end, or the page before was cut short: the last item again shows which.
            self.loose_ends += 1;
            self.ending = Ending::Likely;
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
            // From here on, a page has to begin where the chain ends.
            self.left_gap = true;
            self.step_back = 0;
            self.next = self.end;
            return Repair::Restart;
        }
        if self.step_back == 0 {
            self.next = self.end;
            return Repair::Restart;
        }
        self.step_back *= 2;
        Repair::StepBack(self.end.saturating_sub(self.step_back))
    }
}
