//! `keyroster list`: every key of every account.

use std::collections::{HashMap, HashSet};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use keyroster::{AccountKey, Roster, Timestamp};

use crate::accounts::Source;
use crate::args::{Format, List};
use crate::closing::Closing;
use crate::commands::schema;
use crate::facts::Fact;
use crate::failure::Failure;
use crate::filter::Filter;
use crate::gather::{Gathered, Step, by_account, gather};
use crate::groups::{self, Group};
use crate::output::{
    Asked, Course, Document, Keys, Record, Terminal, inert, print_csv, print_ids, print_json,
    print_jsonl, raw_stdout, stdout, table,
};
use crate::progress::Progress;
use crate::{sort, view};

/// An id is shown by so many characters at the least.
const SHORT_ID: usize = 8;

pub(crate) async fn run(
    accounts: &Source<'_>,
    list: &List,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let now = view::now();
    if list.output == Format::Ids && (list.group_by.is_some() || list.count) {
        let message = "`-o ids` prints keys, and --group-by and --count print none; leave one out";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut filter = Filter::new(&list.filter, now)?;
    let mut accounts = accounts.open().await?;
    accounts.retain(|account| filter.wants_account(account))?;
    let roster = accounts.roster().with_patience(list.deadline, tokio::time::sleep);
    let streams = list.output == Format::Jsonl
        && list.sort.is_empty()
        && list.group_by.is_none()
        && !list.count;
    let (gathered, found, hidden) = if streams {
        let (gathered, found) = stream(&roster, &mut filter, now, terminal).await?;
        (gathered, found, 0)
    } else {
        let (gathered, keys) = collect(&roster, &mut filter, list, now, terminal).await?;
        let course = course(&gathered, &filter);
        let hidden = print(list, &gathered, course, &keys, now, terminal)?;
        (gathered, keys.len() as u64, hidden)
    };
    let (filter, roster, gathered) = (&filter, &roster, &gathered);
    let closing = Closing { list, filter, roster, gathered, found, hidden };
    Ok(ExitCode::from(closing.say(terminal)))
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

/// Prints the keys, and tells how many columns there was no room for.
fn print(
    list: &List,
    gathered: &Gathered,
    course: Asked<'_>,
    keys: &[AccountKey],
    now: Timestamp,
    terminal: &Terminal,
) -> Result<usize, Failure> {
    if let Some(by) = &list.group_by {
        let mut groups = groups::groups(keys, by, now);
        if by.is_account() {
            groups::add_failed(&mut groups, &gathered.report.failures);
        }
        return print_groups(list, by, &groups, keys.len(), course, terminal);
    }
    if list.count {
        // Of accounts none of which answered nothing is known.
        let known = (!gathered.is_unanswered()).then_some(keys.len());
        return print_count(list, known, course).map(|()| 0);
    }
    let records = keys.iter().map(|key| Record::new(&key.account, &key.key, now));
    let wanted = list.columns();
    let facts = |all: fn() -> Vec<Fact>| if wanted.is_empty() { all() } else { wanted.clone() };
    let column = |fact: &Fact| match &wanted[..] {
        [] if list.filter.asks_for(&fact.name()) => fact.column().stays(),
        [] => fact.column(),
        // A part of an id is of no use.
        _ if fact.is_id() => fact.column(),
        _ => fact.column().kept(),
    };
    let whole = |record: &Record<'_>| record.key.id.to_string();
    match list.output {
        Format::Json => {
            let body = Keys { keys: records.collect(), course };
            print_json(&Document::new(schema::LIST, body), &mut raw_stdout())?;
        }
        Format::Jsonl => {
            let mut out = raw_stdout();
            print_jsonl(records, &mut out)?;
            out.flush()?;
        }
        Format::Csv => print_csv(records, &facts(Fact::exact_ones), &mut raw_stdout())?,
        Format::Ids => print_ids(records, &mut raw_stdout())?,
        Format::Markdown => {
            let facts = facts(Fact::shown);
            let columns: Vec<_> = facts.iter().map(column).collect();
            table(records, &facts, &columns, whole).print_markdown(&mut raw_stdout())?;
        }
        Format::Table if keys.is_empty() => {}
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
            let hidden = table(records, &facts, &columns, id).print(width, &mut out)?;
            out.flush()?;
            return Ok(hidden);
        }
    }
    Ok(0)
}

fn print_groups(
    list: &List,
    by: &Fact,
    groups: &[Group],
    keys: usize,
    course: Asked<'_>,
    terminal: &Terminal,
) -> Result<usize, Failure> {
    match list.output {
        Format::Json => {
            let body = schema::Grouped { by: by.name(), keys, groups, course };
            print_json(&Document::new(schema::GROUPS, body), &mut raw_stdout())?;
        }
        Format::Jsonl => {
            let mut out = raw_stdout();
            for group in groups {
                writeln!(out, "{}", serde_json::to_string(&Document::new(schema::GROUP, group))?)?;
            }
            out.flush()?;
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(raw_stdout());
            for row in groups::rows(groups, by, list.count) {
                csv.write_record(row.into_iter().map(inert))?;
            }
            csv.flush()?;
        }
        Format::Markdown => {
            let table = groups::table(groups, by, list.count);
            table.print_markdown(&mut raw_stdout())?;
        }
        // Ids are refused before anybody is asked.
        Format::Table | Format::Ids if groups.is_empty() => {}
        Format::Table | Format::Ids => {
            let mut out = stdout();
            let width = terminal.width.filter(|_| !list.wide);
            let hidden = groups::table(groups, by, list.count).print(width, &mut out)?;
            out.flush()?;
            return Ok(hidden);
        }
    }
    Ok(0)
}

/// Prints how many keys there are; nothing that passes for a number if none of the accounts answered.
fn print_count(list: &List, keys: Option<usize>, course: Asked<'_>) -> Result<(), Failure> {
    let mut out = raw_stdout();
    let body = schema::Count { keys, course };
    match (list.output, keys) {
        (Format::Json, _) => print_json(&Document::new(schema::COUNT, body), &mut out)?,
        (Format::Jsonl, _) => {
            let line = serde_json::to_string(&Document::new(schema::COUNT, body))?;
            writeln!(out, "{line}")?;
        }
        (_, None) => {}
        (Format::Csv, Some(keys)) => writeln!(out, "keys\n{keys}")?,
        (_, Some(keys)) => writeln!(out, "{keys}")?,
    }
    Ok(out.flush()?)
}

fn course<'a>(gathered: &'a Gathered, filter: &Filter<'_>) -> Asked<'a> {
    let unanswered = gathered.stopped.as_ref().map(|(_, accounts)| &accounts[..]);
    let course = Course::new(&gathered.report, unanswered);
    Asked { undecided: filter.undecided(), course }
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
