//! Many accounts asked as one.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::{Size, median_time, ratio};
use crate::job::{Job, Roster, Rostered, Serve, Vendor};
use crate::measure::per;
use crate::process::{Server, Worker, sockets};
use crate::report::{Table, grouped, mib, three, time, times};

const LATENCY: Duration = Duration::from_millis(20);
const KEYS: usize = 30;

const COLUMNS: [&str; 9] = [
    "accounts",
    "keys",
    "time",
    "slowest account",
    "of the slowest",
    "requests a second",
    "CPU",
    "peak memory",
    "open sockets",
];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let mut table = Table::new("roster", "A roster of many accounts", &COLUMNS).note(format!(
        "medians of {} runs. Half of the accounts are Pinata's and half OpenRouter's. Each has {KEYS} \
         keys and an address of its own, {} ms away. The slowest account's time is measured from its first request \
         to its last response. *open sockets* is the maximum at one time, sampled every 5 ms",
        size.pick(1, 3),
        LATENCY.as_millis(),
    ));
    let (few, many) = size.pick((2, 10), (10, 1_000));
    for (accounts, at_once) in [(few, None), (many, None), (many, Some(many))] {
        row(&mut table, size, accounts, at_once)?;
    }
    Ok(table)
}

fn row(table: &mut Table, size: Size, accounts: usize, at_once: Option<usize>) -> io::Result<()> {
    let serve = Serve { sandboxes: accounts / 2, ..Serve::keys(KEYS).latency(LATENCY) };
    let mut runs = Vec::new();
    let mut open = 0;
    for _ in 0..size.pick(1, 3) {
        let server = Server::start(serve)?;
        let each = server.served.iter().flat_map(|served| Vendor::ALL.map(|it| served.account(it)));
        let (rostered, most) = watched(&Job::Roster(Roster { accounts: each.collect(), at_once }))?;
        if rostered.failures > 0 || rostered.listed.keys != accounts * KEYS {
            let Rostered { listed, failures, .. } = rostered;
            let message =
                format!("{} keys were listed, and {failures} accounts failed", listed.keys);
            return Err(io::Error::other(message));
        }
        open = open.max(most);
        runs.push(rostered);
    }
    let elapsed = median_time(runs.iter().map(|run| run.listed.elapsed));
    let slowest = median_time(runs.iter().map(|run| run.slowest));
    let cpu = median_time(runs.iter().map(|run| run.listed.cpu));
    let requests = runs.first().map_or(0, |run| run.listed.requests);
    let peak = runs.iter().map(|run| run.listed.peak_kib).max().unwrap_or(0);
    let requests = per(requests, 1) / elapsed.as_secs_f64();
    let name = match at_once {
        None => grouped(accounts),
        Some(_) => format!("{}, all at once", grouped(accounts)),
    };
    table.row([
        name.clone(),
        grouped(accounts * KEYS),
        time(elapsed),
        time(slowest),
        times(ratio(elapsed, slowest)),
        three(requests),
        time(cpu),
        mib(peak),
        open.to_string(),
    ]);
    table.bar(format!("{name}: of the slowest"), ratio(elapsed, slowest));
    Ok(())
}

/// Runs the job, and returns its result and the maximum number of open sockets of its process.
fn watched(job: &Job) -> io::Result<(Rostered, usize)> {
    let mut worker = Worker::start(job)?;
    let id = worker.id();
    let done = AtomicBool::new(false);
    let most = AtomicUsize::new(0);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(sockets(id), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let outcome = worker.answer();
        done.store(true, Ordering::Relaxed);
        outcome
    });
    Ok((outcome?, most.into_inner()))
}
