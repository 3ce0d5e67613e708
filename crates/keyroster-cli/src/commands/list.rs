//! `keyroster list`: every key of every account.

use std::collections::{HashMap, HashSet};
use std::io::{self, IsTerminal, Write};

use keyroster::{AccountKey, Roster, Timestamp};

use crate::accounts::Source;
use crate::args::{List, View};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::listing::collect::{CollectEvent, Collected, by_account, collect};
use crate::listing::columns::{inert, print_csv, table};
use crate::listing::document::{Asked, Count, Course, Grouped, Keys};
use crate::listing::fields::Field;
use crate::listing::filter::Filter;
use crate::listing::group::{self, Group};
use crate::listing::progress::Progress;
use crate::listing::sort;
use crate::listing::summary::Summary;
use crate::output::{
    Document, Format, Record, print_ids, print_json, print_jsonl, raw_stdout, schema, stdout,
};
use crate::terminal::Terminal;

/// Minimum number of characters of a shortened id.
const SHORT_ID: usize = 8;

pub(crate) async fn run(
    accounts: &Source<'_>,
    list: &List,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let now = clock::now();
    let view = list.view();
    if list.output == Format::Ids && !matches!(view, View::Keys) {
        let message = "`-o ids` prints keys: it cannot be combined with --group-by or --count";
        return Err(Failure::usage(message));
    }
    let mut filter = Filter::new(list.filter.criteria(), now)?;
    let mut accounts = accounts.open().await?;
    accounts.retain(|account| filter.wants_account(account))?;
    let roster = accounts.roster().clone().with_patience(list.deadline, tokio::time::sleep);
    let streams =
        list.output == Format::Jsonl && list.sort.is_empty() && matches!(view, View::Keys);
    let (collected, found, hidden) = if streams {
        let (collected, found) = stream(&roster, &mut filter, now, terminal).await?;
        (collected, found, 0)
    } else {
        let (collected, keys) = wanted_keys(&roster, &mut filter, list, now, terminal).await?;
        let listing = Listing { list, filter: &filter, collected: &collected, keys: &keys, now };
        let hidden = listing.print(&view, terminal)?;
        (collected, keys.len() as u64, hidden)
    };
    let summary = Summary {
        exit_code: list.exit_code,
        legend: list.output == Format::Table && matches!(view, View::Keys),
        filter: &filter,
        roster: &roster,
        collected: &collected,
        found,
        hidden,
    };
    Ok(summary.print(terminal))
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
    let collected = collect(roster, Progress::new(roster, terminal), |event| {
        match event {
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

/// Prints each key as it arrives, and keeps none.
async fn stream(
    roster: &Roster,
    filter: &mut Filter,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<(Collected, u64), Failure> {
    let mut out = raw_stdout();
    let mut found = 0;
    // Keys that appear on the same terminal are progress enough.
    let is_shown = !io::stdout().is_terminal();
    let progress = if is_shown { Progress::new(roster, terminal) } else { Progress::none() };
    let collected = collect(roster, progress, |event| match event {
        CollectEvent::Key(key) if filter.keeps(&key.key) => {
            found += 1;
            print_jsonl([Record::new(&key.account, &key.key, now)], &mut out)
        }
        CollectEvent::Key(_) => Ok(()),
        // The reader of the stream gets what there is while the next page is on its way.
        CollectEvent::Pause => Ok(out.flush()?),
    })
    .await?;
    Ok((collected, found))
}

/// The keys that were found, and how they are to be printed.
struct Listing<'a> {
    list: &'a List,
    filter: &'a Filter,
    collected: &'a Collected,
    keys: &'a [AccountKey],
    now: Timestamp,
}

impl Listing<'_> {
    /// Prints the keys, and returns how many columns there was no room for.
    fn print(&self, view: &View, terminal: &Terminal) -> Result<usize, Failure> {
        match view {
            View::Keys => self.print_keys(terminal),
            View::Groups { by, only_count } => {
                let mut groups = group::groups(self.keys, by, self.now);
                if by.is_account() {
                    group::add_failed(&mut groups, &self.collected.report.failures);
                }
                self.print_groups(&groups, by, *only_count, terminal)
            }
            View::Count => self.print_count().map(|()| 0),
        }
    }

    fn print_keys(&self, terminal: &Terminal) -> Result<usize, Failure> {
        let keys = self.keys;
        let records = keys.iter().map(|key| Record::new(&key.account, &key.key, self.now));
        let wanted = self.list.columns();
        let fields =
            |all: fn() -> Vec<Field>| if wanted.is_empty() { all() } else { wanted.clone() };
        let column = |field: &Field| match &wanted[..] {
            [] if self.filter.criteria().asks_for(&field.name()) => field.column().stays(),
            [] => field.column(),
            // Part of an id is of no use.
            _ if field.is_id() => field.column(),
            _ => field.column().kept(),
        };
        let whole = |record: &Record<'_>| record.key.id.to_string();
        match self.list.output {
            Format::Json => {
                let body = Keys { keys: records.collect(), course: self.course() };
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
                // A table that is piped on has whole ids, so that they can be used.
                let width = self.width(terminal);
                let short = width.map(|_| short_ids(keys));
                let id = |record: &Record<'_>| {
                    let length =
                        short.as_ref().and_then(|short| short.get(record.account).copied());
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
        &self,
        groups: &[Group],
        by: &Field,
        only_count: bool,
        terminal: &Terminal,
    ) -> Result<usize, Failure> {
        match self.list.output {
            Format::Json => {
                let keys = self.keys.len();
                let body = Grouped { by: by.name(), keys, groups, course: self.course() };
                print_json(&Document::new(schema::GROUPS, body), &mut raw_stdout())?;
            }
            Format::Jsonl => {
                let mut out = raw_stdout();
                for group in groups {
                    let line = serde_json::to_string(&Document::new(schema::GROUP, group))?;
                    writeln!(out, "{line}")?;
                }
                out.flush()?;
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(raw_stdout());
                for row in group::rows(groups, by, only_count) {
                    csv.write_record(row.into_iter().map(inert))?;
                }
                csv.flush()?;
            }
            Format::Markdown => {
                let table = group::table(groups, by, only_count);
                table.print_markdown(&mut raw_stdout())?;
            }
            // Ids are refused before any account is asked.
            Format::Table | Format::Ids if groups.is_empty() => {}
            Format::Table | Format::Ids => {
                let mut out = stdout();
                let table = group::table(groups, by, only_count);
                let hidden = table.print(self.width(terminal), &mut out)?;
                out.flush()?;
                return Ok(hidden);
            }
        }
        Ok(0)
    }

    /// Prints how many keys there are. If no account answered, it prints nothing that looks like a number.
    fn print_count(&self) -> Result<(), Failure> {
        let mut out = raw_stdout();
        let keys = (!self.collected.is_unanswered()).then_some(self.keys.len());
        let body = Count { keys, course: self.course() };
        match (self.list.output, keys) {
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

    fn width(&self, terminal: &Terminal) -> Option<usize> {
        terminal.width.filter(|_| !self.list.wide)
    }

    fn course(&self) -> Asked<'_> {
        let unanswered = self.collected.stopped.as_ref().map(|(_, accounts)| &accounts[..]);
        let course = Course::new(&self.collected.report, unanswered);
        Asked { undecided: self.filter.undecided(), course }
    }
}

/// For each account, the number of characters that distinguishes all of its ids.
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
