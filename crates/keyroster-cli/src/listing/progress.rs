//! Shows a waiting person how far a listing is.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use keyroster::{Provider, Roster, RosterEvent};
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use crate::output::text;
use crate::terminal::Terminal;
use crate::terminal::lines::Lines;

/// Time before progress is shown. A listing that is faster needs none.
const DELAY: Duration = Duration::from_millis(500);

/// Time between two drawings.
const TICK: Duration = Duration::from_millis(200);

/// Maximum number of accounts with their own line.
const MAX_LINES: usize = 4;

/// Lines on standard error that are erased when this is dropped. Prints nothing without a terminal.
pub(crate) struct Progress(Option<Shown>);

struct Shown {
    begun: Instant,
    roster: Roster,
    ticks: Interval,
    lines: Lines,
    /// The accounts that have not finished, in their order.
    open: Vec<Account>,
    accounts: u64,
    keys: u64,
    failed: u64,
}

struct Account {
    name: String,
    /// `None` until the account is opened.
    provider: Option<Provider>,
    keys: u64,
    heard: Instant,
}

impl Progress {
    /// Progress of asking these accounts, if anyone can see it.
    pub(crate) fn new(roster: &Roster, terminal: &Terminal) -> Self {
        if !terminal.is_attended() || terminal.quiet {
            return Self(None);
        }
        let now = Instant::now();
        let open: Vec<Account> = roster
            .accounts()
            .map(|(name, state)| Account {
                name: name.to_owned(),
                provider: state.provider().cloned(),
                keys: 0,
                heard: now,
            })
            .collect();
        let mut ticks = interval_at(tokio::time::Instant::now() + DELAY, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(Some(Shown {
            begun: now,
            roster: roster.clone(),
            ticks,
            lines: Lines::default(),
            accounts: open.len() as u64,
            open,
            keys: 0,
            failed: 0,
        }))
    }

    /// No progress.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Records what an account answered.
    pub(crate) fn record(&mut self, event: &RosterEvent) {
        let Some(shown) = &mut self.0 else { return };
        match event {
            RosterEvent::Key(key) => {
                shown.keys += 1;
                if let Some(account) = shown.open.iter_mut().find(|a| *a.name == *key.account) {
                    account.keys += 1;
                    account.heard = Instant::now();
                }
            }
            RosterEvent::Finished(report) => shown.end(&report.account),
            RosterEvent::Failed(report, _) => {
                shown.failed += 1;
                shown.end(&report.account);
            }
            _ => {}
        }
    }

    /// Waits until it is time to draw, and draws. Never returns if progress is not shown.
    pub(crate) async fn tick(&mut self) {
        let Some(shown) = &mut self.0 else { return std::future::pending().await };
        shown.ticks.tick().await;
        shown.draw();
    }
}

impl Shown {
    fn end(&mut self, name: &str) {
        self.open.retain(|account| account.name != name);
    }

    fn draw(&mut self) {
        // Accounts are opened one after the other.
        let opened = self
            .roster
            .accounts()
            .filter_map(|(name, state)| Some((name, state.provider()?.clone())));
        let mut opened: HashMap<&str, Provider> = opened.collect();
        for account in self.open.iter_mut().filter(|account| account.provider.is_none()) {
            account.provider = opened.remove(account.name.as_str());
        }
        let ended = self.accounts - self.open.len() as u64;
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let total = format!(
            "{} {ended} of {}, {}{failed}, {} s",
            bar(ended, self.accounts),
            text::plural(self.accounts, "account"),
            text::plural(self.keys, "key"),
            self.begun.elapsed().as_secs(),
        );
        // Below the total, and above the prompt.
        let (_, height) = Lines::room();
        let slowest = self.slowest(MAX_LINES.min(height.saturating_sub(1)));
        let lines: Vec<String> = std::iter::once(total).chain(slowest).collect();
        self.lines.draw(&lines);
    }

    /// The accounts that have been silent for longest, in a stable order.
    fn slowest(&self, count: usize) -> Vec<String> {
        let requests = |account: &Account| {
            account.provider.as_ref().map_or(0, |provider| provider.traffic().requests)
        };
        let mut asked: Vec<(&Account, u64)> = self
            .open
            .iter()
            .map(|account| (account, requests(account)))
            .filter(|(_, requests)| *requests > 0)
            .collect();
        asked.sort_by_key(|(account, _)| std::cmp::Reverse(account.heard.elapsed().as_secs()));
        asked.truncate(count);
        let names = asked.iter().map(|(account, _)| account.name.chars().count());
        let width = names.max().unwrap_or(0);
        let line = |(account, requests): (&Account, u64)| {
            format!(
                "  {:<width$}  {}, {}",
                text::clean(&account.name),
                text::plural(account.keys, "key"),
                text::plural(requests, "request"),
            )
        };
        asked.into_iter().map(line).collect()
    }
}

/// `━━━━╌╌╌╌`, filled by the finished accounts.
fn bar(ended: u64, all: u64) -> String {
    const LENGTH: u64 = 24;
    let full = ended.saturating_mul(LENGTH).checked_div(all).unwrap_or(LENGTH);
    (0..LENGTH).map(|at| if at < full { '━' } else { '╌' }).collect()
}
