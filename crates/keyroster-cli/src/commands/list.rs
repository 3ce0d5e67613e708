//! `keyroster list`: every key of every account.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::process::ExitCode;

use anstyle::Style;
use keyroster::{Access, ApiKey, Expiry, KeyStatus, Timestamp};

use crate::accounts::Source;
use crate::args::{Format, List};
use crate::failure::{self, Failure};
use crate::gather::{Gathered, gather};
use crate::output::{
    BAD, Column, DIM, GOOD, Record, Table, Terminal, WARN, print_csv, print_jsonl, stdout,
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
    let gathered = gather(accounts.open().await?).await;
    let now = view::now();
    let mut out = stdout();
    let records = gathered.keys.iter().map(|(account, key)| Record::new(account, key, now));
    match list.output {
        Format::Table => print_table(&gathered, now, terminal, &mut out)?,
        Format::Json => gathered.print_json(now, &mut out)?,
        Format::Jsonl => print_jsonl(records, &mut out)?,
        Format::Csv => print_csv(records, &mut out)?,
    }
    out.flush()?;
    drop(out);
    Ok(conclude(&gathered, terminal))
}

/// Says what is to be said beside the keys, and tells the exit code.
fn conclude(gathered: &Gathered, terminal: &Terminal) -> ExitCode {
    // What an account that failed would have left out is no matter.
    let failed = |account| gathered.failures.iter().any(|(failed, _)| failed == account);
    for (account, warning) in gathered.warnings.iter().filter(|(account, _)| !failed(account)) {
        terminal.warning(&format!("{account}: {warning}"));
    }
    for (_, error) in &gathered.failures {
        terminal.error(&error.to_string());
    }
    let answered = gathered.accounts - gathered.failures.len();
    match gathered.failures.first() {
        None if gathered.keys.is_empty() => {
            terminal.hint(
                "no keys: every account answered, and none has issued a key; one made at the vendor \
                 shows up here at once",
            );
            ExitCode::SUCCESS
        }
        None => ExitCode::SUCCESS,
        Some((_, error)) if answered == 0 => ExitCode::from(failure::code(error.kind())),
        Some(_) => ExitCode::from(3),
    }
}

fn print_table(
    gathered: &Gathered,
    now: Timestamp,
    terminal: &Terminal,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if gathered.keys.is_empty() {
        return Ok(());
    }
    // Whoever pipes a table on wants to use the ids.
    let short = terminal.width.map(|_| short_ids(&gathered.keys));
    let mut table = Table::new(&COLUMNS);
    for (account, key) in &gathered.keys {
        let id = key.id.as_str();
        let length = short.as_ref().and_then(|short| short.get(account.as_str()).copied());
        let id: String = id.chars().take(length.unwrap_or(usize::MAX)).collect();
        table.push(row(account, view::clean(&id), key, now));
    }
    table.print(terminal.width, out)?;
    let (keys, accounts) = (gathered.keys.len(), gathered.accounts);
    terminal.note(&format!(
        "\n{keys} keys in {accounts} accounts; `?` is what the vendor does not say"
    ));
    Ok(())
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
fn short_ids(keys: &[(String, ApiKey)]) -> HashMap<&str, usize> {
    let mut by_account: HashMap<&str, Vec<&str>> = HashMap::new();
    for (account, key) in keys {
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
