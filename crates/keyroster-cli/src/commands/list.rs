//! `keyroster list`: every key of every account.

use std::collections::{HashMap, HashSet};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use keyroster::{AccountKey, AccountWarning, Roster, Timestamp, WarningKind};

use crate::accounts::Source;
use crate::args::{Format, List};
use crate::commands::schema;
use crate::facts::Fact;
use crate::failure::{self, Failure, PARTIAL};
use crate::filter::Filter;
use crate::gather::{Gathered, Step, by_account, gather};
use crate::output::{
    Course, Document, Keys, Record, Terminal, print_csv, print_json, print_jsonl, raw_stdout,
    stdout, table,
};
use crate::progress::Progress;
use crate::{groups, sort, view};

/// An id is shown by so many characters at the least.
const SHORT_ID: usize = 8;

/// The exit code of a check that found something.
const FOUND: u8 = 1;

pub(crate) async fn run(
    accounts: &Source<'_>,
    list: &List,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let now = view::now();
    let mut filter = Filter::new(&list.filter, now)?;
    let mut accounts = accounts.open().await?;
    accounts.retain(|account| filter.wants_account(account))?;
    let roster = accounts.roster().await.with_patience(list.deadline, tokio::time::sleep);
    let streams = list.output == Format::Jsonl
        && list.sort.is_empty()
        && list.group_by.is_none()
        && !list.count;
    let (gathered, found) = if streams {
        stream(&roster, &mut filter, now, terminal).await?
    } else {
        let (gathered, keys) = collect(&roster, &mut filter, list, now, terminal).await?;
        print(list, &gathered, &keys, now, terminal)?;
        (gathered, keys.len() as u64)
    };
    match filter.unknown() {
        0 => {}
        1 => terminal.hint("1 key is left out, as its vendor does not say what was asked"),
        unknown => terminal.hint(&format!(
            "{unknown} keys are left out, as their vendors do not say what was asked"
        )),
    }
    let code = conclude(&gathered, found, list, terminal);
    let checks = list.exit_code && code == 0 && found > 0;
    Ok(ExitCode::from(if checks { FOUND } else { code }))
}

/// Collects the wanted keys, in the order that is wanted.
async fn collect(
    roster: &Roster,
    filter: &mut Filter<'_>,
    list: &List,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(Gathered, Vec<AccountKey>), Failure> {
    let mut keys = Vec::new();
    let gathered = gather(roster, Progress::new(roster, terminal), |step| {
        match step {
            Step::Key(key) if filter.keeps(&key.key) => keys.push(*key),
            Step::Key(_) | Step::Pause => {}
        }
        Ok(())
    })
    .await?;
    by_account(roster, &mut keys);
    sort::sort(&mut keys, &list.sort, now);
    Ok((gathered, keys))
}

/// Prints each key as it comes, and keeps none.
async fn stream(
    roster: &Roster,
    filter: &mut Filter<'_>,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(Gathered, u64), Failure> {
    let (mut out, mut found) = (raw_stdout(), 0);
    // Keys that come on the same terminal are progress enough.
    let shown = !io::stdout().is_terminal();
    let progress = if shown { Progress::new(roster, terminal) } else { Progress::none() };
    let gathered = gather(roster, progress, |step| match step {
        Step::Key(key) if filter.keeps(&key.key) => {
            found += 1;
            print_jsonl([Record::new(&key.account, &key.key, now)], &mut out)
        }
        Step::Key(_) => Ok(()),
        // Whoever reads the stream gets what there is while the next page is on its way.
        Step::Pause => Ok(out.flush()?),
    })
    .await?;
    Ok((gathered, found))
}

fn print(
    list: &List,
    gathered: &Gathered,
    keys: &[AccountKey],
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if let Some(by) = &list.group_by {
        return print_groups(list, by, gathered, keys, now, terminal);
    }
    if list.count {
        return print_count(list, gathered, keys.len());
    }
    let records = keys.iter().map(|key| Record::new(&key.account, &key.key, now));
    let facts = |all: fn() -> Vec<Fact>| {
        if list.columns.is_empty() { all() } else { list.columns.clone() }
    };
    let column = |fact: &Fact| match &list.columns[..] {
        [] => fact.column(),
        // A part of an id is of no use.
        _ if fact.is_id() => fact.column(),
        _ => fact.column().kept(),
    };
    let whole = |record: &Record<'_>| record.key.id.to_string();
    match list.output {
        Format::Json => {
            let body = Keys { keys: records.collect(), course: course(gathered) };
            print_json(&Document::new(schema::LIST, body), &mut raw_stdout())
        }
        Format::Jsonl => {
            let mut out = raw_stdout();
            print_jsonl(records, &mut out)?;
            Ok(out.flush()?)
        }
        Format::Csv => print_csv(records, &facts(Fact::exact_ones), &mut raw_stdout()),
        Format::Markdown => {
            let facts = facts(Fact::shown);
            let columns: Vec<_> = facts.iter().map(column).collect();
            Ok(table(records, &facts, &columns, whole).print_markdown(&mut raw_stdout())?)
        }
        Format::Table if keys.is_empty() => Ok(()),
        Format::Table => {
            let facts = facts(Fact::shown);
            let columns: Vec<_> = facts.iter().map(column).collect();
            // Whoever pipes a table on wants to use the ids.
            let width = terminal.width.filter(|_| !list.wide);
            let short = width.map(|_| short_ids(keys));
            let id = |record: &Record<'_>| {
                let length = short.as_ref().and_then(|short| short.get(record.account).copied());
                record.key.id.as_str().chars().take(length.unwrap_or(usize::MAX)).collect()
            };
            let mut out = stdout();
            table(records, &facts, &columns, id).print(width, &mut out)?;
            Ok(out.flush()?)
        }
    }
}

fn print_groups(
    list: &List,
    by: &Fact,
    gathered: &Gathered,
    keys: &[AccountKey],
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let groups = groups::groups(keys, by, now);
    match list.output {
        Format::Json => {
            let body = schema::Grouped {
                by: by.name(),
                keys: keys.len(),
                groups: &groups,
                course: course(gathered),
            };
            print_json(&Document::new(schema::GROUPS, body), &mut raw_stdout())
        }
        Format::Jsonl => {
            let mut out = raw_stdout();
            for group in &groups {
                writeln!(out, "{}", serde_json::to_string(&Document::new(schema::GROUP, group))?)?;
            }
            Ok(out.flush()?)
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(raw_stdout());
            for row in groups::rows(&groups, by, list.count) {
                csv.write_record(row)?;
            }
            Ok(csv.flush()?)
        }
        Format::Markdown => {
            let table = groups::table(&groups, by, list.count);
            Ok(table.print_markdown(&mut raw_stdout())?)
        }
        Format::Table if groups.is_empty() => Ok(()),
        Format::Table => {
            let mut out = stdout();
            let width = terminal.width.filter(|_| !list.wide);
            groups::table(&groups, by, list.count).print(width, &mut out)?;
            Ok(out.flush()?)
        }
    }
}

/// Prints how many keys there are.
fn print_count(list: &List, gathered: &Gathered, keys: usize) -> Result<(), Failure> {
    let mut out = raw_stdout();
    let body = schema::Count { keys, course: course(gathered) };
    match list.output {
        Format::Json => print_json(&Document::new(schema::COUNT, body), &mut out)?,
        Format::Jsonl => {
            let line = serde_json::to_string(&Document::new(schema::COUNT, body))?;
            writeln!(out, "{line}")?;
        }
        Format::Csv => writeln!(out, "keys\n{keys}")?,
        Format::Markdown | Format::Table => writeln!(out, "{keys}")?,
    }
    Ok(out.flush()?)
}

fn course(gathered: &Gathered) -> Course<'_> {
    let unanswered = gathered.stopped.as_ref().map(|(_, accounts)| &accounts[..]);
    Course::new(&gathered.report, unanswered)
}

/// Says what is to be said beside the keys, and tells the exit code.
fn conclude(gathered: &Gathered, found: u64, list: &List, terminal: &Terminal) -> u8 {
    let report = &gathered.report;
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
    if let Some((code, unanswered)) = &gathered.stopped {
        terminal.warning(&interruption(unanswered));
        terminal.note(&summary(gathered, found, list, terminal));
        return *code;
    }
    let keys = report.keys_answered();
    match report.failures.first() {
        None if keys == 0 => {
            terminal.hint(
                "no keys: every account answered, and none has issued a key; make one with `keyroster \
                 create`, or at the vendor",
            );
            0
        }
        None => {
            terminal.note(&summary(gathered, found, list, terminal));
            let incomplete = |w: &AccountWarning| w.warning.kind == WarningKind::Incomplete;
            if report.warnings.iter().any(incomplete) { PARTIAL } else { 0 }
        }
        Some(failure) if report.failures.len() == report.accounts.len() && keys == 0 => {
            failure::code(failure.error.kind())
        }
        Some(_) => {
            terminal.note(&summary(gathered, found, list, terminal));
            PARTIAL
        }
    }
}

/// Says what is missing of an interrupted listing.
fn interruption(unanswered: &[String]) -> String {
    const NAMED: usize = 5;
    let names = unanswered.iter().take(NAMED).map(|name| format!("`{}`", view::clean(name)));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match unanswered.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if unanswered.is_empty() {
        return "interrupted when every account had answered".to_owned();
    }
    format!("interrupted, so keys are missing: no full answer yet from {names}{more}")
}

/// What it came to, on a line.
fn summary(gathered: &Gathered, found: u64, list: &List, terminal: &Terminal) -> String {
    let report = &gathered.report;
    // An interrupted account has no report of its keys.
    let keys = report.keys_answered().max(found);
    let sum = |figure: fn(&keyroster::AccountReport) -> u64| -> u64 {
        report.accounts.iter().map(figure).sum()
    };
    let unanswered = gathered.stopped.as_ref().map_or(0, |(_, accounts)| accounts.len());
    let accounts = view::plural((report.accounts.len() + unanswered) as u64, "account");
    let keys = if found == keys {
        view::plural(keys, "key")
    } else {
        format!("{found} of {}", view::plural(keys, "key"))
    };
    let mut text = format!("{keys} in {accounts}");
    if !report.failures.is_empty() {
        text += &format!(", {} failed", report.failures.len());
    }
    text += &format!("; {}", view::plural(sum(|a| a.traffic.requests), "request"));
    match sum(|account| account.traffic.retries) {
        0 => {}
        1 => text += ", 1 of them again",
        retries => text += &format!(", {retries} of them again"),
    }
    let elapsed = gathered.elapsed;
    text += &match elapsed.as_secs() {
        0 => format!(", {} ms", elapsed.as_millis()),
        _ => format!(", {:.1} s", elapsed.as_secs_f64()),
    };
    let legend = "; `?` is what the vendor does not say";
    let fits = terminal.width.is_none_or(|width| text.len() + legend.len() < width);
    let whole = list.output == Format::Table && list.group_by.is_none() && !list.count;
    if whole && fits && found > 0 {
        text += legend;
    }
    text
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
