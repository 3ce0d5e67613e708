//! `keyroster list`: sorted, in columns, in groups, counted.

use std::collections::BTreeMap;

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::Value;

use crate::support::changes::at;

async fn rows(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Vec<String>> {
    let text = at(sandbox, &[&["list", "-o", "csv"], arguments].concat()).await.ok().stdout;
    let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    csv.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// One column of the sorted list.
async fn column(sandbox: &Sandbox, sort: &str, field: &str) -> Vec<String> {
    let rows = rows(sandbox, &["--sort", sort, "--columns", field]).await;
    rows.into_iter().skip(1).map(|row| row[0].clone()).collect()
}

#[tokio::test]
async fn unknown_values_are_sorted_last() {
    let sandbox = Sandbox::start().await.unwrap();
    // Pinata does not say when a key was last used.
    let up = column(&sandbox, "last_used", "last_used").await;
    let down = column(&sandbox, "-last_used", "last_used").await;
    assert_eq!(down, column(&sandbox, "last_used:desc", "last_used").await);
    let known = up.iter().position(String::is_empty).unwrap();
    assert_eq!(known, 30);
    assert!(up[known..].iter().all(String::is_empty) && down[known..].iter().all(String::is_empty));
    let used = |all: &[String]| -> Vec<String> {
        all.iter().filter(|at| !at.is_empty() && *at != "never").cloned().collect()
    };
    let (used_up, mut used_down) = (used(&up), used(&down));
    assert!(used_up.len() > 5 && used_up.is_sorted(), "{used_up:?}");
    assert_eq!(up[0], "never", "longer ago than any");
    assert_eq!(down[known - 1], "never");
    used_down.reverse();
    assert_eq!(used_up, used_down);
}

#[tokio::test]
async fn names_are_sorted_naturally() {
    let sandbox = Sandbox::start().await.unwrap();
    for name in ["zz-10", "ZZ-B", "zz-9", "zz-2", "zz-a", "ZZ-9"] {
        at(&sandbox, &["create", "openrouter", name, "--secret-to", "stdout"]).await.ok();
    }
    let arguments = ["--name", "[zZ][zZ]-*", "--sort", "name", "--columns", "name"];
    let sorted = rows(&sandbox, &arguments).await.concat();
    // Two that people take for the same keep the vendor's order, which is newest first.
    assert_eq!(sorted, ["name", "zz-2", "ZZ-9", "zz-9", "zz-10", "zz-a", "ZZ-B"]);
}

#[tokio::test]
async fn a_second_field_breaks_ties() {
    let sandbox = Sandbox::start().await.unwrap();
    let sorted = rows(&sandbox, &["--sort", "status,-name", "--columns", "status,name"]).await;
    let order = ["active", "disabled", "exhausted", "expired", "revoked"];
    let place = |status: &str| order.iter().position(|known| *known == status).unwrap();
    let sorted: Vec<(usize, String)> =
        sorted[1..].iter().map(|row| (place(&row[0]), row[1].to_lowercase())).collect();
    assert!(sorted.is_sorted_by_key(|(status, _)| *status), "{sorted:?}");
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    for pair in sorted.windows(2).filter(|pair| pair.iter().all(|(_, name)| plain(name))) {
        assert!(pair[0].0 < pair[1].0 || pair[0].1 >= pair[1].1, "{pair:?}");
    }
}

#[tokio::test]
async fn a_stream_that_is_sorted_holds_the_same_keys() {
    let sandbox = Sandbox::start().await.unwrap();
    let ids = async |arguments: &[&str]| -> Vec<String> {
        let text = at(&sandbox, &[&["list", "-o", "jsonl"], arguments].concat()).await.ok().stdout;
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut streamed = ids(&[]).await;
    let sorted = ids(&["--sort", "id"]).await;
    assert_eq!(sorted, column(&sandbox, "id", "id").await);
    assert!(streamed != sorted && streamed.len() == 54);
    let mut again = sorted;
    streamed.sort();
    again.sort();
    assert_eq!(streamed, again);
}

#[tokio::test]
async fn only_the_given_columns_are_printed() {
    let sandbox = Sandbox::start().await.unwrap();
    let wanted = "name,expires,extras.id,key-id";
    let csv = rows(&sandbox, &["--columns", wanted]).await;
    assert_eq!(csv[0], ["name", "expires_at", "extras.id", "id"]);
    assert_eq!(csv.len(), 55);
    assert!(csv.iter().filter(|row| row[2].len() == 36).count() == 24, "Pinata's own ids");
    let table = at(&sandbox, &["list", "--columns", wanted]).await.ok().stdout;
    let titles: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(titles, ["NAME", "EXPIRES", "EXTRAS.ID", "KEY", "ID"]);
    let page = at(&sandbox, &["list", "--columns", "name,id", "-o", "markdown"]).await.ok().stdout;
    assert!(page.starts_with("| NAME | KEY ID |\n| --- | --- |\n"), "{page}");
    assert_eq!(page.lines().count(), 56);
    for arguments in [["--columns", "stauts"], ["--sort", "stauts"], ["--group-by", "-stauts"]] {
        let wrong = at(&sandbox, &[&["list"], &arguments[..]].concat()).await;
        assert_eq!(wrong.code, 2);
        let known =
            wrong.stderr.contains("did you mean `status`?") || arguments[1].starts_with('-');
        assert!(known, "{}", wrong.stderr);
    }
}

#[tokio::test]
async fn groups_add_up() {
    let sandbox = Sandbox::start().await.unwrap();
    let all = at(&sandbox, &["list", "-o", "json"]).await.ok().json();
    let all = all["keys"].as_array().unwrap();
    for (field, pointer) in [
        ("provider", "/provider"),
        ("status", "/status"),
        ("container", "/container/id"),
        ("owner", "/owner/id"),
        ("name", "/name"),
    ] {
        let mut expected: BTreeMap<Option<&str>, u64> = BTreeMap::new();
        for key in all {
            *expected.entry(key.pointer(pointer).and_then(Value::as_str)).or_default() += 1;
        }
        let groups = ["list", "--group-by", field, "-o"];
        let json = at(&sandbox, &[&groups[..], &["json"]].concat()).await.ok().json();
        assert_eq!((&json["by"], &json["keys"]), (&field.into(), &54.into()));
        let found: BTreeMap<Option<&str>, u64> = json["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| {
                let statuses = group["statuses"].as_object().unwrap().values();
                let count = group["keys"].as_u64().unwrap();
                assert_eq!(statuses.map(|count| count.as_u64().unwrap()).sum::<u64>(), count);
                (group["value"].as_str(), count)
            })
            .collect();
        assert_eq!(found, expected, "{field}");
    }
    let table = at(&sandbox, &["list", "--group-by", "provider"]).await.ok().stdout;
    let lines: Vec<Vec<&str>> =
        table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0][..3], ["PROVIDER", "KEYS", "ACTIVE"]);
    assert_eq!((lines[1][1], lines[2][1], lines[3][1]), ("30", "24", "54"));
    let counted = at(&sandbox, &["list", "--group-by", "provider", "--count"]).await.ok().stdout;
    assert_eq!(counted, "PROVIDER    KEYS\nopenrouter    30\npinata        24\n");
    let page = at(&sandbox, &["list", "--group-by", "provider", "-o", "markdown"]).await.ok();
    assert!(page.stdout.starts_with("| PROVIDER | KEYS |"), "{}", page.stdout);
    let csv = rows(&sandbox, &["--group-by", "container"]).await;
    assert_eq!(csv[0][..4], ["container", "group_name", "keys", "active"]);
    assert!(csv.iter().any(|row| row[1] == "Production"));
}

#[tokio::test]
async fn a_count_is_a_number() {
    let sandbox = Sandbox::start().await.unwrap();
    for (arguments, number) in
        [(&[][..], "54\n"), (&["--provider", "pinata"], "24\n"), (&["--name", "no-such"], "0\n")]
    {
        let counted = at(&sandbox, &[&["list", "--count"], arguments].concat()).await.ok();
        assert_eq!(counted.stdout, number);
    }
}

#[tokio::test]
async fn exit_code_reports_found_keys() {
    let sandbox = Sandbox::start().await.unwrap();
    let check = async |arguments: &[&str]| {
        at(&sandbox, &[&["list", "--exit-code", "-o", "jsonl"], arguments].concat()).await.code
    };
    assert_eq!(check(&["--access", "admin"]).await, 1);
    assert_eq!(check(&["--access", "admin", "--count"]).await, 1);
    assert_eq!(check(&["--name", "no-such"]).await, 0);
    // What is found is certain; without it, keys may be missing.
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::OpenRouter));
    assert_eq!(check(&["--access", "admin"]).await, 1);
    assert_eq!(check(&["--name", "no-such"]).await, 3);
    sandbox.add_fault(Fault::respond(401).vendor(Vendor::Pinata));
    assert_eq!(check(&["--access", "admin"]).await, 4);
}
