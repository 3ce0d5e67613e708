//! The walk over all lists of an account, one or one a container, as a state machine without I/O: which
//! pages to ask for within one window, in what order keys come out, and whether the lists have to be read
//! again.
//!
//! A list is read by a [`Scan`]. Several lists are read at the same time, and their keys come list by
//! list, so that the outcome does not depend on who answers first. A key that moves from one list to
//! another while they are read may be in neither when its turn comes; therefore lists that were not begun
//! after all others had ended are read once more. Lists that keep no order are read until nothing new is
//! found.

use std::collections::{HashSet, VecDeque};
use std::{iter, vec};

use crate::scan::{Answer, Scan, Trouble};
use crate::seen::Seen;
use crate::{ApiKey, Container, ErrorKind, Order, PageRequest, Paging, Warning};

/// So often is a list read that keeps no order.
pub(crate) const MAX_READINGS: u32 = 8;

#[derive(Debug)]
pub(crate) struct Tour {
    paging: Paging,
    lists: Vec<List>,
    /// The list whose keys come out.
    head: usize,
    /// How many requests were sent, and how many of them are unanswered.
    sent: u64,
    in_flight: usize,
    /// Which reading this is, counted from 1, and how many keys it found that are in no other.
    reading: u32,
    fresh: u64,
    found: u64,
    /// The keys of all lists and readings, once there may be several: until then, the list's own tell.
    seen: Option<Seen>,
    disordered: bool,
    gaps: bool,
}

#[derive(Debug)]
struct List {
    container: Option<Container>,
    scan: Scan<Vec<ApiKey>>,
    /// The pages whose keys wait to be handed out; of the first, some may be gone.
    pages: VecDeque<vec::IntoIter<ApiKey>>,
    trouble: Option<Trouble>,
    /// Whether the vendor no longer knew the container.
    lost: bool,
    /// How many requests had been sent when the first page was asked for, and when the last had come.
    began: Option<u64>,
    ended: Option<u64>,
}

/// A page to ask for.
#[derive(Debug)]
pub(crate) struct Errand {
    list: usize,
    ticket: u32,
    reading: u32,
    pub(crate) request: PageRequest,
}

/// What comes after all that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum After {
    Done,
    /// The lists have to be read again, and with them those containers that were made meanwhile.
    Again,
}

impl Tour {
    pub(crate) fn new(paging: Paging, containers: Vec<Option<Container>>) -> Self {
        let several = containers.len() > 1 || is_unstable(paging);
        let lists = containers.into_iter().map(|container| List::new(container, Scan::new(paging)));
        Self {
            paging,
            lists: lists.collect(),
            head: 0,
            sent: 0,
            in_flight: 0,
            reading: 1,
            fresh: 0,
            found: 0,
            seen: several.then(Seen::default),
            disordered: false,
            gaps: false,
        }
    }

    /// The next page to ask for, while no more than a window of requests is in flight.
    ///
    /// The list whose keys come out goes first, and may have a window of pages in flight or held; with those
    /// behind it, two. Half of the window is the most that is guessed before the others had their turn.
    pub(crate) fn ask(&mut self, window: usize) -> Option<Errand> {
        let flying = window.saturating_sub(self.in_flight);
        // Lists are begun in their order.
        let begun = self.lists.iter().skip(self.head).take_while(|list| list.began.is_some());
        let next = self.lists.len().min(self.head + begun.clone().count() + 1);
        let spare = window.saturating_mul(2).saturating_sub(begun.map(List::queued).sum());
        let behind = (self.head + 1..next).map(|at| (at, window / 2));
        let turns = iter::once((self.head, window / 2)).chain(behind);
        for (at, guesses) in turns.chain(iter::once((self.head, window))) {
            let list = self.lists.get_mut(at)?;
            let room = if at > self.head {
                flying.min(spare)
            } else if list.queued() == 0 {
                // Whatever shrank the window meanwhile, somebody has to go on.
                flying.max(1)
            } else {
                flying.min(window.saturating_sub(list.queued()))
            };
            let early = at > self.head || !list.pages.is_empty();
            if let Some((ticket, start)) = list.scan.ask(room, guesses, early) {
                list.began.get_or_insert(self.sent);
                let request = PageRequest::new(start).in_container(list.container.clone());
                self.sent += 1;
                self.in_flight += 1;
                return Some(Errand { list: at, ticket, reading: self.reading, request });
            }
        }
        None
    }

    /// Takes the answer to an errand.
    pub(crate) fn answer(&mut self, errand: &Errand, answer: crate::Result<Answer<Vec<ApiKey>>>) {
        self.in_flight -= 1;
        if errand.reading != self.reading {
            return;
        }
        // Several are read again, and the containers with them: then it shows whether one is gone.
        let may_be_gone = self.reading == 1 && self.lists.len() > 1;
        let list = &mut self.lists[errand.list];
        list.scan.answer(errand.ticket, answer);
        while let Some(joined) = list.scan.settle() {
            let joined = match joined {
                Ok(joined) => joined,
                Err(Trouble::Vendor(error))
                    if may_be_gone && error.kind() == ErrorKind::NotFound =>
                {
                    list.lost = true;
                    break;
                }
                Err(trouble) => {
                    list.trouble = Some(trouble);
                    break;
                }
            };
            let seen = &mut self.seen;
            let items = joined.items.iter().zip(&joined.new);
            let fresh = items.map(|(item, new)| match seen {
                Some(seen) => *new && seen.insert(*item),
                None => *new,
            });
            let keys = joined.payload.into_iter().zip(fresh);
            let keys: Vec<_> = keys.filter_map(|(key, fresh)| fresh.then_some(key)).collect();
            self.fresh += keys.len() as u64;
            if !keys.is_empty() {
                list.pages.push_back(keys.into_iter());
            }
        }
        if list.scan.is_finished() {
            list.ended.get_or_insert(self.sent);
            if self.seen.is_some() {
                drop(list.scan.take_chain());
            }
        }
    }

    /// The next key that is there, or what ended the list that it would have come from.
    pub(crate) fn next_key(&mut self) -> Option<Result<ApiKey, Trouble>> {
        loop {
            let list = self.lists.get_mut(self.head)?;
            if let Some(page) = list.pages.front_mut() {
                if let Some(key) = page.next() {
                    return Some(Ok(key));
                }
                list.pages.pop_front();
            } else if let Some(trouble) = list.trouble.take() {
                return Some(Err(trouble));
            } else if list.scan.is_finished() {
                self.head += 1;
            } else {
                return None;
            }
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.head == self.lists.len()
    }

    /// What to do when all lists have ended.
    pub(crate) fn after(&mut self) -> After {
        self.found += self.fresh;
        self.disordered |= self.lists.iter().any(|list| list.scan.is_disordered());
        self.gaps |= self.lists.iter().any(|list| list.scan.has_gaps());
        // A key may have moved from one list to another, and a list that falls short of the vendor's count may
        // owe it to keys that came and went.
        let doubtful = self.reading == 1 && (self.lists.len() > 1 || self.shortfall().is_some());
        let unsettled = self.is_unordered() && !self.agrees() && self.reading < MAX_READINGS;
        if doubtful || unsettled { After::Again } else { After::Done }
    }

    /// Begins the next reading, with the containers that there are by now.
    pub(crate) fn again(&mut self, containers: Vec<Option<Container>>) {
        let all = self.is_unordered() || self.shortfall().is_some();
        if let (None, [only]) = (&self.seen, &mut self.lists[..]) {
            self.seen = Some(only.scan.take_chain());
        }
        let id = |container: &Option<Container>| container.as_ref().map(|it| it.id.clone());
        let there: HashSet<_> = containers.iter().map(id).collect();
        let known: HashSet<_> = self.lists.iter().map(|list| id(&list.container)).collect();
        for container in containers.into_iter().filter(|it| !known.contains(&id(it))) {
            self.lists.push(List::new(container, Scan::new(self.paging)));
        }
        let ends: Vec<_> = self.lists.iter().map(|list| list.ended).collect();
        let mut at = 0;
        self.lists.retain_mut(|list| {
            let others = ends.iter().enumerate().filter(|(other, _)| *other != at);
            let last_other = others.filter_map(|(_, ended)| *ended).max();
            at += 1;
            // A key that came from another list came before that list had ended, or it was seen there.
            let settled = !all && !list.lost && list.began.is_some() && list.began >= last_other;
            // Of a container that is gone, the vendor would know nothing.
            let gone = !there.contains(&id(&list.container));
            *list = List::new(list.container.take(), list.scan.again(self.paging));
            !settled && !gone
        });
        (self.head, self.fresh) = (0, 0);
        self.reading += 1;
    }

    /// What a person should know about the outcome.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let times = self.reading;
        if self.disordered {
            warnings.push(Warning::incomplete(format!(
                "the vendor's list changed its order while it was read; {times} readings found these keys, \
                 and others may be missing"
            )));
        } else if self.is_unordered() && !self.agrees() {
            warnings.push(Warning::incomplete(format!(
                "the vendor's list keeps no order, and {times} readings of it did not come to agree; keys may \
                 be missing"
            )));
        }
        if self.gaps {
            warnings.push(Warning::incomplete(
                "the list changed faster than it could be read; keys may be missing",
            ));
        }
        if let Some((total, found)) = self.shortfall() {
            warnings.push(Warning::incomplete(format!(
                "the vendor counts {total} keys and showed {found}; unless the others were made while they \
                 were listed, they are missing"
            )));
        }
        warnings
    }

    fn is_unordered(&self) -> bool {
        self.disordered || is_unstable(self.paging)
    }

    /// Whether the last reading found nothing new, and as many as the vendor counts.
    fn agrees(&self) -> bool {
        self.fresh == 0 && self.shortfall().is_none()
    }

    /// How many keys the vendor counts and how many it showed, if they are fewer. A key of several lists is
    /// counted in each, so only a single list can be held against its count.
    fn shortfall(&self) -> Option<(u64, u64)> {
        let [list] = &self.lists[..] else { return None };
        if list.container.is_some() {
            return None;
        }
        let total = list.scan.total().filter(|total| *total > self.found)?;
        Some((total, self.found))
    }
}

impl List {
    fn new(container: Option<Container>, scan: Scan<Vec<ApiKey>>) -> Self {
        Self {
            container,
            scan,
            pages: VecDeque::new(),
            trouble: None,
            lost: false,
            began: None,
            ended: None,
        }
    }

    /// How many pages are on their way, or here and not yet handed out in full.
    fn queued(&self) -> usize {
        self.pages.len() + self.scan.queued()
    }
}

/// Whether a list is read until nothing new is found.
pub(crate) fn is_unstable(paging: Paging) -> bool {
    matches!(paging, Paging::Offset { order: Order::Unstable, .. })
}
