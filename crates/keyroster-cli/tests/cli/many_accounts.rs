//! A hundred accounts. Ten of them fail, each in its own way.

use std::collections::{BTreeMap, BTreeSet};

use keyroster_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::support::binary::run;
use crate::support::settings::Settings;

/// Longer than any test runs.
const ONE_HOUR_MS: u64 = 3_600_000;

/// What an account does wrong, and what is said of it.
const TROUBLES: [(&str, &str); 10] = [
    ("unauthorised", "status 401"),
    ("broken", "status 500"),
    ("hanging", "no further page came for"),
    ("truncated", "end of file"),
    ("refused", "refused"),
    ("slow", "no further page came for"),
    ("redirecting", "redirect"),
    ("limited", "status 429"),
    ("html", "HTML page"),
    ("foreign", "unexpected structure"),
];

fn fault(trouble: &str) -> Option<Fault> {
    Some(match trouble {
        "unauthorised" => Fault::respond(401),
        "broken" => Fault::respond(500),
        "hanging" => Fault::delay(ONE_HOUR_MS),
        "truncated" => Fault::truncate(60),
        "redirecting" => Fault::respond(302).header("location", "https://elsewhere.invalid/"),
        "limited" => Fault::respond(429).header("retry-after", "3600"),
        "html" => Fault::respond(200).header("content-type", "text/html").body("<html></html>"),
        "foreign" => Fault::respond(200).body(json!({ "items": [] })),
        _ => return None,
    })
}

/// The file, the sandboxes that its accounts reach, and account and id of every key of those that are well.
async fn crowd() -> (Settings, (Vec<Sandbox>, TcpSocket), BTreeSet<(String, String)>) {
    // A port that nothing listens on, and that nothing else is given.
    let refused = TcpSocket::new_v4().unwrap();
    refused.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut text = String::new();
    let mut sandboxes = Vec::new();
    let mut truth = BTreeSet::new();
    for number in 0..100_u64 {
        let trouble = (number % 10 == 5).then(|| TROUBLES[usize::try_from(number / 10).unwrap()].0);
        // No two have the same keys.
        let builder = Sandbox::builder().seed(number + 1).pinata_keys(12).openrouter_keys(8);
        let sandbox = builder.start().await.unwrap();
        let name = trouble.map_or_else(|| format!("account-{number}"), str::to_owned);
        // Half of those in trouble are of each vendor.
        let vendor = if (number / 10 + number) % 2 == 0 { "pinata" } else { "openrouter" };
        let (mut base_url, setting, secret, field) = if vendor == "pinata" {
            let pinata = sandbox.pinata();
            (pinata.base_url, "jwt", pinata.jwt, "key")
        } else {
            let openrouter = sandbox.openrouter();
            (openrouter.base_url, "management-key", openrouter.management_key, "hash")
        };
        if trouble == Some("refused") {
            base_url = format!("http://{}", refused.local_addr().unwrap());
        }
        if let Some(fault) = trouble.and_then(fault) {
            sandbox.add_fault(fault);
        }
        if trouble == Some("slow") {
            // Its first page comes, and no other.
            sandbox.on_request(async |request| {
                if !request.query.is_empty() && !request.query.contains("offset=0") {
                    std::future::pending::<()>().await;
                }
            });
        }
        if trouble.is_none() {
            let keys = sandbox.truth()[vendor].as_array().unwrap().clone();
            let id = |key: &Value| key[field].as_str().unwrap().to_owned();
            truth.extend(keys.iter().map(|key| (name.clone(), id(key))));
        }
        text += &format!(
            "[accounts.{name}]\nprovider = \"{vendor}\"\nbase-url = \"{base_url}\"\n\
             tags = [\"decade-{}\"]\n{setting} = {{ command = [\"echo\", \"{secret}\"] }}\n",
            number / 10
        );
        sandboxes.push(sandbox);
    }
    (Settings::new(&text), (sandboxes, refused), truth)
}

#[tokio::test]
async fn failing_accounts_do_not_hide_others() {
    let (settings, _sandboxes, truth) = crowd().await;
    let listing = |arguments: &[&str]| {
        let mut command = settings.command(&[&["list", "--deadline", "20s"], arguments].concat());
        command.env("PATH", "/usr/bin:/bin");
        run(command)
    };
    let (listed, table) =
        tokio::join!(listing(&["-o", "json"]), listing(&["--columns", "account,id", "-q"]));
    assert_eq!(listed.code, 3, "{}", listed.stderr);
    let json = listed.json();
    let keys = json["keys"].as_array().unwrap();
    let named = |key: &Value| {
        (key["account"].as_str().unwrap().to_owned(), key["id"].as_str().unwrap().to_owned())
    };
    let found: Vec<_> =
        keys.iter().map(named).filter(|(account, _)| account.starts_with("account-")).collect();
    assert_eq!(found.len(), truth.len(), "none is there twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), truth);
    assert!(keys.iter().any(|key| key["account"] == "slow"), "what it had answered stays");
    let failures: BTreeMap<&str, &Value> = json["failures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| (failure["account"].as_str().unwrap(), failure))
        .collect();
    assert_eq!(failures.len(), TROUBLES.len(), "{failures:#?}");
    for (name, words) in TROUBLES {
        assert!(failures[name].to_string().contains(words), "{name}: {}", failures[name]);
    }

    // Only the accounts of two tags are asked, and all of those are well.
    let tagged = ["--tag", "decade-[12]", "--account", "account-*", "-o", "json"];
    let tagged = listing(&tagged).await.ok().json();
    assert_eq!(tagged["accounts"].as_array().unwrap().len(), 18);

    // The same for people.
    assert_eq!(table.code, 3);
    let rows = table.stdout.lines().filter(|line| line.starts_with("account-"));
    assert_eq!(rows.count(), truth.len());
    for (name, words) in TROUBLES {
        let line = table.stderr.lines().find(|line| line.contains(&format!("`{name}`")));
        assert!(line.is_some_and(|line| line.contains(words)), "{name}: {}", table.stderr);
    }
}
