//! A hundred accounts. Ten fail, each in its own way; the others are complete and do not wait for them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use keyroster::openrouter::OpenRouter;
use keyroster::pinata::Pinata;
use keyroster::{ErrorKind, ListKeys, Provider, Roster, RosterEvent, RosterReport};
use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::json;
use tokio::net::TcpSocket;

use crate::support::{quick, sandbox};

/// Milliseconds: longer than any test runs.
const FOREVER: u64 = 3_600_000;

/// The trouble of an account, the kind of its error, and words of its message.
const TROUBLES: [(&str, ErrorKind, &str); 10] = [
    ("unauthorized", ErrorKind::Unauthenticated, "401"),
    ("broken", ErrorKind::Unavailable, "500"),
    ("hanging", ErrorKind::Transport, "no further page came for"),
    ("truncated", ErrorKind::Transport, "end of file"),
    ("refused", ErrorKind::Transport, "refused"),
    ("slow", ErrorKind::Transport, "no further page came for"),
    ("redirecting", ErrorKind::Decode, "redirect"),
    ("limited", ErrorKind::RateLimited, "429"),
    ("html", ErrorKind::Decode, "HTML"),
    ("foreign", ErrorKind::Decode, "unexpected structure"),
];

/// An account, where it is, and the sandbox that serves it.
struct Account {
    name: String,
    vendor: Vendor,
    base_url: String,
    sandbox: Sandbox,
    /// Keeps the port of a refused connection, which nothing listens on.
    _closed: Option<TcpSocket>,
}

/// A hundred accounts of both vendors. Every tenth is in trouble.
async fn crowd() -> Vec<Account> {
    let accounts = (0..100_u64).map(|number| async move {
        let trouble = (number % 10 == 5).then(|| TROUBLES[usize::try_from(number / 10).unwrap()].0);
        // Every account has other keys.
        let builder = sandbox().seed(number + 1).pinata_keys(12).openrouter_keys(8);
        let sandbox = builder.start().await.unwrap();
        // Half of those in trouble are of each vendor.
        let odd = (number / 10 + number) % 2 == 1;
        let vendor = if odd { Vendor::OpenRouter } else { Vendor::Pinata };
        let mut base_url = match vendor {
            Vendor::OpenRouter => sandbox.openrouter().base_url,
            _ => sandbox.pinata().base_url,
        };
        let mut closed = None;
        let name = trouble.map_or_else(|| format!("account-{number}"), str::to_owned);
        if trouble == Some("refused") {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            base_url = format!("http://{}", socket.local_addr().unwrap());
            closed = Some(socket);
        }
        if let Some(fault) = trouble.and_then(fault) {
            sandbox.add_fault(fault);
        }
        Account { name, vendor, base_url, sandbox, _closed: closed }
    });
    join_all(accounts).await
}

fn fault(trouble: &str) -> Option<Fault> {
    Some(match trouble {
        "unauthorized" => Fault::respond(401),
        "broken" => Fault::respond(500),
        "hanging" => Fault::delay(FOREVER),
        "truncated" => Fault::truncate(60),
        // Only its first page arrives.
        "slow" => Fault::delay(FOREVER).nth([2]),
        "redirecting" => Fault::respond(302).header("location", "https://elsewhere.invalid/"),
        "limited" => Fault::respond(429).header("retry-after", "3600"),
        "html" => Fault::respond(200).header("content-type", "text/html").body("<html></html>"),
        "foreign" => Fault::respond(200).body(json!({ "items": [] })),
        _ => return None,
    })
}

fn provider(account: &Account) -> Provider {
    let http = quick().base_url(&account.base_url);
    if account.vendor == Vendor::OpenRouter {
        let key = account.sandbox.openrouter().management_key;
        Provider::new(OpenRouter::builder().management_key(key).http(http).build().unwrap())
    } else {
        let jwt = account.sandbox.pinata().jwt;
        Provider::new(Pinata::builder().jwt(jwt).http(http).build().unwrap())
    }
}

/// The account and id of every key of the accounts without trouble.
fn truth(accounts: &[Account]) -> BTreeSet<(String, String)> {
    let well = accounts.iter().filter(|account| account.name.starts_with("account-"));
    well.flat_map(|account| {
        let (vendor, field) = match account.vendor {
            Vendor::OpenRouter => ("openrouter", "hash"),
            _ => ("pinata", "key"),
        };
        let truth = account.sandbox.truth();
        let keys = truth[vendor].as_array().unwrap().clone();
        let name = account.name.clone();
        keys.into_iter().map(move |key| (name.clone(), key[field].as_str().unwrap().to_owned()))
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ninety_accounts_are_complete_and_ten_fail_by_name() {
    let accounts = crowd().await;
    // No account times out until all others have finished. If one waited for those that hang, this would never
    // end.
    let (answered, over) = tokio::sync::watch::channel(false);
    let sleep = move |_| {
        let mut over = over.clone();
        async move {
            over.wait_for(|over| *over).await.unwrap();
        }
    };
    let mut roster = Roster::new().with_patience(Duration::from_secs(7), sleep);
    for account in &accounts {
        roster.add(account.name.as_str(), Ok(provider(account))).unwrap();
    }

    let mut report = RosterReport::default();
    let mut events = roster.keys(&ListKeys::all());
    let (mut finished, mut failed) = (0, 0);
    while let Some(event) = events.next().await {
        match event {
            RosterEvent::Finished(_) => finished += 1,
            RosterEvent::Failed(..) => failed += 1,
            _ => {}
        }
        report.record(event);
        if finished + failed == 98 {
            answered.send_replace(true);
        }
    }

    assert_eq!((finished, failed), (90, 10));
    let listed = report.keys.iter().filter(|key| key.account.starts_with("account-"));
    let listed: Vec<_> =
        listed.map(|key| (key.account.to_string(), key.key.id.to_string())).collect();
    assert_eq!(listed.len(), 90 * 10, "no key is listed twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), truth(&accounts));
    let failures: BTreeMap<&str, _> =
        report.failures.iter().map(|failure| (&*failure.account, &failure.error)).collect();
    for (name, kind, words) in TROUBLES {
        let error = failures[name];
        let text = error.to_string();
        assert_eq!(error.kind(), kind, "{text}");
        assert!(text.contains(name) && text.contains(words), "{text}");
    }
    // The first page of the slow account stays in the report.
    assert!(report.keys.iter().any(|key| &*key.account == "slow"));
    assert!(report.accounts.iter().all(|account| account.same_as.is_none()));
}
