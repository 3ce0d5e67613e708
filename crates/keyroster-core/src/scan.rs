//! The walk over one list, as a state machine without I/O: which page to ask for next, what is new on
//! a page, and when the list has ended.
//!
//! Offset paging walks a list that moves: a key revoked on an earlier page pulls the next ones
//! forward, and a client that only adds the page length skips one. The walk therefore overlaps. A page
//! counts only if it shares a key with the page before it (or starts at nought); otherwise it is asked
//! for again further back. Two slices of a list whose items keep their relative order, and that share
//! an item, cover everything between their ends, whenever each was read.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::{Cursor, PageSize, PageStart, Paging};

/// So many pages in a row may bring nothing new before the vendor is taken to ignore the offset. Keys that
/// are created meanwhile push the list back by as much as the walk goes forward, so a few prove nothing.
const MAX_STALLED: u32 = 16;

/// Items seen so far, as 128-bit fingerprints under keys drawn for this listing: 16 bytes an item
/// (and the table's slack) whatever the length of the vendor's ids.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    set: HashSet<u128>,
    hashers: (RandomState, RandomState),
}

impl Seen {
    pub(crate) fn fingerprint(&self, id: &str) -> u128 {
        let (high, low) = (self.hashers.0.hash_one(id), self.hashers.1.hash_one(id));
        (u128::from(high) << 64) | u128::from(low)
    }
}

/// Why a walk cannot go on: the vendor breaks its own paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScanFault {
    #[error("the vendor gave the same page cursor twice, so its list would never end")]
    RepeatedCursor,
    #[error("the vendor's next page holds only keys of earlier pages, so its list would never end")]
    RepeatedPage,
}

#[derive(Debug)]
pub(crate) struct Scan {
    style: Style,
    /// How many items were new, and how many the vendor last said there are.
    found: u64,
    total: Option<u64>,
}

#[derive(Debug)]
enum Style {
    Finished,
    Single,
    Cursor { at: Option<Cursor>, used: HashSet<u128> },
    Offset(Box<OffsetScan>),
}

#[derive(Debug)]
struct OffsetScan {
    size: PageSize,
    /// The offset to ask for.
    at: u64,
    /// Offset and items of the last page that counted.
    anchor: Option<(u64, Vec<u128>)>,
    /// By how many items the next page overlaps the last.
    overlap: u64,
    /// The most items that any page had.
    longest: usize,
    /// The items of this list that were new.
    found: u64,
    stalled: u32,
}

impl Scan {
    pub(crate) fn new(paging: Paging) -> Self {
        let style = match paging {
            Paging::Single => Style::Single,
            Paging::Cursor => Style::Cursor { at: None, used: HashSet::new() },
            Paging::Offset(size) => Style::Offset(Box::new(OffsetScan {
                size,
                at: 0,
                anchor: None,
                overlap: 1,
                longest: 0,
                found: 0,
                stalled: 0,
            })),
        };
        Self { style, found: 0, total: None }
    }

    /// Where the next page starts; none when the list has ended.
    pub(crate) fn next(&self) -> Option<PageStart> {
        Some(match &self.style {
            Style::Finished => return None,
            Style::Single | Style::Cursor { at: None, .. } => PageStart::First,
            Style::Cursor { at: Some(cursor), .. } => PageStart::Cursor(cursor.clone()),
            Style::Offset(scan) if scan.at == 0 => PageStart::First,
            Style::Offset(scan) => PageStart::Offset(scan.at),
        })
    }

    /// Takes the page that was asked for, and tells of each item whether it is new.
    pub(crate) fn accept(
        &mut self,
        items: &[&str],
        next: Option<Cursor>,
        total: Option<u64>,
        seen: &mut Seen,
    ) -> Result<Vec<bool>, ScanFault> {
        let items: Vec<u128> = items.iter().map(|id| seen.fingerprint(id)).collect();
        self.total = total.or(self.total);
        let fresh = self.take(items, next, total, seen)?;
        self.found += fresh.iter().filter(|new| **new).count() as u64;
        Ok(fresh)
    }

    /// How many more items the vendor counted than it showed, once the list has ended.
    pub(crate) fn shortfall(&self) -> Option<(u64, u64)> {
        let total = self.total.filter(|total| *total > self.found)?;
        Some((total, self.found))
    }

    fn take(
        &mut self,
        items: Vec<u128>,
        next: Option<Cursor>,
        total: Option<u64>,
        seen: &mut Seen,
    ) -> Result<Vec<bool>, ScanFault> {
        match &mut self.style {
            Style::Finished => Ok(vec![false; items.len()]),
            Style::Single => {
                self.style = Style::Finished;
                Ok(insert_all(&items, seen))
            }
            Style::Cursor { at, used } => {
                let fresh = insert_all(&items, seen);
                let Some(next) = next else {
                    self.style = Style::Finished;
                    return Ok(fresh);
                };
                if !used.insert(seen.fingerprint(next.as_str())) {
                    return Err(ScanFault::RepeatedCursor);
                }
                if !fresh.is_empty() && !fresh.contains(&true) {
                    return Err(ScanFault::RepeatedPage);
                }
                *at = Some(next);
                Ok(fresh)
            }
            Style::Offset(scan) => {
                let (fresh, ended) = scan.accept(items, total, seen)?;
                if ended {
                    self.style = Style::Finished;
                }
                Ok(fresh)
            }
        }
    }
}

impl OffsetScan {
    fn accept(
        &mut self,
        items: Vec<u128>,
        total: Option<u64>,
        seen: &mut Seen,
    ) -> Result<(Vec<bool>, bool), ScanFault> {
        if let Some((offset, last)) = &self.anchor
            && self.at > 0
            && !items.iter().any(|item| last.contains(item))
        {
            self.overlap = self.overlap * 2 + 1;
            self.at = (offset + last.len() as u64).saturating_sub(self.overlap);
            return Ok((vec![false; items.len()], false));
        }
        let fresh = insert_all(&items, seen);
        let new = fresh.iter().filter(|new| **new).count();
        self.found += new as u64;
        self.longest = self.longest.max(items.len());
        if self.is_end(items.len(), new, total) {
            return Ok((fresh, true));
        }
        self.stalled = if new == 0 { self.stalled + 1 } else { 0 };
        if self.stalled > MAX_STALLED {
            return Err(ScanFault::RepeatedPage);
        }
        let from = self.at;
        self.overlap = 1;
        self.at += items.len() as u64 - 1;
        self.anchor = Some((from, items));
        Ok((fresh, false))
    }

    /// Whether a page that counts, of so many items with so many new ones, is the last.
    fn is_end(&self, len: usize, new: usize, total: Option<u64>) -> bool {
        let short = len < self.size.get() as usize;
        // One item leaves nothing to overlap; a vendor does not page by one.
        let lone = self.at == 0 && len <= 1;
        // Asked again from the last item on, the vendor had nothing to add.
        let confirmed = self.at > 0 && new == 0 && len < self.longest;
        let declared = match self.size {
            PageSize::Fixed(_) => short,
            // A total of no more than the page may count the page alone, so it proves nothing.
            PageSize::Usual(_) => short && self.found > len as u64 && total == Some(self.found),
        };
        declared || lone || confirmed
    }
}

fn insert_all(items: &[u128], seen: &mut Seen) -> Vec<bool> {
    items.iter().map(|item| seen.set.insert(*item)).collect()
}
