//! `keyroster list`: every key of every account.

use std::collections::{HashMap, HashSet};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use keyroster::{AccountKey, Roster, Timestamp};

use crate::accounts::Source;
use crate::args::List;
use crate::clock;
use crate::exit::Failure;
use crate::listing::collect::{CollectEvent, Collected, by_account, collect};
use crate::listing::columns::{inert, print_csv, table};
use crate::listing::document::{Asked, Count, Course, Grouped, Keys};
use crate::listing::fields::Field;
use crate::listing::filter::Filter;
use crate::listing::group::Group;
use crate::listing::progress::Progress;
use crate::listing::summary::Summary;
use crate::listing::{group, sort};
use crate::output::{
    Document, Format, Record, print_ids, print_json, print_jsonl, raw_stdout, schema, stdout,
};
use crate::terminal::Terminal;

/// An id is shown by so many characters at the least.
const SHORT_ID: usize = 8;

pub(crate) async fn run(
    accounts: &Source<'_>,
    list: &List,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let now = clock::now();
    if list.output == Format::Ids && (list.group_by.is_some() || list.count) {
        let message = "`-o ids` prints keys, and --group-by and --count print none; leave one out";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut filter = Filter::new(list.filter.criteria(), now)?;
    let mut accounts = accounts.open().await?;
    accounts.retain(|account| filter.wants_account(account))?;
    let roster = accounts.roster().with_patience(list.deadline, tokio::time::sleep);
    let streams = list.output == Format::Jsonl
        && list.sort.is_empty()
        && list.group_by.is_none()
        && !list.count;
    let (collected, found, hidden) = if streams {
        let (collected, found) = stream(&roster, &mut filter, now, terminal).await?;
        (collected, found, 0)
    } else {
        let (collected, keys) = wanted_keys(&roster, &mut filter, list, now, terminal).await?;
        let course = course(&collected, &filter);
        let hidden = print(list, &filter, &collected, course, &keys, now, terminal)?;
        (collected, keys.len() as u64, hidden)
    };
    let (filter, roster, collected) = (&filter, &roster, &collected);
    let exit_code = list.exit_code;
    let legend = list.output == Format::Table && list.group_by.is_none() && !list.count;
    let summary = Summary { exit_code, legend, filter, roster, collected, found, hidden };
    Ok(ExitCode::from(summary.print(terminal)))
}

/// Collects the wanted keys, in the order that is wanted.
async fn wanted_keys(
    roster: &Roster,
    filter: &mut Filter,
    list: &List,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(Collected, Vec<AccountKey>), Failure> {
    let mut keys = Vec::new();
    let collected = collect(roster, Progress::new(roster, terminal), |step| {
        match step {
            CollectEvent::Key(key) if filter.keeps(&key.key) => keys.push(*key),
            CollectEvent::Key(_) | CollectEvent::Pause => {}
        }
        Ok(())
    })
    .await?;
    by_account(roster, &mut keys);
    sort::sort(&mut keys, &list.sort, now);
    Ok((collected, keys))
}

/// Prints each key as it comes, and keeps none.
async fn stream(
    roster: &Roster,
    filter: &mut Filter,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(Collected, u64), Failure> {
    let (mut out, mut found) = (raw_stdout(), 0);
    // Keys that come on the same terminal are progress enough.
    let shown = !io::stdout().is_terminal();
    let progress = if shown { Progress::new(roster, terminal) } else { Progress::none() };
    let collected = collect(roster, progress, |step| match step {
        CollectEvent::Key(key) if filter.keeps(&key.key) => {
            found += 1;
            print_jsonl([Record::new(&key.account, &key.key, now)], &mut out)
        }
        CollectEvent::Key(_) => Ok(()),
        // Whoever reads the stream gets what there is while the next page is on its way.
        CollectEvent::Pause => Ok(out.flush()?),
    })
    .await?;
    Ok((collected, found))
}

/// Prints the keys, and tells how many columns there was no room for.
fn print(
    list: &List,
    filter: &Filter,
    collected: &Collected,
    course: Asked<'_>,
    keys: &[AccountKey],
    now: Timestamp,
    terminal: &Terminal,
) -> Result<usize, Failure> {
    if let Some(by) = &list.group_by {
        let mut groups = group::groups(keys, by, now);
        if by.is_account() {
            group::add_failed(&mut groups, &collected.report.failures);
        }
        return print_groups(list, by, &groups, keys.len(), course, terminal);
    }
    if list.count {
        // Of accounts none of which answered nothing is known.
        let known = (!collected.is_unanswered()).then_some(keys.len());
        return print_count(list, known, course).map(|()| 0);
    }
    let records = keys.iter().map(|key| Record::new(&key.account, &key.key, now));
    let wanted = list.columns();
    let fields = |all: fn() -> Vec<Field>| if wanted.is_empty() { all() } else { wanted.clone() };
    let column = |field: &Field| match &wanted[..] {
        [] if filter.criteria().asks_for(&field.name()) => field.column().stays(),
        [] => field.column(),
        // A part of an id is of no use.
        _ if field.is_id() => field.column(),
        _ => field.column().kept(),
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
        Format::Csv => print_csv(records, &fields(Field::exact_ones), &mut raw_stdout())?,
        Format::Ids => print_ids(records, &mut raw_stdout())?,
        Format::Markdown => {
            let fields = fields(Field::shown);
            let columns: Vec<_> = fields.iter().map(column).collect();
            table(records, &fields, &columns, whole).print_markdown(&mut raw_stdout())?;
        }
        Format::Table if keys.is_empty() => {}
        Format::Table => {
            let fields = fields(Field::shown);
            let columns: Vec<_> = fields.iter().map(column).collect();
            // Whoever pipes a table on wants to use the ids.
            let width = terminal.width.filter(|_| !list.wide);
            let short = width.map(|_| short_ids(keys));
            let id = |record: &Record<'_>| {
                let length = short.as_ref().and_then(|short| short.get(record.account).copied());
                record.key.id.as_str().chars().take(length.unwrap_or(usize::MAX)).collect()
            };
            let mut out = stdout();
            let hidden = table(records, &fields, &columns, id).print(width, &mut out)?;
            out.flush()?;
            return Ok(hidden);
        }
    }
    Ok(0)
}

fn print_groups(
    list: &List,
    by: &Field,
    groups: &[Group],
    keys: usize,
    course: Asked<'_>,
    terminal: &Terminal,
) -> Result<usize, Failure> {
    match list.output {
        Format::Json => {
            let body = Grouped { by: by.name(), keys, groups, course };
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
            for row in group::rows(groups, by, list.count) {
                csv.write_record(row.into_iter().map(inert))?;
            }
            csv.flush()?;
        }
        Format::Markdown => {
            let table = group::table(groups, by, list.count);
            table.print_markdown(&mut raw_stdout())?;
        }
        // Ids are refused before anybody is asked.
        Format::Table | Format::Ids if groups.is_empty() => {}
        Format::Table | Format::Ids => {
            let mut out = stdout();
            let width = terminal.width.filter(|_| !list.wide);
            let hidden = group::table(groups, by, list.count).print(width, &mut out)?;
            out.flush()?;
            return Ok(hidden);
        }
    }
    Ok(0)
}

/// Prints how many keys there are; nothing that passes for a number if none of the accounts answered.
fn print_count(list: &List, keys: Option<usize>, course: Asked<'_>) -> Result<(), Failure> {
    let mut out = raw_stdout();
    let body = Count { keys, course };
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

fn course<'a>(collected: &'a Collected, filter: &Filter) -> Asked<'a> {
    let unanswered = collected.stopped.as_ref().map(|(_, accounts)| &accounts[..]);
    let course = Course::new(&collected.report, unanswered);
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
