//! `keyroster list`: every key of every account.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::process::ExitCode;

use anstyle::Style;
use futures_util::{FutureExt, StreamExt};
use keyroster::{
    Access, AccountKey, AccountWarning, ApiKey, Expiry, KeyStatus, ListKeys, Roster, RosterEvent,
    RosterReport, Timestamp, WarningKind,
};

use crate::accounts::Source;
use crate::args::{Format, List};
use crate::failure::{self, Failure, PARTIAL};
use crate::filter::Filter;
use crate::output::{
    BAD, Column, DIM, GOOD, Record, Table, Terminal, WARN, print_csv, print_jsonl, print_report,
    raw_stdout, stdout,
};
use crate::view;

/// An id is shown by so many characters at the least.
const SHORT_ID: usize = 8;

const COLUMNS: [Column; 10] = [
    Column { title: "ACCOUNT", shrinks_to: Some(6), drops: 0 },
    Column { title: "KEY ID", shrinks_to: None, drops: 0 },
    Column { title: "NAME", shrinks_to: Some(12), drops: 0 },
    Column { title: "STATUS", shrinks_to: None, drops: 0 },
    Column { title: "ACCESS", shrinks_to: None, drops: 1 },
    Column { title: "QUOTA", shrinks_to: None, drops: 4 },
    Column { title: "EXPIRES", shrinks_to: None, drops: 2 },
    Column { title: "LAST USED", shrinks_to: None, drops: 3 },
    Column { title: "CREATED", shrinks_to: None, drops: 5 },
    Column { title: "CONTAINER", shrinks_to: Some(10), drops: 6 },
];

pub(crate) async fn run(
    accounts: &Source<'_>,
    list: &List,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let now = view::now();
    let mut filter = Filter::new(&list.filter, now)?;
    let mut accounts = accounts.open().await?;
    accounts.retain(|account| filter.wants_account(&account.name, &account.provider))?;
    let roster = accounts.roster().await;
    let report = if list.output == Format::Jsonl {
        stream(&roster, &mut filter, now, &mut raw_stdout()).await?
    } else {
        let mut report = roster.list(ListKeys::all()).await;
        report.keys.retain(|key| filter.keeps(&key.key));
        print(&report, list.output, now, terminal)?;
        report
    };
    match filter.unknown() {
        0 => {}
        1 => terminal.hint("1 key is left out, as its vendor does not say what was asked"),
        unknown => terminal.hint(&format!(
            "{unknown} keys are left out, as their vendors do not say what was asked"
        )),
    }
    Ok(conclude(&report, terminal))
}

fn print(
    report: &RosterReport,
    format: Format,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(), Failure> {
    match format {
        Format::Json => print_report(report, now, &mut raw_stdout()),
        Format::Csv => {
            let records = report.keys.iter().map(|key| Record::new(&key.account, &key.key, now));
            print_csv(records, &mut raw_stdout())
        }
        Format::Table | Format::Jsonl => print_table(&report.keys, now, terminal, &mut stdout()),
    }
}

/// Prints each key as it comes, and keeps none.
async fn stream(
    roster: &Roster,
    filter: &mut Filter<'_>,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<RosterReport, Failure> {
    let mut events = roster.keys(&ListKeys::all());
    let mut report = RosterReport::default();
    loop {
        // Whoever reads the stream gets what there is while the next page is on its way.
        let event = if let Some(event) = events.next().now_or_never() {
            event
        } else {
            out.flush()?;
            events.next().await
        };
        let Some(event) = event else { break };
        match event {
            RosterEvent::Key(key) if !filter.keeps(&key.key) => {}
            RosterEvent::Key(key) => print_jsonl([Record::new(&key.account, &key.key, now)], out)?,
            event => report.take(event),
        }
    }
    out.flush()?;
    Ok(report)
}

/// Says what is to be said beside the keys, and tells the exit code.
fn conclude(report: &RosterReport, terminal: &Terminal) -> ExitCode {
    let keys = report.keys_answered();
    // What an account that failed would have left out is no matter.
    let failed = |account: &str| report.failures.iter().any(|failure| *failure.account == *account);
    for warning in report.warnings.iter().filter(|warning| !failed(&warning.account)) {
        terminal.warning(&format!("{}: {}", warning.account, warning.warning));
    }
    for account in &report.accounts {
        if let Some(same) = &account.same_as {
            let name = &account.account;
            terminal.warning(&format!(
                "`{name}` and `{same}` reach the same account at the vendor, so its keys are here twice"
            ));
        }
    }
    for failure in &report.failures {
        terminal.error(&failure.error.to_string());
    }
    match report.failures.first() {
        None if keys == 0 => {
            terminal.hint(
                "no keys: every account answered, and none has issued a key; make one with `keyroster \
                 create`, or at the vendor",
            );
            ExitCode::SUCCESS
        }
        None => {
            terminal.note(&summary(report, keys));
            let incomplete = |w: &AccountWarning| w.warning.kind == WarningKind::Incomplete;
            let partial = report.warnings.iter().any(incomplete);
            if partial { ExitCode::from(PARTIAL) } else { ExitCode::SUCCESS }
        }
        Some(failure) if report.failures.len() == report.accounts.len() && keys == 0 => {
            ExitCode::from(failure::code(failure.error.kind()))
        }
        Some(_) => {
            terminal.note(&summary(report, keys));
            ExitCode::from(PARTIAL)
        }
    }
}

/// What it came to, on a line.
fn summary(report: &RosterReport, keys: u64) -> String {
    let plural = |count: u64, noun: &str| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    };
    let requests = report.accounts.iter().map(|account| account.traffic.requests).sum();
    let slowest = report.accounts.iter().map(|account| account.elapsed_ms).max().unwrap_or(0);
    let accounts = plural(report.accounts.len() as u64, "account");
    let failed = match report.failures.len() {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    format!(
        "{} in {accounts}{failed}; {}, {slowest} ms; `?` is what the vendor does not say",
        plural(keys, "key"),
        plural(requests, "request"),
    )
}

fn print_table(
    keys: &[AccountKey],
    now: Timestamp,
    terminal: &Terminal,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if keys.is_empty() {
        return Ok(());
    }
    // Whoever pipes a table on wants to use the ids.
    let short = terminal.width.map(|_| short_ids(keys));
    let mut table = Table::new(&COLUMNS);
    for AccountKey { account, key, .. } in keys {
        let length = short.as_ref().and_then(|short| short.get(account.as_ref()).copied());
        let id: String = key.id.as_str().chars().take(length.unwrap_or(usize::MAX)).collect();
        table.push(row(account, view::clean(&id), key, now));
    }
    table.print(terminal.width, out)?;
    Ok(out.flush()?)
}

fn row(account: &str, id: String, key: &ApiKey, now: Timestamp) -> Vec<(String, Style)> {
    let plain = Style::new();
    let status = key.status_at(now);
    let works = status == KeyStatus::Active;
    let created = key.created_at.map_or_else(|| view::UNKNOWN.into(), |at| view::relative(at, now));
    let admin = matches!(key.access, Access::Admin) && works;
    let endless = matches!(key.expiry, Expiry::Never) && works;
    vec![
        (view::clean(account), plain),
        (id, plain),
        (view::name(key), plain),
        (status.to_string(), status_style(status)),
        (view::access(&key.access), if admin { WARN } else { plain }),
        (view::quota(&key.quota), plain),
        (view::expiry(key.expiry, now), if endless { WARN } else { plain }),
        (view::last_used(key.last_used, now), plain),
        (created, plain),
        (container(key), plain),
    ]
}

/// The container's name, or the beginning of its id; nothing where the vendor has none.
fn container(key: &ApiKey) -> String {
    let Some(container) = &key.container else { return String::new() };
    match &container.name {
        Some(name) => view::clean(name),
        None => view::clean(&container.id).chars().take(SHORT_ID).collect(),
    }
}

fn status_style(status: KeyStatus) -> Style {
    match status {
        KeyStatus::Active => GOOD,
        KeyStatus::Disabled | KeyStatus::Exhausted => WARN,
        KeyStatus::Expired | KeyStatus::Revoked => DIM,
        _ => BAD,
    }
}

/// For each account, how many characters tell all of its keys apart.
fn short_ids(keys: &[AccountKey]) -> HashMap<&str, usize> {
    let mut by_account: HashMap<&str, Vec<&str>> = HashMap::new();
    for AccountKey { account, key, .. } in keys {
        by_account.entry(account).or_default().push(key.id.as_str());
    }
    let enough = |ids: &[&str], length: usize| {
        let mut seen = HashSet::new();
        ids.iter().all(|id| seen.insert(id.chars().take(length).collect::<String>()))
    };
    by_account
        .into_iter()
        .map(|(account, ids)| {
            let longest = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0);
            let length = (SHORT_ID..longest).find(|length| enough(&ids, *length));
            (account, length.unwrap_or(longest))
        })
        .collect()
}
