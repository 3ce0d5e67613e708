//! Tries every schedule of a few changes to a small list: at every point between a request and its response,
//! with the responses in every order.

use crate::listing::scan::{FetchedPage, Scan};
use crate::page::{Order, PageSize, Paging};

/// A list and its reader.
#[derive(Clone)]
struct World<R> {
    list: Vec<u128>,
    /// The keys that were there from the start and still exist.
    stayed: Vec<u128>,
    made: u128,
    reader: R,
}

/// A way to read a list, one response after the other.
trait Reader: Clone {
    /// Sends requests, and returns how many are in flight. Zero when the list has been read.
    fn asked(&mut self) -> usize;
    fn offset(&self, which: usize) -> usize;
    fn answer(&mut self, which: usize, items: &[u128], total: u64);
    fn found(&self) -> &[u128];
}

#[derive(Clone, Copy, Debug)]
struct Setting {
    keys: u128,
    page: usize,
    window: usize,
    fixed: bool,
    total: bool,
    changes: u32,
}

#[derive(Default)]
struct Verdict {
    schedules: u64,
    wrong: u64,
}

/// Tries every schedule from this state on.
fn explore<R: Reader>(
    mut world: World<R>,
    page: usize,
    changes: u32,
    asked: u64,
    verdict: &mut Verdict,
) {
    let in_flight = world.reader.asked();
    if in_flight == 0 {
        let found = world.reader.found();
        let missing = world.stayed.iter().any(|key| !found.contains(key));
        let twice = (1..found.len()).any(|at| found[..at].contains(&found[at]));
        verdict.schedules += 1;
        verdict.wrong += u64::from(missing || twice);
        return;
    }
    assert!(asked < 100, "no end");
    if changes > 0 {
        for at in 0..world.list.len() {
            let mut other = world.clone();
            let gone = other.list.remove(at);
            other.stayed.retain(|key| *key != gone);
            explore(other, page, changes - 1, asked, verdict);
        }
        for at in [0, world.list.len()] {
            let mut other = world.clone();
            other.made += 1;
            other.list.insert(at, 1000 + other.made);
            explore(other, page, changes - 1, asked, verdict);
        }
    }
    for which in 1..in_flight {
        let mut next = world.clone();
        serve(&mut next, which, page);
        explore(next, page, changes, asked + 1, verdict);
    }
    serve(&mut world, 0, page);
    explore(world, page, changes, asked + 1, verdict);
}

fn serve<R: Reader>(world: &mut World<R>, which: usize, page: usize) {
    let from = world.reader.offset(which).min(world.list.len());
    let to = (from + page).min(world.list.len());
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
}

#[derive(Clone)]
struct Ours {
    scan: Scan<()>,
    in_flight: Vec<(u32, usize)>,
    window: usize,
    total: bool,
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
        let total = self.total.then_some(total);
        let page = FetchedPage { payload: (), items: items.to_vec(), next: None, total };
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
}

fn world<R>(keys: u128, reader: R) -> World<R> {
    let list: Vec<_> = (1..=keys).collect();
    World { stayed: list.clone(), list, made: 0, reader }
}

fn ours(setting: Setting) -> Verdict {
    let Setting { keys, page, window, fixed, total, changes } = setting;
    let size = u32::try_from(page).unwrap();
    let size = if fixed { PageSize::Fixed(size) } else { PageSize::Usual(size) };
    let scan = Scan::new(Paging::Offset { size, order: Order::Stable });
    let reader = Ours { scan, in_flight: Vec::new(), window, total, found: Vec::new() };
    let mut verdict = Verdict::default();
    explore(world(keys, reader), page, changes, 0, &mut verdict);
    verdict
}

fn naive(keys: u128, page: usize, changes: u32) -> Verdict {
    let mut verdict = Verdict::default();
    let reader = Naive { next: Some(0), page, found: Vec::new() };
    explore(world(keys, reader), page, changes, 0, &mut verdict);
    verdict
}

/// The longest list: without optimisation, a million schedules take some six seconds.
const KEYS: u128 = if cfg!(debug_assertions) { 5 } else { 7 };

#[test]
fn no_schedule_of_changes_hides_a_key() {
    let mut schedules = 0;
    let mut missed = 0;
    for keys in 0..=KEYS {
        for page in 2..=4 {
            missed += naive(keys, page, 3).wrong;
            for (window, changes) in [(1, 3), (2, 2), (3, 2)] {
                for (fixed, total) in [(true, false), (false, false), (false, true)] {
                    let setting = Setting { keys, page, window, fixed, total, changes };
                    let verdict = ours(setting);
                    assert_eq!(verdict.wrong, 0, "of {} with {setting:?}", verdict.schedules);
                    schedules += verdict.schedules;
                }
            }
        }
    }
    assert!(schedules > if cfg!(debug_assertions) { 350_000 } else { 3_000_000 }, "{schedules}");
    assert!(missed > schedules / 1000, "adding page lengths is wrong in {missed} of its schedules");
}
