//! The jobs of other processes: serving and listing.

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt};
use keyroster::openrouter::OpenRouter;
use keyroster::pinata::Pinata;
use keyroster::{Error, ListKeys, Provider, Result, RosterEvent};
use keyroster_http::{HttpOptions, Limits};
use keyroster_sandbox::{OpenRouterQuirks, PinataQuirks, RateLimit, Sandbox};
use serde::Serialize;

use crate::job::{Account, Job, List, Listed, Rate, Roster, Rostered, Serve, Vendor, Way};
use crate::measure::process_cpu;
use crate::naive::Walk;
use crate::process::peak_kib;

/// Reads a job from standard input, and does it.
pub fn run() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let job = serde_json::from_str(&line)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match job {
        Job::Serve(job) => {
            let sandboxes = runtime.block_on(serve(job))?;
            let lines: Vec<String> = sandboxes.iter().map(Sandbox::ready_line).collect();
            answer_text(&format!("[{}]", lines.join(",")))?;
            // It serves on this thread, and standard input is read on another one.
            runtime.block_on(closed());
            Ok(())
        }
        Job::List(job) => answer(&runtime.block_on(list(job))?),
        Job::Roster(job) => answer(&runtime.block_on(roster(job))?),
    }
}

fn answer(outcome: &impl Serialize) -> io::Result<()> {
    answer_text(&serde_json::to_string(outcome)?)
}

fn answer_text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

async fn closed() {
    let (tell, hear) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // An input that cannot be read has closed.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = tell.send(());
    });
    let _ = hear.await;
}

async fn serve(job: Serve) -> io::Result<Vec<Sandbox>> {
    let mut pinata = PinataQuirks::default();
    let mut openrouter = OpenRouterQuirks::default();
    if let Some(Rate { requests, interval_ms }) = job.rate {
        let limit = RateLimit::per_minute(requests).window_ms(interval_ms).headers(false);
        pinata.rate_limit = Some(limit.clone());
        openrouter.rate_limit = Some(limit);
    }
    if let Some(page_size) = job.page_size {
        pinata.page_size = page_size;
        openrouter.page_size = page_size;
    }
    let mut sandboxes = Vec::new();
    for seed in 0..job.sandboxes as u64 {
        let builder = Sandbox::builder()
            .seed(seed + 1)
            .pinata_keys(job.pinata_keys)
            .openrouter_keys(job.openrouter_keys)
            .openrouter_workspaces(job.workspaces)
            .latency(job.latency)
            .pinata_quirks(pinata.clone())
            .openrouter_quirks(openrouter.clone());
        sandboxes.push(builder.start().await?);
    }
    Ok(sandboxes)
}

pub(crate) fn provider(account: Account, rate: Option<Rate>) -> Result<Provider> {
    let mut options = HttpOptions::default().base_url(account.base_url);
    if let Some(rate) = rate {
        let mut limits = Limits::per_minute(rate.requests);
        limits.interval = Duration::from_millis(rate.interval_ms.into());
        options = options.limits(limits);
    }
    Ok(match account.vendor {
        Vendor::Pinata => {
            Provider::new(Pinata::builder().jwt(account.secret).http(options).build()?)
        }
        Vendor::OpenRouter => {
            let builder = OpenRouter::builder().management_key(account.secret);
            Provider::new(builder.http(options).build()?)
        }
    })
}

/// What a process has used before a job.
struct Start {
    at: Instant,
    cpu: Duration,
    idle_kib: u64,
}

impl Start {
    fn now() -> io::Result<Self> {
        let idle_kib = peak_kib("self")?;
        Ok(Self { at: Instant::now(), cpu: process_cpu(), idle_kib })
    }

    fn end(self, keys: usize, requests: u64) -> io::Result<Listed> {
        let elapsed = self.at.elapsed();
        let cpu = process_cpu().saturating_sub(self.cpu);
        let idle_kib = self.idle_kib;
        let peak_kib = peak_kib("self")?;
        Ok(Listed { keys, requests, elapsed, cpu, idle_kib, peak_kib })
    }
}

async fn list(job: List) -> io::Result<Listed> {
    let start = Start::now()?;
    match job.way {
        Way::Sequential => {
            let walked = Walk::new(job.account)?.pages(|_| {}).await?;
            start.end(walked.keys, walked.requests)
        }
        Way::Library => {
            let provider = provider(job.account, job.rate).map_err(shown)?;
            let mut listing = provider.keys(ListKeys::all());
            let mut keys = 0;
            while let Some(key) = listing.try_next().await.map_err(shown)? {
                black_box(&key);
                keys += 1;
            }
            if let Some(warning) = listing.warnings().first() {
                return Err(io::Error::other(warning.to_string()));
            }
            start.end(keys, provider.traffic().requests)
        }
    }
}

async fn roster(job: Roster) -> io::Result<Rostered> {
    let mut roster = keyroster::Roster::new();
    for (number, account) in job.accounts.into_iter().enumerate() {
        roster
            .add(format!("account-{number}"), provider(account, None))
            .map_err(io::Error::other)?;
    }
    if let Some(accounts) = job.at_once {
        roster = roster.with_concurrency(accounts);
    }
    let start = Start::now()?;
    let mut events = roster.keys(&ListKeys::all());
    let mut outcome = Rostered::default();
    let mut requests = 0;
    let mut keys = 0;
    while let Some(event) = events.next().await {
        match event {
            RosterEvent::Key(key) => {
                black_box(&key);
                keys += 1;
            }
            RosterEvent::Finished(report) => {
                requests += report.traffic.requests;
                outcome.slowest = outcome.slowest.max(report.elapsed);
            }
            RosterEvent::Failed(..) => outcome.failures += 1,
            _ => {}
        }
    }
    outcome.listed = start.end(keys, requests)?;
    Ok(outcome)
}

/// The error that ends the process.
pub(crate) fn shown(error: Error) -> io::Error {
    io::Error::other(error)
}
