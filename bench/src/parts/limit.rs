//! A listing's time under a rate limit, against the least that the limit allows.

use std::io;
use std::time::Duration;

use super::{Size, complete, median_time, ratio};
use crate::job::{List, Rate, Serve, Vendor, Way};
use crate::process::{self, Server};
use crate::report::{Table, grouped, time, times};

const COLUMNS: [&str; 8] =
    ["keys", "limit", "keyroster", "floor", "over floor", "requests", "answers 429", "runs"];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let mut table = Table::new("limit", "Listing under a rate limit", &COLUMNS).note(
        "medians; the sandbox enforces the limit, in windows that begin with the first request; *floor* \
         is the interval times the windows that have to pass before the last page may be asked for, \
         computed from the number of pages; *told* is keyroster with the same limit set, *not told* \
         without, when it learns by refusals, each of which asks for a second's wait",
    );
    let cases = [
        (Vendor::Pinata, size.pick(100, 10_000), size.pick(6, 120)),
        (Vendor::OpenRouter, size.pick(500, 10_000), size.pick(4, 20)),
    ];
    let interval_ms = size.pick(100, 1000);
    for (vendor, keys, requests) in cases {
        for told in [true, false] {
            row(&mut table, size, vendor, keys, Rate { requests, interval_ms }, told)?;
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
    told: bool,
) -> io::Result<()> {
    let mut runs = Vec::new();
    let mut refusals = Vec::new();
    for _ in 0..if told { size.pick(1, 3) } else { 1 } {
        // A server for each run, or the limit of the last one would hold on.
        let server = Server::start(Serve { rate: Some(rate), ..Serve::keys(keys) })?;
        let account = server.first()?.account(vendor);
        let job = List { account, way: Way::Library, rate: told.then_some(rate) };
        runs.push(complete(process::list(job)?, keys)?);
        refusals.push(server.refusals()?);
    }
    let elapsed = median_time(runs.iter().map(|listed| listed.elapsed));
    let interval = Duration::from_millis(rate.interval_ms.into());
    let before = u64::from(vendor == Vendor::OpenRouter);
    let pages = keys.div_ceil(vendor.page_size()) as u64 + before;
    let windows = pages.div_ceil(rate.requests.into()) - 1;
    let floor = interval * u32::try_from(windows).unwrap_or(u32::MAX);
    table.row([
        format!("{} {}", grouped(keys), vendor.name()),
        format!(
            "{} in {} ms, {}",
            rate.requests,
            rate.interval_ms,
            if told { "told" } else { "not told" }
        ),
        time(elapsed),
        time(floor),
        times(ratio(elapsed, floor)),
        runs.iter().map(|listed| listed.requests).max().unwrap_or(0).to_string(),
        refusals.iter().max().map_or_else(String::new, ToString::to_string),
        runs.len().to_string(),
    ]);
    if told {
        let name = format!("{} {}: over the floor", grouped(keys), vendor.name());
        table.bar(name, ratio(elapsed, floor));
    }
    Ok(())
}
