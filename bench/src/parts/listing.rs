//! The time of a listing, compared with a sequential one and with the minimum that the latency allows.

use std::io;
use std::time::Duration;

use super::{Size, complete, in_turn, median_time, ratio};
use crate::job::{List, Serve, Vendor, Way};
use crate::process::{self, Server};
use crate::report::{Table, grouped, time, times};

/// Maximum number of pages that are requested at once in the computation of the floor.
const WINDOW: usize = 16;

/// The time after which no more runs are started.
const BUDGET: Duration = Duration::from_secs(8);

const COLUMNS: [&str; 10] = [
    "keys",
    "latency",
    "keyroster",
    "sequential",
    "gain",
    "floor",
    "over floor",
    "requests",
    "CPU",
    "runs",
];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let mut table = Table::new("listing", "Listing: the whole of an account", &COLUMNS).note(format!(
        "medians. *sequential* requests one page after the other until one is empty, with a plain reqwest \
         client, and decodes into `serde_json::Value`. *floor* is the latency times the minimum number of \
         rounds with at most {WINDOW} requests at once: at OpenRouter one round for the workspaces, then \
         one for the first page of each list, then full rounds for the other pages. keyroster reads \
         several workspaces twice, because a key may move between them; *sequential* and *floor* do not. \
         *requests* and *CPU* are keyroster's, then those of *sequential*"
    ));
    for vendor in Vendor::ALL {
        for keys in size.pick([50, 120], [1_000, 10_000]) {
            for latency in size.pick([0, 1, 5], [0, 20, 50]) {
                row(&mut table, size, (vendor, 1), keys, Duration::from_millis(latency))?;
            }
        }
    }
    for keys in size.pick([50, 120], [1_000, 10_000]) {
        let latency = Duration::from_millis(size.pick(5, 50));
        row(&mut table, size, (Vendor::OpenRouter, 3), keys, latency)?;
    }
    Ok(table)
}

fn row(
    table: &mut Table,
    size: Size,
    (vendor, workspaces): (Vendor, usize),
    keys: usize,
    latency: Duration,
) -> io::Result<()> {
    let server = Server::start(Serve::keys(keys).workspaces(workspaces).latency(latency))?;
    let account = server.first()?.account(vendor);
    let list = |way| {
        let job = List { account: account.clone(), way, rate: None };
        process::list(job).and_then(|listed| complete(listed, keys))
    };
    let (ours, theirs) = in_turn(size, BUDGET, || list(Way::Library), || list(Way::Sequential))?;
    let elapsed = median_time(ours.iter().map(|listed| listed.elapsed));
    let sequential = median_time(theirs.iter().map(|listed| listed.elapsed));
    let cpu = median_time(ours.iter().map(|listed| listed.cpu));
    let their_cpu = median_time(theirs.iter().map(|listed| listed.cpu));
    let requests = |of: &[crate::job::Listed]| of.first().map_or(0, |listed| listed.requests);
    let floor = latency * rounds(vendor, workspaces, requests(&theirs));
    let gain = ratio(sequential, elapsed);
    let name = match workspaces {
        1 => format!("{} {}", grouped(keys), vendor.name()),
        several => format!("{} {}, {several} workspaces", grouped(keys), vendor.name()),
    };
    table.row([
        name.clone(),
        format!("{} ms", latency.as_millis()),
        time(elapsed),
        time(sequential),
        times(gain),
        if latency.is_zero() { "–".to_owned() } else { time(floor) },
        if latency.is_zero() { "–".to_owned() } else { times(ratio(elapsed, floor)) },
        format!("{} / {}", requests(&ours), requests(&theirs)),
        format!("{} / {}", time(cpu), time(their_cpu)),
        ours.len().to_string(),
    ]);
    let name = format!("{name}, {} ms", latency.as_millis());
    table.bar(format!("{name}: gain over sequential"), gain);
    Ok(())
}

/// The minimum number of rounds for a listing. The sequential listing gives the number of pages: it requests
/// each, and an empty one after the last of each list.
fn rounds(vendor: Vendor, workspaces: usize, sequential_requests: u64) -> u32 {
    let requests = usize::try_from(sequential_requests).unwrap_or(usize::MAX);
    let (lists, before) = match vendor {
        Vendor::Pinata => (1, 0),
        Vendor::OpenRouter => (workspaces, 1),
    };
    let pages = requests.saturating_sub(lists + before);
    let rounds = before + 1 + pages.saturating_sub(lists).div_ceil(WINDOW);
    u32::try_from(rounds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::rounds;
    use crate::job::Vendor;

    #[test]
    fn rounds_are_minimal() {
        // 100 pages and an empty one: the first, then 99 in rounds of 16.
        assert_eq!(rounds(Vendor::Pinata, 1, 101), 1 + 7);
        assert_eq!(rounds(Vendor::Pinata, 1, 2), 1);
        // The workspaces, 4 pages in each of three, and an empty one each.
        assert_eq!(rounds(Vendor::OpenRouter, 3, 1 + 12 + 3), 1 + 1 + 1);
    }
}
