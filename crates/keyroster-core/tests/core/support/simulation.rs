//! A vendor whose list moves between each request and its response, following a history.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::FutureExt;
use keyroster_core::{
    ApiKey, Capabilities, Container, ContainerPage, KeyProvider, Page, PageRequest, PageSize,
    Paging, Provider, ProviderId, ProviderInfo, Result, async_trait,
};
use tokio::sync::oneshot;

use crate::support::vendor::{by_offset, key};

/// What happens during a listing. Everything random follows from the seed.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) seed: u64,
    /// The number of keys at the start, and of the creation times that they share.
    pub(crate) keys: usize,
    pub(crate) instants: u64,
    pub(crate) containers: usize,
    pub(crate) page: usize,
    pub(crate) fixed: bool,
    pub(crate) total: bool,
    pub(crate) window: usize,
    /// The number of changes, and the percentage of steps that are changes while any are left.
    pub(crate) changes: usize,
    pub(crate) haste: u64,
    /// The percentage of pages that the vendor cuts short.
    pub(crate) cuts: u64,
}

/// The result of a listing.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Keys that were not found, although they stayed throughout and moved at most once.
    pub(crate) missing: Vec<String>,
    pub(crate) twice: usize,
    pub(crate) requests: usize,
}

/// Random numbers from a seed (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n ^ (n >> 31)) % end.max(1)
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }
}

#[derive(Clone, Debug)]
struct Row {
    id: String,
    created: u64,
    container: usize,
    disabled: bool,
    moves: u32,
    from_the_start: bool,
}

struct World {
    history: History,
    dice: Dice,
    rows: Vec<Row>,
    made: usize,
    requests: usize,
    /// Requests that the vendor has not processed yet, and responses that are under way.
    asked: Vec<(PageRequest, oneshot::Sender<Page>)>,
    answered: Vec<(Page, oneshot::Sender<Page>)>,
}

impl World {
    /// Sorts by creation time, newest first, and then by id. No change affects that order.
    fn sort(&mut self) {
        self.rows.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
    }

    fn change(&mut self) {
        let (some, at) = (!self.rows.is_empty(), self.dice.index(self.rows.len()));
        match self.dice.below(8) {
            0 | 1 => {
                self.made += 1;
                let row = Row {
                    id: format!("new{}", self.made),
                    created: self.dice.below(self.history.instants + 2),
                    container: self.dice.index(self.history.containers),
                    disabled: false,
                    moves: 0,
                    from_the_start: false,
                };
                self.rows.push(row);
                self.sort();
            }
            2..=4 if some => drop(self.rows.remove(at)),
            5 if some => self.rows[at].disabled = true,
            _ if some => {
                let to = self.dice.index(self.history.containers);
                self.rows[at].moves += u32::from(self.rows[at].container != to);
                self.rows[at].container = to;
            }
            _ => {}
        }
    }

    fn look(&mut self, which: usize) {
        let (request, sender) = self.asked.remove(which);
        let container: Option<usize> = request.container.map(|it| it.id.parse().unwrap());
        let rows = self.rows.iter().filter(|row| container.is_none_or(|it| row.container == it));
        let rows: Vec<_> = rows.collect();
        let from = usize::try_from(request.start.offset()).unwrap();
        let full = rows.len().saturating_sub(from).min(self.history.page);
        let is_cut = full > 1 && self.dice.below(100) < self.history.cuts;
        let len = if is_cut { 1 + self.dice.index(full - 1) } else { full };
        let keys = rows.iter().skip(from).take(len).map(|row| {
            let mut key = key(row.id.as_str());
            key.state.disabled = Some(row.disabled);
            key
        });
        let total = self.history.total.then_some(rows.len() as u64);
        self.answered.push((Page::new(keys.collect()).with_total(total), sender));
    }

    /// Performs one step. Returns false if there is nothing left to do.
    fn step(&mut self) -> bool {
        if self.history.changes > 0 && self.dice.below(100) < self.history.haste {
            self.history.changes -= 1;
            self.change();
        } else if !self.answered.is_empty() && (self.asked.is_empty() || self.dice.below(2) == 0) {
            let which = self.dice.index(self.answered.len());
            let (page, sender) = self.answered.swap_remove(which);
            // The listing may no longer wait for it.
            drop(sender.send(page));
        } else if !self.asked.is_empty() {
            let which = self.dice.index(self.asked.len());
            self.look(which);
        } else {
            return false;
        }
        true
    }
}

struct Simulation {
    info: ProviderInfo,
    window: usize,
    world: Arc<Mutex<World>>,
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Simulation")
    }
}

#[async_trait]
impl KeyProvider for Simulation {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn window(&self) -> usize {
        self.window
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let (sender, answer) = oneshot::channel();
        {
            let mut world = self.world.lock().unwrap();
            world.requests += 1;
            world.asked.push((request.clone(), sender));
        }
        Ok(answer.await.unwrap())
    }

    async fn list_containers(&self, _: &PageRequest) -> Result<ContainerPage> {
        let count = self.world.lock().unwrap().history.containers;
        let all = (0..count).map(|number| Container::new("project", number.to_string()));
        Ok(ContainerPage::new(all.collect()))
    }
}

/// Runs a way of listing against a history.
pub(crate) fn run<W, F>(history: &History, walk: W) -> Outcome
where
    W: FnOnce(Provider, History) -> F,
    F: Future<Output = Vec<ApiKey>>,
{
    let mut dice = Dice(history.seed);
    let rows = (0..history.keys).map(|number| Row {
        id: format!("k{number}"),
        created: 1 + dice.below(history.instants),
        container: dice.index(history.containers),
        disabled: false,
        moves: 0,
        from_the_start: true,
    });
    let rows = rows.collect();
    let mut world = World {
        history: history.clone(),
        dice,
        rows,
        made: 0,
        requests: 0,
        asked: Vec::new(),
        answered: Vec::new(),
    };
    world.sort();
    let world = Arc::new(Mutex::new(world));
    let lock = || -> MutexGuard<'_, World> { world.lock().unwrap() };

    let size = u32::try_from(history.page).unwrap();
    let size = if history.fixed { PageSize::Fixed(size) } else { PageSize::Usual(size) };
    let id = ProviderId::from_static("made-up");
    let can = Capabilities::LIST_ONLY;
    let mut info = ProviderInfo::new(id, "Made up", "https://made.example", by_offset(size), can);
    if history.containers > 1 {
        info = info.with_containers("project", Paging::Single);
    }
    let simulation = Simulation { info, window: history.window, world: Arc::clone(&world) };
    let mut walk = Box::pin(walk(Provider::new(simulation), history.clone()));
    let found = loop {
        if let Some(found) = walk.as_mut().now_or_never() {
            break found;
        }
        assert!(lock().step(), "the listing waits for nothing");
        assert!(lock().requests < 10_000, "no end");
    };

    let ids: BTreeSet<_> = found.iter().map(|key| key.id.to_string()).collect();
    let world = lock();
    let stayed = world.rows.iter().filter(|row| row.from_the_start && row.moves < 2);
    let missing = stayed.filter(|row| !ids.contains(&row.id)).map(|row| row.id.clone());
    Outcome { missing: missing.collect(), twice: found.len() - ids.len(), requests: world.requests }
}
