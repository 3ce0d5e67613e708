//! Decides whether the lists need another pass, which lists it reads again, and what is left in doubt.

use std::collections::HashSet;

use crate::listing::scan::Scan;
use crate::listing::scheduler::{List, Scheduler};
use crate::page::{Order, Paging};
use crate::record::key::Container;
use crate::warning::Warning;

/// Maximum number of passes over a list without a stable order.
pub(crate) const MAX_PASSES: u32 = 8;

/// What follows when all lists have been read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    Done,
    /// The lists have to be read again, including containers created during this pass.
    AnotherPass,
}

impl Scheduler {
    /// Ends the pass and decides whether another one is needed.
    pub(crate) fn end_pass(&mut self) -> NextStep {
        self.found += self.new_keys;
        self.order_changed |= self.lists.iter().any(|list| list.scan.order_changed());
        self.has_gaps |= self.lists.iter().any(|list| list.scan.has_gaps());
        self.has_cut_pages |= self.lists.iter().any(|list| list.scan.has_cut_pages());
        self.end_refused |= self.lists.iter().any(|list| list.scan.end_refused());
        // With several lists, a key may have moved from one to another. A single list that falls short of
        // the vendor's total may owe it to keys that came and went, which a second pass settles.
        let doubtful =
            self.pass == 1 && (self.lists.len() > 1 || self.missing_from_total().is_some());
        let unconfirmed = self.is_unordered() && !self.is_confirmed() && self.pass < MAX_PASSES;
        if doubtful || unconfirmed { NextStep::AnotherPass } else { NextStep::Done }
    }

    /// Starts another pass over the containers that exist by now.
    pub(crate) fn start_pass(&mut self, containers: Vec<Option<Container>>) {
        let read_all = self.is_unordered() || self.missing_from_total().is_some();
        if let (None, [only]) = (&self.seen, &mut self.lists[..]) {
            self.seen = Some(only.scan.take_chain());
        }
        let id = |container: &Option<Container>| container.as_ref().map(|it| it.id.clone());
        let existing: HashSet<_> = containers.iter().map(id).collect();
        let known: HashSet<_> = self.lists.iter().map(|list| id(&list.container)).collect();
        for container in containers.into_iter().filter(|it| !known.contains(&id(it))) {
            self.lists.push(List::new(container, Scan::new(self.paging)));
        }
        let ends: Vec<_> = self.lists.iter().map(|list| list.ended_at).collect();
        let mut at = 0;
        self.lists.retain_mut(|list| {
            let others = ends.iter().enumerate().filter(|(other, _)| *other != at);
            let last_other_end = others.filter_map(|(_, ended_at)| *ended_at).max();
            at += 1;
            // A list that began after all others had ended cannot have missed a moving key: the key either
            // arrived before that, or was seen in the list that it came from.
            let is_complete = !read_all
                && !list.container_gone
                && list.started_at.is_some()
                && list.started_at >= last_other_end;
            let exists = existing.contains(&id(&list.container));
            *list = List::new(list.container.take(), list.scan.next_pass(self.paging));
            exists && !is_complete
        });
        self.current = 0;
        self.new_keys = 0;
        self.pass += 1;
    }

    /// Returns what the caller should know about the result.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let passes = self.pass;
        if self.order_changed {
            warnings.push(Warning::incomplete(format!(
                "the vendor's list changed its order while it was read, even in {passes} passes: keys may be \
                 missing"
            )));
        } else if self.is_unordered() && !self.is_confirmed() {
            warnings.push(Warning::incomplete(format!(
                "the vendor's list has no stable order, and {passes} passes over it did not agree: keys may \
                 be missing"
            )));
        }
        if self.has_gaps {
            warnings.push(Warning::incomplete(
                "the list changed faster than it could be read: keys may be missing",
            ));
        }
        let missing = self.missing_from_total();
        // Where keys are missing, the pages before the end look short, too.
        let has_cut_pages = self.has_cut_pages && missing.is_none();
        warnings.extend(end_warnings("keys", has_cut_pages, self.end_refused));
        if let Some((total, found)) = missing {
            warnings.push(Warning::incomplete(format!(
                "the vendor counts {total} keys but returned {found}: the others are missing, or were created \
                 during the listing"
            )));
        }
        warnings
    }

    fn is_unordered(&self) -> bool {
        self.order_changed || is_unordered(self.paging)
    }

    /// Returns whether the last pass found nothing new and no fewer keys than the vendor counts.
    fn is_confirmed(&self) -> bool {
        self.new_keys == 0 && self.missing_from_total().is_none()
    }

    /// Returns the vendor's total and the number of keys found, if the vendor counts more than were found.
    ///
    /// One list is compared with the keys of all passes. Several are each compared with the keys of their own last
    /// pass: a key that moved counts in both of its lists.
    fn missing_from_total(&self) -> Option<(u64, u64)> {
        let is_only = self.lists.len() == 1;
        self.lists.iter().filter(|list| !list.container_gone).find_map(|list| {
            let found = if is_only { self.found } else { list.scan.found() };
            list.scan.total().filter(|total| *total > found).map(|total| (total, found))
        })
    }
}

/// Returns whether a list has to be read until a pass finds nothing new.
pub(crate) fn is_unordered(paging: Paging) -> bool {
    matches!(paging, Paging::Offset { order: Order::Unstable, .. })
}

/// Returns what to say of a list whose end is not proved. `items` is `keys` or `containers`.
pub(crate) fn end_warnings(items: &str, has_cut_pages: bool, end_refused: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if has_cut_pages {
        warnings.push(Warning::incomplete(format!(
            "a page of {items} was shorter than others, with more {items} behind it: if the list changed while it was \
             read, {items} may be missing"
        )));
    }
    if end_refused {
        warnings.push(Warning::incomplete(format!(
            "the vendor refused the page behind the last of the {items}, so its list may be longer: {items} may be \
             missing"
        )));
    }
    warnings
}
