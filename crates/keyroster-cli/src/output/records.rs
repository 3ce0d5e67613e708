//! Keys for programs.

use std::io::{self, Write};

use anstyle::Style;
use keyroster::{
    AccountFailure, AccountReport, AccountWarning, ApiKey, Decimal, Error, KeyStatus, RosterReport,
    Timestamp,
};
use serde::Serialize;

use super::{Column, Table};
use crate::commands::schema;
use crate::facts::Fact;
use crate::failure::Failure;
use crate::view;

/// A key as programs read it: the record, with the account's name and the status at the moment.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Record<'a> {
    /// Only where the record is a document of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    pub(crate) account: &'a str,
    pub(crate) status: KeyStatus,
    #[serde(flatten)]
    pub(crate) key: &'a ApiKey,
    #[serde(skip)]
    pub(crate) now: Timestamp,
}

impl<'a> Record<'a> {
    pub(crate) fn new(account: &'a str, key: &'a ApiKey, now: Timestamp) -> Self {
        Self { schema: None, account, status: key.status_at(now), key, now }
    }

    /// The same as a document of its own.
    pub(crate) fn alone(self) -> Self {
        Self { schema: Some(schema::KEY), ..self }
    }
}

/// A document, and the name of the schema that it keeps to.
#[derive(Debug, Serialize)]
pub(crate) struct Document<T> {
    schema: &'static str,
    #[serde(flatten)]
    body: T,
}

impl<T> Document<T> {
    pub(crate) fn new(schema: &'static str, body: T) -> Self {
        Self { schema, body }
    }
}

/// How asking the accounts went.
#[derive(Debug, Serialize)]
pub(crate) struct Course<'a> {
    warnings: &'a [AccountWarning],
    failures: Vec<FailedAccount<'a>>,
    accounts: &'a [AccountReport],
    /// Whether it was stopped before every account had answered.
    interrupted: bool,
    /// The accounts that had not answered in full by then.
    unanswered: &'a [String],
}

impl<'a> Course<'a> {
    pub(crate) fn new(report: &'a RosterReport, unanswered: Option<&'a [String]>) -> Self {
        Self {
            warnings: &report.warnings,
            failures: report.failures.iter().map(FailedAccount::new).collect(),
            accounts: &report.accounts,
            interrupted: unanswered.is_some(),
            unanswered: unanswered.unwrap_or_default(),
        }
    }
}

/// How asking the accounts for certain keys went.
#[derive(Debug, Serialize)]
pub(crate) struct Asked<'a> {
    /// How many keys were left out because their vendors do not say what was asked.
    pub(crate) undecided: u64,
    #[serde(flatten)]
    pub(crate) course: Course<'a>,
}

/// Everything that the accounts answered.
#[derive(Debug, Serialize)]
pub(crate) struct Keys<'a> {
    pub(crate) keys: Vec<Record<'a>>,
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}

/// An account that failed, and why.
#[derive(Debug, Serialize)]
pub(crate) struct FailedAccount<'a> {
    account: Option<&'a str>,
    provider: Option<&'a str>,
    kind: String,
    status: Option<u16>,
    message: String,
}

impl<'a> FailedAccount<'a> {
    fn new(failure: &'a AccountFailure) -> Self {
        Self { account: Some(&failure.account), ..Self::of_error(&failure.error) }
    }

    pub(crate) fn of_error(error: &'a Error) -> Self {
        Self {
            account: error.account(),
            provider: error.provider().map(keyroster::ProviderId::as_str),
            kind: kebab(&format!("{:?}", error.kind())),
            status: error.status(),
            message: error.to_string(),
        }
    }
}

/// `PermissionDenied` as `permission-denied`.
fn kebab(camel: &str) -> String {
    let mut text = String::new();
    for (at, letter) in camel.chars().enumerate() {
        if letter.is_ascii_uppercase() && at > 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

pub(crate) fn print_json(value: &impl Serialize, out: &mut impl Write) -> Result<(), Failure> {
    // In one piece, which no character is cut in two by.
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

pub(crate) fn print_jsonl<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for record in records {
        let mut line = serde_json::to_string(&record.alone())?;
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// Whole values, exact and absolute; what the vendor does not say is empty.
pub(crate) fn print_csv<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    facts: &[Fact],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(facts.iter().map(Fact::name))?;
    for record in records {
        let cell = |fact: &Fact| match fact.exact(&record) {
            // It is there to be used, and is no person's to choose.
            id if fact.is_id() => id,
            text => inert(text),
        };
        csv.write_record(facts.iter().map(cell))?;
    }
    csv.flush().map_err(io::Error::into)
}

/// A text that no spreadsheet takes for a formula: an apostrophe stands before one that begins like it.
pub(crate) fn inert(text: String) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins && text.parse::<Decimal>().is_err() { format!("'{text}") } else { text }
}

/// What names a key on a command line, one a line.
pub(crate) fn print_ids<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for Record { account, key, .. } in records {
        // No id makes a line of its own, which would name another key.
        writeln!(out, "{account}/{}", view::clean(key.id.as_str()))?;
    }
    Ok(out.flush()?)
}

/// A table of records for people, whose ids are as long as told.
pub(crate) fn table<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    facts: &[Fact],
    columns: &[Column],
    id: impl Fn(&Record<'a>) -> String,
) -> Table {
    let mut table = Table::new(columns);
    for record in records {
        let cell = |fact: &Fact| match fact {
            fact if fact.is_id() => (view::clean(&id(&record)), Style::new()),
            fact => fact.people(&record),
        };
        table.push(facts.iter().map(cell).collect());
    }
    table
}
