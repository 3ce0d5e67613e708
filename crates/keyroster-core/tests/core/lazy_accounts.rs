//! Accounts that a roster opens when they are first used.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, future};
use keyroster_core::{
    AccountState, Error, ErrorKind, ListKeys, Page, Paging, Provider, Result, Roster, RosterEvent,
    RosterReport,
};

use crate::support::vendor::{key, vendor};

/// An account with one key, whose id is the account's name.
fn account(name: &'static str) -> Provider {
    vendor(Paging::Single, move |_, _| Page::new(vec![key(name)]))
}

fn refused() -> Result<Provider> {
    Err(Error::new(ErrorKind::Configuration, "the command for the credential failed"))
}

async fn list(roster: &Roster) -> RosterReport {
    roster.list(ListKeys::all()).await
}

/// A roster with one lazy account, and the number of times it was opened. The first `failing` openings fail.
fn counted(failing: usize) -> (Roster, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let mut roster = Roster::new();
    roster
        .add_lazily("lazy", move || {
            let before = count.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::task::yield_now().await;
                if before < failing { refused() } else { Ok(account("lazy")) }
            }
        })
        .unwrap();
    (roster, opened)
}

#[tokio::test]
async fn a_slow_opening_delays_no_other_account_and_counts_towards_the_deadline() {
    let mut roster = Roster::new();
    roster.add_lazily("stuck", future::pending).unwrap();
    roster.add("made", Ok(account("made"))).unwrap();
    roster.add_lazily("lazy", || async { Ok(account("lazy")) }).unwrap();
    let mut events = roster.keys(&ListKeys::all());
    let mut finished = Vec::new();
    while finished.len() < 2 {
        // If the others were delayed, this would wait forever.
        if let Some(RosterEvent::Finished(report)) = events.next().await {
            finished.push(report.account);
        }
    }
    finished.sort();
    assert_eq!(finished, ["lazy".into(), "made".into()]);

    let time = Duration::from_secs(7);
    let over = |_| future::ready(());
    for roster in [roster.clone().with_deadline(time, over), roster.with_patience(time, over)] {
        let report = list(&roster).await;
        assert_eq!((report.keys.len(), report.failures.len()), (2, 1));
        let error = &report.failures[0].error;
        assert_eq!((error.kind(), error.account()), (ErrorKind::Transport, Some("stuck")));
        assert!(error.to_string().contains("not opened within"), "{error}");
        assert_eq!(report.accounts[0].provider, None);
    }
}

#[tokio::test]
async fn a_failed_opening_is_retried_by_the_next_listing() {
    let (mut roster, opened) = counted(1);
    roster.add("made", Ok(account("made"))).unwrap();
    let report = list(&roster).await;
    assert_eq!((report.keys.len(), report.failures.len(), report.accounts.len()), (1, 1, 2));
    let error = &report.failures[0].error;
    assert_eq!((error.kind(), error.account()), (ErrorKind::Configuration, Some("lazy")));

    let report = list(&roster).await;
    assert_eq!((report.keys.len(), report.failures.len()), (2, 0));
    assert_eq!(opened.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_account_is_opened_once() {
    let (roster, opened) = counted(0);
    assert_eq!(opened.load(Ordering::Relaxed), 0, "nothing is opened before it is asked");
    let clone = roster.clone();
    let (one, other) = future::join(list(&roster), list(&clone)).await;
    let again = list(&roster).await;
    for report in [one, other, again] {
        assert_eq!((report.keys.len(), report.failures.len()), (1, 0));
        assert_eq!(report.accounts[0].provider.as_ref().unwrap().as_str(), "made-up");
    }
    assert_eq!(opened.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn callers_share_a_failed_opening() {
    let (roster, opened) = counted(1);
    let (one, other) = future::join(list(&roster), list(&roster)).await;
    assert_eq!((one.failures.len(), other.failures.len()), (1, 1));
    assert_eq!(opened.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_abandoned_opening_stops() {
    let begun = Arc::new(AtomicUsize::new(0));
    let running = Arc::new(());
    let (count, held) = (Arc::clone(&begun), Arc::clone(&running));
    let mut roster = Roster::new();
    roster
        .add_lazily("stuck", move || {
            count.fetch_add(1, Ordering::Relaxed);
            let held = Arc::clone(&held);
            async move {
                future::pending::<()>().await;
                drop(held);
                refused()
            }
        })
        .unwrap();
    for time in 1..=2 {
        let mut events = roster.keys(&ListKeys::all());
        assert!(events.next().now_or_never().is_none());
        assert_eq!(begun.load(Ordering::Relaxed), time);
        assert_eq!(Arc::strong_count(&running), 3, "it runs while somebody waits");
        drop(events);
        assert_eq!(Arc::strong_count(&running), 2);
    }
}

#[tokio::test]
async fn an_account_is_not_opened_then_failed_then_open() {
    let (mut roster, _) = counted(1);
    roster.add("broken", refused()).unwrap();
    let states = |roster: &Roster| -> Vec<String> {
        let states = roster.accounts().map(|(name, state)| match state {
            AccountState::NotOpened => format!("{name}: not opened"),
            AccountState::Open(provider) => format!("{name}: open as {:?}", provider.account()),
            AccountState::Failed(error) => format!("{name}: {error}"),
            other => panic!("{other:?}"),
        });
        states.collect()
    };
    let broken = "broken: account `broken`: the command for the credential failed";
    assert_eq!(states(&roster), ["lazy: not opened", broken]);
    assert!(roster.get("lazy").unwrap().provider().is_none());
    let _ = list(&roster).await;
    let failed = "lazy: account `lazy`: the command for the credential failed";
    assert_eq!(states(&roster), [failed, broken]);
    let _ = list(&roster).await;
    assert_eq!(states(&roster), ["lazy: open as Some(\"lazy\")", broken]);
    assert!(roster.get("lazy").unwrap().provider().is_some());
    assert!(roster.get("other").is_none());
}

#[tokio::test]
async fn one_account_can_be_opened_alone() {
    let (mut roster, opened) = counted(0);
    roster.add("broken", refused()).unwrap();
    assert_eq!(roster.open("lazy").await.unwrap().account(), Some("lazy"));
    assert_eq!(opened.load(Ordering::Relaxed), 1);
    let error = roster.open("broken").await.unwrap_err();
    assert_eq!((error.kind(), error.account()), (ErrorKind::Configuration, Some("broken")));
    let error = roster.open("other").await.unwrap_err();
    assert!(error.to_string().contains("no account `other`"), "{error}");

    let mut hanging = Roster::new().with_deadline(Duration::from_secs(7), |_| future::ready(()));
    hanging.add_lazily("stuck", future::pending).unwrap();
    let error = hanging.open("stuck").await.unwrap_err();
    assert_eq!((error.kind(), error.account()), (ErrorKind::Transport, Some("stuck")));
}
