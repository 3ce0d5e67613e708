//! Odd answers: whatever a server sends, nothing wrong is said, no secret is shown, and none is lost.
//!
//! Each case is one account at rest, one request of a user, and one odd answer among the plain ones. An oracle
//! that is written from the promises judges what the tool says.

mod binary;
mod check;
mod json;
mod library;
mod mutate;
mod said;
mod server;
mod vendor;

use std::io;
use std::path::Path;

use fastrand::Rng;

use self::check::{Ask, Case};
use self::mutate::Sent;
use self::server::{Server, Turn};
use self::vendor::{Vendor, World};
use crate::setup::Setup;
use crate::verdict::Verdict;

/// How many broken cases of each request are described.
const MAX_SHOWN: usize = 5;

/// What one kind of request came to.
#[derive(Debug, Default)]
struct Tally {
    cases: u64,
    odd: u64,
    wrong: u64,
    examples: Vec<String>,
}

/// How the tool is asked.
#[derive(Clone, Copy, Debug)]
enum Through<'a> {
    Library,
    Binary(&'a Path),
}

/// Sends each request of each vendor's account 100,000 times through the library and 2,000 times through the
/// binary, each time with one odd answer.
pub(super) fn run(setup: &Setup) -> io::Result<Verdict> {
    let mut verdict = Verdict::default();
    let binary = Through::Binary(&setup.keyroster);
    let ways = [
        ("library", Through::Library, setup.pick(400, 100_000)),
        ("binary", binary, setup.pick(20, 2_000)),
    ];
    for (way, through, cases) in ways {
        for vendor in Vendor::ALL {
            for ask in Ask::ALL {
                // Pinata cannot change keys.
                if vendor == Vendor::Pinata && matches!(ask, Ask::Disable | Ask::Limit) {
                    continue;
                }
                let tally = all(through, vendor, ask, cases, setup.seed)?;
                let what = format!("{way}, {}, {}", vendor.id(), ask.as_str());
                verdict.count(format!("{what}: answers, {} of them odd", tally.odd), tally.cases);
                if tally.wrong > 0 {
                    verdict.count(format!("{what}: WRONG"), tally.wrong);
                }
                verdict.broken.extend(tally.examples.iter().map(|it| format!("{what}: {it}")));
            }
        }
    }
    Ok(verdict)
}

/// Runs all cases of one request, on two threads.
fn all(through: Through<'_>, vendor: Vendor, ask: Ask, cases: u64, seed: u64) -> io::Result<Tally> {
    const WORKERS: usize = 2;
    let tallies = std::thread::scope(|scope| {
        let worker = |first: u64| {
            scope.spawn(move || -> io::Result<Tally> {
                let worker = Worker::start(through)?;
                let mut tally = Tally::default();
                for at in (first..cases).step_by(WORKERS) {
                    worker.case(vendor, ask, seed.wrapping_add(at), &mut tally)?;
                }
                Ok(tally)
            })
        };
        let handles: Vec<_> = (0..WORKERS as u64).map(worker).collect();
        let join = |handle: std::thread::ScopedJoinHandle<'_, io::Result<Tally>>| {
            handle.join().unwrap_or_else(|_| Err(io::Error::other("a case panicked")))
        };
        handles.into_iter().map(join).collect::<io::Result<Vec<_>>>()
    })?;
    Ok(tallies.into_iter().fold(Tally::default(), Tally::plus))
}

impl Tally {
    fn plus(mut self, other: Self) -> Self {
        self.cases += other.cases;
        self.odd += other.odd;
        self.wrong += other.wrong;
        self.examples.extend(other.examples);
        self.examples.truncate(MAX_SHOWN);
        self
    }
}

/// What one thread runs its cases with.
struct Worker<'a> {
    through: Through<'a>,
    server: Server,
    runtime: tokio::runtime::Runtime,
}

impl<'a> Worker<'a> {
    fn start(through: Through<'a>) -> io::Result<Self> {
        let server = Server::start()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { through, server, runtime })
    }

    /// Runs one case, which its number decides.
    fn case(&self, vendor: Vendor, ask: Ask, case: u64, tally: &mut Tally) -> io::Result<()> {
        let mut random = Rng::with_seed(case);
        let world = World::new(vendor, &mut random);
        let id = world.id(random.usize(0..world.keys.len()));
        let requests = if matches!(ask, Ask::List) { 6 } else { 2 };
        let plain = random.usize(0..requests);
        let at = self.server.address;
        self.server.begin(Turn { world: world.clone(), plain, random, sent: Vec::new() });
        let outcome = match self.through {
            Through::Library => self.runtime.block_on(library::ask(&world, at, ask, &id)),
            Through::Binary(binary) => {
                let folder = tempfile::tempdir()?;
                binary::ask(binary, folder.path(), &world, at, ask, &id)?
            }
        };
        let Some(turn) = self.server.end() else { return Ok(()) };
        let creates = turn.world.created;
        let run =
            Case { ask, world: &world, id: &id, sent: &turn.sent, creates, outcome: &outcome };
        tally.add(case, &turn.sent, &run.judge());
        Ok(())
    }
}

impl Tally {
    fn add(&mut self, case: u64, sent: &[Sent], broken: &[String]) {
        let odd = sent.iter().find(|sent| sent.oddity.is_some());
        self.cases += 1;
        self.odd += u64::from(odd.is_some());
        if broken.is_empty() {
            return;
        }
        self.wrong += 1;
        if self.examples.len() >= MAX_SHOWN {
            return;
        }
        let odd = odd.map_or_else(
            || "nothing odd".to_owned(),
            |sent| {
                let body: String = String::from_utf8_lossy(&sent.body).chars().take(300).collect();
                format!("{:?} {} {:?} {body}", sent.route, sent.status, sent.oddity)
            },
        );
        self.examples.push(format!("case {case}: {}\n      {odd}", broken.join("; ")));
    }
}
