//! `keyroster list -o jsonl`: the time of the first line, and of all.

use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Size, median_time, ratio};
use crate::job::{Serve, Served};
use crate::process::{Server, peak_kib, sibling};
use crate::report::{Table, grouped, mib, three, time};

const COLUMNS: [&str; 6] = ["keys", "first line", "all", "share", "peak memory", "runs"];

pub(super) fn measure(size: Size) -> io::Result<Table> {
    let mut table = Table::new("jsonl", "`keyroster list -o jsonl`", &COLUMNS).note(
        "medians of the binary's whole run, including its start. Half of the keys are Pinata's and half \
         OpenRouter's, and both vendors answer at the same time",
    );
    for keys in size.pick([200, 1_000], [10_000, 100_000]) {
        let server = Server::start(Serve::keys(keys / 2))?;
        let mut runs = Vec::new();
        for _ in 0..size.pick(1, 3) {
            let run = run(server.first()?)?;
            if run.lines != keys {
                return Err(io::Error::other(format!("{} of {keys} keys came", run.lines)));
            }
            runs.push(run);
        }
        let first = median_time(runs.iter().map(|run| run.first));
        let all = median_time(runs.iter().map(|run| run.all));
        table.row([
            grouped(keys),
            time(first),
            time(all),
            format!("{} %", three(ratio(first, all) * 100.0)),
            mib(runs.iter().map(|run| run.peak_kib).max().unwrap_or(0)),
            runs.len().to_string(),
        ]);
    }
    Ok(table)
}

#[derive(Default)]
struct Run {
    lines: usize,
    first: Duration,
    all: Duration,
    peak_kib: u64,
}

fn run(served: &Served) -> io::Result<Run> {
    let start = Instant::now();
    let mut child = Command::new(sibling("keyroster")?)
        .args(["list", "-o", "jsonl"])
        .env("PINATA_JWT", &served.pinata.jwt)
        .env("PINATA_BASE_URL", &served.pinata.base_url)
        .env("OPENROUTER_MANAGEMENT_KEY", &served.openrouter.management_key)
        .env("OPENROUTER_BASE_URL", &served.openrouter.base_url)
        .stdout(Stdio::piped())
        .spawn()?;
    let process = child.id().to_string();
    let mut run = Run::default();
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            line.clear();
            run.lines += 1;
            if run.lines == 1 {
                run.first = start.elapsed();
            }
            // The peak only grows, and cannot be read once the process has ended.
            if run.lines % 100 == 0 {
                run.peak_kib = peak_kib(&process).unwrap_or(run.peak_kib);
            }
        }
    }
    run.all = start.elapsed();
    if child.wait()?.success() { Ok(run) } else { Err(io::Error::other("`keyroster list` failed")) }
}
