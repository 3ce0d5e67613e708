//! The time of a listing with a rate limit, compared with the minimum that the limit allows.

use std::io;
use std::time::Duration;

use super::{Size, complete, median_time, ratio};
use crate::job::{List, Rate, Serve, Vendor, Way};
use crate::process::{self, Server};
use crate::report::{Table, grouped, time, times};

const COLUMNS: [&str; 10] = [
    "keys",
    "limit",
    "keyroster",
    "floor",
    "over floor",
    "bare pages",
    "over bare pages",
    "requests",
    "answers 429",
    "runs",
];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let mut table = Table::new("limit", "Listing under a rate limit", &COLUMNS).note(
        "medians. The sandbox enforces the limit in windows that begin with the first request. *floor* is \
         the interval times the number of windows that have to pass before the last request may be sent. \
         *bare pages* is the same for pages that do not overlap, which can miss keys. With *limit set*, \
         keyroster has the same limit as a setting; with *limit not set*, it learns the limit from \
         refusals, and each refusal asks for a wait of one second",
    );
    let cases = [
        (Vendor::Pinata, size.pick(100, 10_000), size.pick(6, 120)),
        (Vendor::OpenRouter, size.pick(500, 10_000), size.pick(4, 20)),
    ];
    let interval_ms = size.pick(100, 1000);
    for (vendor, keys, requests) in cases {
        for is_set in [true, false] {
            row(&mut table, size, vendor, keys, Rate { requests, interval_ms }, is_set)?;
        }
    }
    Ok(table)
}

fn row(
    table: &mut Table,
    size: Size,
    vendor: Vendor,
    keys: usize,
    rate: Rate,
    is_set: bool,
) -> io::Result<()> {
    let mut runs = Vec::new();
    let mut refusals = Vec::new();
    for _ in 0..if is_set { size.pick(1, 3) } else { 1 } {
        // A server for each run, so that each begins with a new window.
        let server = Server::start(Serve { rate: Some(rate), ..Serve::keys(keys) })?;
        let account = server.first()?.account(vendor);
        let job = List { account, way: Way::Library, rate: is_set.then_some(rate) };
        runs.push(complete(process::list(job)?, keys)?);
        refusals.push(server.refusals()?);
    }
    let elapsed = median_time(runs.iter().map(|listed| listed.elapsed));
    let interval = Duration::from_millis(rate.interval_ms.into());
    let before = u64::from(vendor == Vendor::OpenRouter);
    let pages = keys.div_ceil(vendor.page_size()) as u64 + before;
    let least = |requests: u64| {
        let windows = requests.div_ceil(rate.requests.into()).saturating_sub(1);
        interval * u32::try_from(windows).unwrap_or(u32::MAX)
    };
    let requests = runs.iter().map(|listed| listed.requests).max().unwrap_or(0);
    let bare = least(pages);
    // Refused requests were retried, so they do not count as needed.
    let refused = refusals.iter().max().map_or(0, |refused| *refused as u64);
    let floor = least(requests.saturating_sub(refused));
    table.row([
        format!("{} {}", grouped(keys), vendor.name()),
        format!(
            "{} in {} ms, {}",
            rate.requests,
            rate.interval_ms,
            if is_set { "limit set" } else { "limit not set" }
        ),
        time(elapsed),
        time(floor),
        times(ratio(elapsed, floor)),
        time(bare),
        times(ratio(elapsed, bare)),
        requests.to_string(),
        refused.to_string(),
        runs.len().to_string(),
    ]);
    if is_set {
        let name = format!("{} {}: over the floor", grouped(keys), vendor.name());
        table.bar(name, ratio(elapsed, floor));
    }
    Ok(())
}
