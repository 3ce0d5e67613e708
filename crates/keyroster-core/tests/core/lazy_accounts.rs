//! Accounts that a roster opens when it asks them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, future};
use keyroster_core::{
    Error, ErrorKind, ListKeys, Page, Paging, Provider, Result, Roster, RosterEvent, RosterReport,
};

use crate::support::vendor::{key, vendor};

/// An account with one key, of the account's name.
fn account(name: &'static str) -> Provider {
    vendor(Paging::Single, move |_, _| Page::new(vec![key(name)]))
}

fn refused() -> Result<Provider> {
    Err(Error::new(ErrorKind::Configuration, "the command for the credential failed"))
}

async fn list(roster: &Roster) -> RosterReport {
    roster.list(ListKeys::all()).await
}

/// A roster of one lazy account, and how often it was opened; the first so many openings fail.
fn counted(failing: usize) -> (Roster, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let mut roster = Roster::new();
    roster.add_lazily("lazy", move || {
        let before = count.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::task::yield_now().await;
            if before < failing { refused() } else { Ok(account("lazy")) }
        }
    });
    (roster, opened)
}

#[tokio::test]
async fn a_slow_opening_delays_nobody_and_counts_as_the_accounts_time() {
    let mut roster = Roster::new();
    roster.add_lazily("stuck", future::pending);
    roster.add("made", Ok(account("made")));
    roster.add_lazily("lazy", || async { Ok(account("lazy")) });
    let mut events = roster.keys(&ListKeys::all());
    let mut finished = Vec::new();
    while finished.len() < 2 {
        // Were the others delayed, this would wait for ever.
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
async fn a_failing_opening_is_one_failure_and_is_tried_again_by_the_next_listing() {
    let (mut roster, opened) = counted(1);
    roster.add("made", Ok(account("made")));
    let report = list(&roster).await;
    assert_eq!((report.keys.len(), report.failures.len(), report.accounts.len()), (1, 1, 2));
    let error = &report.failures[0].error;
    assert_eq!((error.kind(), error.account()), (ErrorKind::Configuration, Some("lazy")));

    let report = list(&roster).await;
    assert_eq!((report.keys.len(), report.failures.len()), (2, 0));
    assert_eq!(opened.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_account_is_opened_once_however_often_and_by_how_many_it_is_listed() {
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
async fn those_who_wait_for_an_opening_that_fails_share_its_failure() {
    let (roster, opened) = counted(1);
    let (one, other) = future::join(list(&roster), list(&roster)).await;
    assert_eq!((one.failures.len(), other.failures.len()), (1, 1));
    assert_eq!(opened.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_opening_that_nobody_waits_for_stops() {
    let begun = Arc::new(AtomicUsize::new(0));
    let running = Arc::new(());
    let (count, held) = (Arc::clone(&begun), Arc::clone(&running));
    let mut roster = Roster::new();
    roster.add_lazily("stuck", move || {
        count.fetch_add(1, Ordering::Relaxed);
        let held = Arc::clone(&held);
        async move {
            future::pending::<()>().await;
            drop(held);
            refused()
        }
    });
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
async fn what_an_account_is_asked_through_is_known_when_it_is_open() {
    let (mut roster, _) = counted(0);
    roster.add("broken", refused());
    let known = |roster: &Roster| -> Vec<_> {
        let accounts = roster.accounts().map(|(name, provider)| {
            let text = provider.map(|provider| provider.account().map(str::to_owned));
            (name.to_owned(), text.map_err(|error| error.what()))
        });
        accounts.collect()
    };
    let broken = Err("account `broken`: the command for the credential failed".to_owned());
    let unopened = Err("account `lazy`: the account was not opened yet".to_owned());
    assert_eq!(known(&roster), [("lazy".into(), unopened), ("broken".into(), broken.clone())]);
    list(&roster).await;
    let open = Ok(Some("lazy".to_owned()));
    assert_eq!(known(&roster), [("lazy".into(), open), ("broken".into(), broken)]);
}
