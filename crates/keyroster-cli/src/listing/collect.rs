//! Asking all accounts, until they have answered or somebody says stop.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use keyroster::{AccountKey, ListKeys, Roster, RosterEvent, RosterReport};

use crate::exit::{Exit, Failure};
use crate::listing::progress::Progress;
use crate::terminal::interrupt::Interrupt;

/// What the accounts answered.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The answers but the keys, in the order of the accounts.
    pub(crate) report: RosterReport,
    /// If it was told to stop: the exit code, and the accounts that had not answered in full.
    pub(crate) stopped: Option<(Exit, Vec<String>)>,
    pub(crate) elapsed: Duration,
}

impl Collected {
    /// Whether every account failed before it told of any key, so that nothing is known.
    pub(crate) fn is_unanswered(&self) -> bool {
        let RosterReport { accounts, failures, .. } = &self.report;
        !failures.is_empty() && failures.len() == accounts.len() && self.report.keys_answered() == 0
    }
}

/// What comes while the accounts are asked.
pub(crate) enum CollectEvent {
    Key(Box<AccountKey>),
    /// Nothing is there at the moment.
    Pause,
}

/// Asks all accounts, and hands on each key as it comes.
pub(crate) async fn collect(
    roster: &Roster,
    mut progress: Progress,
    mut each: impl FnMut(CollectEvent) -> Result<(), Failure>,
) -> Result<Collected, Failure> {
    let begun = Instant::now();
    let mut interrupt = Interrupt::listen_once()?;
    let mut events = roster.keys(&ListKeys::all());
    let mut collected = Collected::default();
    let mut waiting: HashSet<&str> = roster.accounts().map(|(name, _)| name).collect();
    loop {
        let event = if let Some(event) = events.next().now_or_never() {
            event
        } else {
            each(CollectEvent::Pause)?;
            tokio::select! {
                biased;
                exit = interrupt.received() => {
                    let accounts = roster.accounts().map(|(name, _)| name);
                    let left = accounts.filter(|name| waiting.contains(name)).map(str::to_owned);
                    collected.stopped = Some((exit, left.collect()));
                    break;
                }
                event = events.next() => event,
                () = progress.tick() => continue,
            }
        };
        let Some(event) = event else { break };
        progress.take(&event);
        match event {
            RosterEvent::Key(key) => each(CollectEvent::Key(key))?,
            event => {
                if let RosterEvent::Finished(report) | RosterEvent::Failed(report, _) = &event {
                    waiting.remove(&*report.account);
                }
                collected.report.record(event);
            }
        }
    }
    each(CollectEvent::Pause)?;
    drop(progress);
    collected.elapsed = begun.elapsed();
    order(roster, &mut collected.report);
    Ok(collected)
}

/// Puts the answers into the order of the accounts.
fn order(roster: &Roster, report: &mut RosterReport) {
    let places = places(roster);
    let place = |name: &str| places.get(name).copied();
    report.warnings.sort_by_cached_key(|warning| place(&warning.account));
    report.failures.sort_by_cached_key(|failure| place(&failure.account));
    report.accounts.sort_by_cached_key(|account| place(&account.account));
}

/// Puts keys into the order of their accounts, and leaves each account's in the vendor's.
pub(crate) fn by_account(roster: &Roster, keys: &mut [AccountKey]) {
    let places = places(roster);
    keys.sort_by_cached_key(|key| places.get(&*key.account).copied());
}

fn places(roster: &Roster) -> HashMap<&str, usize> {
    roster.accounts().enumerate().map(|(place, (name, _))| (name, place)).collect()
}
