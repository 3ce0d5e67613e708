//! Asks all accounts for their keys, until they have answered or the command is interrupted.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use keyroster::{AccountKey, ListKeys, Roster, RosterEvent, RosterReport};

use crate::exit::{Exit, Failure};
use crate::listing::progress::Progress;
use crate::terminal::interrupt::Interrupt;

/// The answers of the accounts.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// Everything but the keys, in the order of the accounts.
    pub(crate) report: RosterReport,
    /// If it was interrupted: the exit code, and the accounts with incomplete results.
    pub(crate) stopped: Option<(Exit, Vec<String>)>,
    pub(crate) elapsed: Duration,
}

impl Collected {
    /// Whether every account failed before it returned a key, so that nothing is known.
    pub(crate) fn is_unanswered(&self) -> bool {
        let RosterReport { accounts, failures, .. } = &self.report;
        !failures.is_empty() && failures.len() == accounts.len() && self.report.keys_answered() == 0
    }
}

/// What happens while the accounts are asked.
pub(crate) enum CollectEvent {
    Key(Box<AccountKey>),
    /// The next key is not there yet.
    Pause,
}

/// Asks all accounts, and passes on each key as it arrives.
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
        progress.record(&event);
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

/// Sorts the report by the order of the accounts.
fn order(roster: &Roster, report: &mut RosterReport) {
    let places = places(roster);
    let place = |name: &str| places.get(name).copied();
    report.warnings.sort_by_cached_key(|warning| place(&warning.account));
    report.failures.sort_by_cached_key(|failure| place(&failure.account));
    report.accounts.sort_by_cached_key(|account| place(&account.account));
}

/// Sorts keys by the order of their accounts, and keeps each vendor's own order.
pub(crate) fn by_account(roster: &Roster, keys: &mut [AccountKey]) {
    let places = places(roster);
    keys.sort_by_cached_key(|key| places.get(&*key.account).copied());
}

fn places(roster: &Roster) -> HashMap<&str, usize> {
    roster.accounts().enumerate().map(|(place, (name, _))| (name, place)).collect()
}
