//! Tries every schedule of a few changes to a small list: at every point between a request and its response,
//! with the responses in every order.

use crate::listing::scan::{FetchedPage, Scan};
use crate::page::{Extent, Order, PageSize, Paging};

/// A list and its reader.
#[derive(Clone)]
struct World<R> {
    list: Vec<u128>,
    /// The keys that were there from the start and still exist.
    stayed: Vec<u128>,
    made: u128,
    /// The offsets of the requests so far, and the responses.
    log: Vec<(usize, Vec<u128>)>,
    reader: R,
}

impl<R: Reader> World<R> {
    /// Returns whether a list at rest with whole pages, which consists of what was found, gives the same responses.
    /// Then no reader can tell the difference.
    fn looks_at_rest(&self) -> bool {
        let found = self.reader.found();
        let page = self.log.iter().map(|(_, items)| items.len()).max().unwrap_or_default();
        self.log.iter().all(|(offset, items)| {
            let rest = found.get(*offset..).unwrap_or_default();
            rest[..page.min(rest.len())] == items[..]
        })
    }
}

/// A way to read a list, one response after the other.
trait Reader: Clone {
    /// Sends requests, and returns how many are in flight. Zero when the list has been read.
    fn asked(&mut self) -> usize;
    fn offset(&self, which: usize) -> usize;
    fn answer(&mut self, which: usize, items: &[u128], total: u64);
    fn found(&self) -> &[u128];
    /// Whether the reader says that keys may be missing.
    fn doubts(&self) -> bool;
}

/// What the vendor reports as its total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Total {
    None,
    OfList,
    OfPage,
}

#[derive(Clone, Copy, Debug)]
struct Setting {
    keys: u128,
    page: usize,
    window: usize,
    fixed: bool,
    total: Total,
    chances: Chances,
}

/// What may still happen while the list is read.
#[derive(Clone, Copy, Debug)]
struct Chances {
    /// The number of keys that are added or removed.
    changes: u32,
    /// The number of pages that the vendor cuts short.
    cuts: u32,
}

impl Chances {
    fn of_changes(changes: u32) -> Self {
        Self { changes, cuts: 0 }
    }

    fn of_cuts(cuts: u32) -> Self {
        Self { changes: 0, cuts }
    }
}

#[derive(Debug, Default)]
struct Verdict {
    schedules: u64,
    wrong: u64,
    /// The schedules that are wrong, whose reader has no doubts.
    unlabeled: u64,
    /// Those of them that look like a list at rest.
    undetectable: u64,
    /// The schedules that are right, and whose reader has doubts.
    false_alarms: u64,
}

/// Tries every schedule from this state on.
fn explore<R: Reader>(
    mut world: World<R>,
    page: usize,
    chances: Chances,
    asked: u64,
    verdict: &mut Verdict,
) {
    let in_flight = world.reader.asked();
    if in_flight == 0 {
        let found = world.reader.found();
        let missing = world.stayed.iter().any(|key| !found.contains(key));
        let twice = (1..found.len()).any(|at| found[..at].contains(&found[at]));
        let is_wrong = missing || twice;
        verdict.schedules += 1;
        verdict.wrong += u64::from(is_wrong);
        let is_unlabeled = is_wrong && !world.reader.doubts();
        verdict.unlabeled += u64::from(is_unlabeled);
        verdict.undetectable += u64::from(is_unlabeled && world.looks_at_rest());
        verdict.false_alarms += u64::from(!is_wrong && world.reader.doubts());
        return;
    }
    assert!(asked < 100, "no end");
    if chances.changes > 0 {
        let chances = Chances { changes: chances.changes - 1, ..chances };
        for at in 0..world.list.len() {
            let mut other = world.clone();
            let gone = other.list.remove(at);
            other.stayed.retain(|key| *key != gone);
            explore(other, page, chances, asked, verdict);
        }
        for at in [0, world.list.len()] {
            let mut other = world.clone();
            other.made += 1;
            other.list.insert(at, 1000 + other.made);
            explore(other, page, chances, asked, verdict);
        }
    }
    for which in 1..in_flight {
        let mut next = world.clone();
        serve(&mut next, which, page);
        explore(next, page, chances, asked + 1, verdict);
    }
    if chances.cuts > 0 {
        let chances = Chances { cuts: chances.cuts - 1, ..chances };
        let rest = world.list.len().saturating_sub(world.reader.offset(0));
        for short in 1..page.min(rest) {
            let mut next = world.clone();
            serve(&mut next, 0, short);
            explore(next, page, chances, asked + 1, verdict);
        }
    }
    serve(&mut world, 0, page);
    explore(world, page, chances, asked + 1, verdict);
}

fn serve<R: Reader>(world: &mut World<R>, which: usize, page: usize) {
    let offset = world.reader.offset(which);
    let from = offset.min(world.list.len());
    let to = (from + page).min(world.list.len());
    world.log.push((offset, world.list[from..to].to_vec()));
    world.reader.answer(which, &world.list[from..to], world.list.len() as u64);
}

/// What other clients do: they add up page lengths, and take an empty or short page for the last one.
#[derive(Clone)]
struct Naive {
    next: Option<usize>,
    page: usize,
    found: Vec<u128>,
}

impl Reader for Naive {
    fn asked(&mut self) -> usize {
        usize::from(self.next.is_some())
    }

    fn offset(&self, _: usize) -> usize {
        self.next.unwrap()
    }

    fn answer(&mut self, _: usize, items: &[u128], _: u64) {
        self.next = (items.len() == self.page).then(|| self.next.unwrap() + items.len());
        let new: Vec<_> = items.iter().filter(|item| !self.found.contains(item)).collect();
        self.found.extend(new);
    }

    fn found(&self) -> &[u128] {
        &self.found
    }

    fn doubts(&self) -> bool {
        false
    }
}

#[derive(Clone)]
struct Ours {
    scan: Scan<()>,
    in_flight: Vec<(u32, usize)>,
    window: usize,
    total: Total,
    found: Vec<u128>,
}

impl Reader for Ours {
    fn asked(&mut self) -> usize {
        while let room = self.window.saturating_sub(self.scan.queued())
            && let Some((ticket, start)) = self.scan.next_request(room, self.window, false)
        {
            self.in_flight.push((ticket, usize::try_from(start.offset()).unwrap()));
        }
        if self.scan.is_finished() { 0 } else { self.in_flight.len() }
    }

    fn offset(&self, which: usize) -> usize {
        self.in_flight[which].1
    }

    fn answer(&mut self, which: usize, items: &[u128], total: u64) {
        let (ticket, _) = self.in_flight.remove(which);
        let total = match self.total {
            Total::None => None,
            Total::OfList => Some(total),
            Total::OfPage => Some(items.len() as u64),
        };
        let extent = Extent::whole(items.len());
        let page = FetchedPage { payload: (), items: items.to_vec(), extent, next: None, total };
        self.scan.record(ticket, Ok(page));
        while let Some(ready) = self.scan.take_ready() {
            let ready = ready.unwrap();
            let new = ready.items.iter().zip(&ready.is_new).filter(|(_, new)| **new);
            self.found.extend(new.map(|(item, _)| *item));
        }
    }

    fn found(&self) -> &[u128] {
        &self.found
    }

    fn doubts(&self) -> bool {
        self.scan.has_gaps() || self.scan.has_cut_pages() || self.scan.order_changed()
    }
}

fn world<R>(keys: u128, reader: R) -> World<R> {
    let list: Vec<_> = (1..=keys).collect();
    World { stayed: list.clone(), list, made: 0, log: Vec::new(), reader }
}

fn ours(setting: Setting) -> Verdict {
    let Setting { keys, page, window, fixed, total, chances } = setting;
    let size = u32::try_from(page).unwrap();
    let size = if fixed { PageSize::Fixed(size) } else { PageSize::Usual(size) };
    let scan = Scan::new(Paging::Offset { size, order: Order::Stable });
    let reader = Ours { scan, in_flight: Vec::new(), window, total, found: Vec::new() };
    let mut verdict = Verdict::default();
    explore(world(keys, reader), page, chances, 0, &mut verdict);
    verdict
}

fn naive(keys: u128, page: usize, chances: Chances) -> Verdict {
    let mut verdict = Verdict::default();
    let reader = Naive { next: Some(0), page, found: Vec::new() };
    explore(world(keys, reader), page, chances, 0, &mut verdict);
    verdict
}

/// The longest list: without optimisation, a million schedules take some six seconds.
const KEYS: u128 = if cfg!(debug_assertions) { 5 } else { 7 };

/// Page lengths as documented or not, and totals.
const VENDORS: [(bool, Total); 4] =
    [(true, Total::None), (false, Total::None), (false, Total::OfList), (false, Total::OfPage)];

#[test]
fn no_schedule_of_changes_hides_a_key() {
    let mut schedules = 0;
    let mut missed = 0;
    for keys in 0..=KEYS {
        for page in 2..=4 {
            missed += naive(keys, page, Chances::of_changes(3)).wrong;
            for (window, changes) in [(1, 3), (2, 2), (3, 2)] {
                for (fixed, total) in VENDORS {
                    let chances = Chances::of_changes(changes);
                    let setting = Setting { keys, page, window, fixed, total, chances };
                    let verdict = ours(setting);
                    assert_eq!(verdict.wrong, 0, "{verdict:?} with {setting:?}");
                    schedules += verdict.schedules;
                }
            }
        }
    }
    assert!(schedules > if cfg!(debug_assertions) { 350_000 } else { 3_000_000 }, "{schedules}");
    assert!(missed > schedules / 1000, "adding page lengths is wrong in {missed} of its schedules");
}

#[test]
fn no_page_cut_short_hides_a_key_of_a_list_at_rest() {
    let (mut schedules, mut missed) = (0, 0);
    for keys in 0..=KEYS {
        for page in 2..=4 {
            missed += naive(keys, page, Chances::of_cuts(3)).wrong;
            for window in 1..=3 {
                for (_, total) in VENDORS {
                    let chances = Chances::of_cuts(5);
                    let setting = Setting { keys, page, window, fixed: false, total, chances };
                    let verdict = ours(setting);
                    assert_eq!(verdict.wrong, 0, "{verdict:?} with {setting:?}");
                    schedules += verdict.schedules;
                }
            }
        }
    }
    assert!(schedules > 10_000, "{schedules}");
    assert!(missed > 10, "a short page is taken for the last in {missed} schedules");
}

/// No schedule of requests can prove both at once. A listing that saw a short page with keys behind it says so. What
/// is left looks exactly like a list at rest.
#[test]
fn cut_pages_of_a_changing_list_are_reported() {
    let mut sum = Verdict::default();
    for keys in 0..KEYS {
        for page in 2..=4 {
            for (_, total) in VENDORS {
                let chances = Chances { changes: 1, cuts: 2 };
                let setting = Setting { keys, page, window: 2, fixed: false, total, chances };
                let verdict = ours(setting);
                sum.schedules += verdict.schedules;
                sum.wrong += verdict.wrong;
                sum.unlabeled += verdict.unlabeled;
                sum.undetectable += verdict.undetectable;
                sum.false_alarms += verdict.false_alarms;
            }
        }
    }
    assert_eq!(sum.unlabeled, sum.undetectable, "{sum:?}");
    assert!(sum.wrong > 2 * sum.unlabeled && sum.unlabeled * 100 < sum.schedules, "{sum:?}");
}
