//! `keyroster list` for other programs: spreadsheets, `head`, and keyroster itself.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use keyroster_sandbox::Sandbox;

use crate::support::binary::{keyroster, keyroster_at};
use crate::support::changes::{at, reading};

#[tokio::test]
async fn csv_has_no_formulas() {
    let sandbox = Sandbox::start().await.unwrap();
    let names = ["=HYPERLINK(\"http://x\")", "+SUM(A1)", "-2+3", "@SUM(A1)", "\tx", "-5", "plain"];
    for name in names {
        let name = format!("--name={name}");
        let key =
            format!("openrouter/{}", sandbox.truth()["openrouter"][0]["hash"].as_str().unwrap());
        at(&sandbox, &["update", &key, &name]).await.ok();
        let list = ["list", "-o", "csv", "--columns", "name,remaining", "--provider", "openrouter"];
        let text = at(&sandbox, &list).await.ok().stdout;
        let rows: Vec<_> = csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(|row| row.unwrap()[0].to_owned())
            .collect();
        let name = name.strip_prefix("--name=").unwrap();
        let shown =
            if ["-5", "plain"].contains(&name) { name.to_owned() } else { format!("'{name}") };
        assert!(rows.contains(&shown), "{shown}: {rows:?}");
        let list = ["list", "-o", "csv", "--group-by", "name"];
        assert!(at(&sandbox, &list).await.ok().stdout.contains(&shown.replace('"', "\"\"")));
    }
    // Numbers stay numbers.
    let text = at(&sandbox, &["list", "-o", "csv", "--columns", "remaining"]).await.ok().stdout;
    assert!(text.lines().any(|line| line.starts_with('-')), "one is overdrawn: {text}");
}

#[tokio::test]
async fn csv_can_be_cut_off() {
    let command = ["list", "-o", "csv", "--sandbox"];
    // More than a pipe holds.
    let sandbox = Sandbox::builder().pinata_keys(600).start().await.unwrap();
    let mut command = keyroster_at(&sandbox, &command[..3]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (lines, output) = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut head = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut head).unwrap();
        (head, child.wait_with_output().unwrap())
    })
    .await
    .unwrap();
    assert!(lines.starts_with("provider,"), "{lines}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn ids_can_be_read_with_from() {
    let sandbox = Sandbox::start().await.unwrap();
    let ids = at(&sandbox, &["list", "--name", "tf-*", "-o", "ids"]).await.ok().stdout;
    assert_eq!(ids.lines().count(), 5);
    let revoke = ["revoke", "--from", "-", "--yes"];
    reading(keyroster_at(&sandbox, &revoke), &ids).await.ok();
    assert_eq!(at(&sandbox, &["list", "--name", "tf-*", "-o", "ids"]).await.ok().stdout, "");
    for shape in [&["--count"][..], &["--group-by", "status"]] {
        let wrong = at(&sandbox, &[&["list", "-o", "ids"], shape].concat()).await;
        assert!(wrong.code == 2 && wrong.stderr.contains("-o ids"), "{wrong:?}");
    }
}

#[tokio::test]
async fn all_prints_every_column() {
    let sandbox = Sandbox::start().await.unwrap();
    let csv = at(&sandbox, &["list", "-o", "csv", "--columns", "all,extras.id"]).await.ok().stdout;
    let head = csv.lines().next().unwrap();
    assert!(head.starts_with("provider,account,id,name,") && head.ends_with(",quota,extras.id"));
    let help = crate::support::binary::run(keyroster(&["list", "--help"])).await.ok().stdout;
    for field in head.split(',').filter(|field| *field != "extras.id") {
        assert!(help.matches(field).count() >= 3, "{field}: {help}");
    }
}

#[tokio::test]
async fn amounts_are_sorted_by_unit() {
    let sandbox = Sandbox::start().await.unwrap();
    let list = ["list", "-o", "csv", "--columns", "used,unit,limit", "--sort", "-used"];
    let text = at(&sandbox, &list).await.ok().stdout;
    let mut spans: Vec<(String, f64)> = Vec::new();
    let mut units: Vec<String> = Vec::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap) {
        let (Ok(used), unit) = (row[0].parse::<f64>(), row[1].to_owned()) else { continue };
        if unit.is_empty() {
            continue;
        }
        if units.last() != Some(&unit) {
            units.push(unit.clone());
        } else if let Some((_, last)) = spans.last() {
            assert!(*last >= used, "{text}");
        }
        spans.push((unit, used));
    }
    assert_eq!(units, ["requests", "USD"], "{text}");
    // A quota of zero has no share.
    let none = ["create", "openrouter", "none", "--limit", "0", "--secret-to", "stdout"];
    at(&sandbox, &none).await.ok();
    for sort in ["quota", "-quota"] {
        let list = ["list", "-o", "csv", "--columns", "name,quota", "--sort", sort];
        let text = at(&sandbox, &list).await.ok().stdout;
        let place = |wanted: &str| text.lines().position(|line| line.starts_with(wanted)).unwrap();
        let known = |line: &&str| line.contains('/') || line.ends_with("unlimited");
        let nothing = |line: &&str| line.contains(",0/0 ");
        let known = text.lines().filter(|line| known(line) && !nothing(line)).count();
        // The names of the columns are the first line.
        assert!(place("none,0/0") > known, "{sort}: {text}");
    }
}
