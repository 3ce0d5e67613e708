//! Keys and failed accounts for programs.

use std::io::Write;
use std::time::Duration;

use keyroster::{
    AccountFailure, ApiKey, Error, ErrorKind, KeyStatus, RefusedBy, Timestamp, Warning,
};
use serde::Serialize;

use super::{schema, text};
use crate::exit::Failure;

/// A key as programs read it: the record with the account's name and its present status.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Record<'a> {
    /// Only if the record is a document of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    pub(crate) account: &'a str,
    pub(crate) status: KeyStatus,
    #[serde(flatten)]
    pub(crate) key: &'a ApiKey,
    /// Only of a change, and only if there are any.
    #[serde(skip_serializing_if = "<[Warning]>::is_empty")]
    warnings: &'a [Warning],
    #[serde(skip)]
    pub(crate) now: Timestamp,
}

impl<'a> Record<'a> {
    pub(crate) fn new(account: &'a str, key: &'a ApiKey, now: Timestamp) -> Self {
        Self { schema: None, account, status: key.status_at(now), key, warnings: &[], now }
    }

    /// The same as a document of its own.
    pub(crate) fn alone(self) -> Self {
        Self { schema: Some(schema::KEY), ..self }
    }

    /// The same with what the record does not confirm of a change.
    pub(crate) fn with_warnings(self, warnings: &'a [Warning]) -> Self {
        Self { warnings, ..self }
    }
}

/// A document with the name of its schema.
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

/// An account that failed, and why.
#[derive(Debug, Serialize)]
pub(crate) struct FailedAccount<'a> {
    account: Option<&'a str>,
    provider: Option<&'a str>,
    kind: ErrorKind,
    status: Option<u16>,
    message: String,
    /// What to do about it.
    help: &'a str,
    /// How long the vendor asks to wait, in seconds.
    retry_after_s: Option<u64>,
    refused_by: Option<RefusedBy>,
}

impl<'a> FailedAccount<'a> {
    pub(crate) fn new(failure: &'a AccountFailure) -> Self {
        Self { account: Some(&failure.account), ..Self::of_error(&failure.error) }
    }

    pub(crate) fn of_error(error: &'a Error) -> Self {
        Self {
            account: error.account(),
            provider: error.provider().map(keyroster::ProviderId::as_str),
            kind: error.kind(),
            status: error.status(),
            message: error.to_string(),
            help: error.help(),
            retry_after_s: error.retry_after().map(whole_seconds),
            refused_by: error.refused_by(),
        }
    }
}

/// Returns a duration in seconds, rounded up.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

pub(crate) fn print_json(value: &impl Serialize, out: &mut impl Write) -> Result<(), Failure> {
    // In a single write, so that no character is split.
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

/// Prints the references of keys, one per line.
pub(crate) fn print_ids<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for Record { account, key, .. } in records {
        // A line break in an id would start the reference of another key.
        writeln!(out, "{account}/{}", text::clean(key.id.as_str()))?;
    }
    Ok(out.flush()?)
}
