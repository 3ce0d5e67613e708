//! Several accounts: no account delays, hides or fails another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future;
use keyroster_core::{
    ApiKey, Capabilities, Error, ErrorKind, KeyProvider, ListKeys, Page, PageRequest, Paging,
    Provider, ProviderId, ProviderInfo, Result, Roster, RosterEvent, RosterReport, async_trait,
};

use crate::support::vendor::{TEN, key, keys, slice, vendor, with_containers};

/// A vendor that never answers.
#[derive(Debug)]
struct Silent(ProviderInfo);

#[async_trait]
impl KeyProvider for Silent {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        future::pending().await
    }
}

fn silent() -> Provider {
    let id = ProviderId::from_static("silent");
    let can = Capabilities::LIST_ONLY;
    Provider::new(Silent(ProviderInfo::new(id, "Silent", "https://s.example", Paging::Single, can)))
}

fn of(keys: Vec<ApiKey>) -> Provider {
    vendor(Paging::Single, move |_, _| Page::new(keys.clone()))
}

/// Keys that no other account has.
fn own(name: &str, count: usize) -> Provider {
    of((0..count).map(|number| key(format!("{name}-{number}"))).collect())
}

fn broken() -> Result<Provider> {
    Err(Error::new(ErrorKind::Configuration, "no credential is set"))
}

async fn report(roster: &Roster) -> RosterReport {
    roster.list(ListKeys::all()).await
}

#[tokio::test]
async fn an_account_that_fails_hides_nothing_of_the_others() {
    let mut roster = Roster::new();
    roster.add("a", Ok(own("a", 3))).unwrap();
    roster.add("b", broken()).unwrap();
    roster.add("c", Ok(own("c", 2))).unwrap();
    let report = report(&roster).await;
    let names: Vec<_> = report.keys.iter().map(|key| key.account.as_ref()).collect();
    assert_eq!(names, ["a", "a", "a", "c", "c"]);
    assert_eq!(report.failures.len(), 1);
    assert_eq!(report.failures[0].error.account(), Some("b"));
    assert_eq!(report.accounts.iter().map(|account| account.keys).collect::<Vec<_>>(), [3, 0, 2]);
    assert_eq!(report.keys_answered(), 5);
}

#[tokio::test]
async fn a_name_is_used_once() {
    let mut roster = Roster::new();
    roster.add("a", Ok(own("first", 3))).unwrap();
    let error = roster.add("a", Ok(own("second", 2))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("already has an account `a`"), "{error}");
    roster.add_lazily("a", || async { broken() }).unwrap_err();
    let report = report(&roster).await;
    assert_eq!((roster.len(), report.keys.len()), (1, 3), "the first one stays");
}

#[tokio::test]
async fn a_report_serializes() {
    let mut roster = Roster::new();
    roster.add("a", Ok(own("a", 1))).unwrap();
    roster.add("b", broken()).unwrap();
    let json = serde_json::to_value(report(&roster).await).unwrap();
    assert_eq!(json["keys"][0]["account"], "a");
    assert_eq!(json["keys"][0]["id"], "a-0");
    assert_eq!(json["failures"][0]["account"], "b");
    let error = &json["failures"][0]["error"];
    assert_eq!(error["kind"], "configuration");
    assert_eq!(error["message"], "account `b`: no credential is set");
    assert_eq!(error["help"], "correct the account's settings");
    assert!(json["accounts"][0]["elapsed_ms"].is_u64());
    assert_eq!(json["warnings"], serde_json::json!([]));
}

#[tokio::test]
async fn a_hanging_account_delays_no_other_and_fails_at_its_deadline() {
    let mut roster = Roster::new().with_concurrency(2);
    roster.add("silent", Ok(silent())).unwrap();
    for number in 0..5 {
        let name = format!("a{number}");
        roster.add(name.as_str(), Ok(own(&name, 2))).unwrap();
    }
    let mut events = roster.keys(&ListKeys::all());
    let mut finished = 0;
    while finished < 5 {
        // If the others were delayed, this would wait forever.
        if let Some(RosterEvent::Finished(_)) = events.next().await {
            finished += 1;
        }
    }

    let roster = roster.with_deadline(Duration::from_secs(7), |_| future::ready(()));
    let report = report(&roster).await;
    assert_eq!(report.failures.len(), 1);
    let error = &report.failures[0].error;
    assert_eq!((error.kind(), error.account()), (ErrorKind::Transport, Some("silent")));
    assert!(error.to_string().contains("7s"), "{error}");
}

#[tokio::test]
async fn two_credentials_of_one_account_are_reported() {
    let mut roster = Roster::new();
    roster.add("admin", Ok(of(keys(40)))).unwrap();
    // The same account in another order, after a key was revoked.
    let mut later = keys(40);
    later.remove(7);
    later.reverse();
    roster.add("backup", Ok(of(later))).unwrap();
    roster.add("other", Ok(own("o", 40))).unwrap();
    let report = report(&roster).await;
    let same: Vec<_> = report.accounts.iter().map(|account| account.same_as.as_deref()).collect();
    assert_eq!(same.iter().filter(|same| same.is_some()).count(), 1, "{same:?}");
    assert_eq!(same[2], None);
}

#[tokio::test]
async fn an_account_that_sees_part_of_another_is_reported() {
    // One key of a few, and three percent of many.
    for (part, all) in [(1, 500), (300, 10_000)] {
        let mut roster = Roster::new().with_concurrency(1);
        roster.add("admin", Ok(of(keys(all)))).unwrap();
        roster.add("project", Ok(of(keys(all).split_off(all - part)))).unwrap();
        // The same ids at another vendor are different keys.
        let (id, can) = (ProviderId::from_static("elsewhere"), Capabilities::LIST_ONLY);
        let info = ProviderInfo::new(id, "Elsewhere", "https://e.example", Paging::Single, can);
        roster.add("elsewhere", Ok(Provider::new(Elsewhere(info, keys(all))))).unwrap();
        let report = report(&roster).await;
        let same: Vec<_> = report.accounts.iter().map(|it| it.same_as.as_deref()).collect();
        assert_eq!(same, [None, Some("admin"), None], "{part} of {all}");
    }
}

/// Another vendor with these keys.
#[derive(Debug)]
struct Elsewhere(ProviderInfo, Vec<ApiKey>);

#[async_trait]
impl KeyProvider for Elsewhere {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        Ok(Page::new(self.1.clone()))
    }
}

#[tokio::test]
async fn warnings_come_after_the_keys_and_before_the_end() {
    let mut roster = Roster::new();
    let hidden = with_containers(Paging::Single, vec![None], |_, _| Page::new(keys(2)));
    roster.add("hidden", Ok(hidden)).unwrap();
    roster
        .add(
            "short",
            Ok(vendor(TEN, |request, _| {
                Page::new(slice(&keys(10), request, 10)).with_total(Some(25))
            })),
        )
        .unwrap();
    let mut events = roster.keys(&ListKeys::all());
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        seen.push(match event {
            RosterEvent::Key(key) => (key.account, "key"),
            RosterEvent::Warning(warning) => (warning.account, "warning"),
            RosterEvent::Finished(report) => (report.account, "finished"),
            other => panic!("{other:?}"),
        });
    }
    assert!(events.next().await.is_none(), "the end is the end");
    for (name, keys) in [("hidden", 2), ("short", 10)] {
        let of_account = seen.iter().filter(|(account, _)| account.as_ref() == name);
        let mut expected = vec!["key"; keys];
        expected.extend(["warning", "finished"]);
        assert_eq!(of_account.map(|(_, what)| *what).collect::<Vec<_>>(), expected, "{name}");
    }
    let report = report(&roster).await;
    assert_eq!((report.keys.len(), report.warnings.len(), report.accounts.len()), (12, 2, 2));
}

#[tokio::test]
async fn a_thousand_accounts_are_listed() {
    let mut roster = Roster::new();
    for number in 0..1000 {
        let name = format!("account-{number}");
        roster.add(name.as_str(), Ok(own(&name, 3))).unwrap();
    }
    let report = report(&roster).await;
    assert_eq!(report.keys.len(), 3000);
    assert_eq!(report.accounts.len(), 1000);
}

#[tokio::test]
async fn accounts_that_wait_for_the_reader_request_nothing() {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut roster = Roster::new().with_concurrency(4);
    for number in 0..100 {
        let (all, asked) = (keys(200), Arc::clone(&asked));
        let provider = vendor(TEN, move |request, _| {
            asked.fetch_add(1, Ordering::Relaxed);
            Page::new(slice(&all, request, 10)).with_total(Some(200))
        });
        roster.add(format!("account-{number}"), Ok(provider)).unwrap();
    }
    let mut events = roster.keys(&ListKeys::all());
    for _ in 0..100 {
        events.next().await;
    }
    // The pages that were read, and a window for each account that is being listed.
    let asked = asked.load(Ordering::Relaxed);
    assert!(asked <= 100 / 9 + 1 + 4 * 16, "{asked} pages");
}

#[tokio::test]
async fn report_names_why_an_account_failed() {
    let mut roster = Roster::new();
    roster.add("a", Ok(own("a", 1))).unwrap();
    roster.add("b", broken()).unwrap();
    let report = report(&roster).await;
    assert!(report.failure("a").is_none());
    assert_eq!(report.failure("b").map(Error::kind), Some(report.failures[0].error.kind()));
    assert!(report.failure("c").is_none());
}

#[tokio::test]
async fn each_account_ends_with_one_event() {
    let mut roster = Roster::new();
    roster.add("a", Ok(own("a", 1))).unwrap();
    roster.add("b", broken()).unwrap();
    let events: Vec<_> = roster.keys(&ListKeys::all()).collect().await;
    let verdicts = events
        .iter()
        .filter(|event| matches!(event, RosterEvent::Finished(_) | RosterEvent::Failed(..)));
    assert_eq!(verdicts.count(), 2);
    // The collected events are what `list` returns.
    let mut collected = RosterReport::default();
    for event in events {
        collected.record(event);
    }
    assert_eq!(collected.keys, report(&roster).await.keys);
}
