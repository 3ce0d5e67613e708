//! What a dry run would do, for people and for programs.

use std::io::Write;

use keyroster::{ApiKey, KeyStatus, Timestamp};
use serde::Serialize;

use super::{Document, ListFormat, print_json, raw_stdout, schema};
use crate::exit::Failure;

/// Everything that a command would do.
#[derive(Debug, Serialize)]
pub(crate) struct Plan<'a> {
    /// `create`, `update`, `rotate`, `disable`, `enable` or `revoke`.
    pub(crate) act: &'a str,
    pub(crate) keys: Vec<Planned>,
    /// Where a new secret would go.
    pub(crate) secret_to: Option<&'a str>,
}

/// What would become of one key.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    pub(crate) account: String,
    /// None for a key that is yet to be made.
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<KeyStatus>,
    pub(crate) outcome: Outcome,
    pub(crate) changes: Vec<Difference>,
}

impl Planned {
    pub(crate) fn of(
        account: &str,
        key: &ApiKey,
        outcome: Outcome,
        changes: Vec<Difference>,
        now: Timestamp,
    ) -> Self {
        Self {
            account: account.to_owned(),
            id: Some(key.id.to_string()),
            name: key.name.clone(),
            status: Some(key.status_at(now)),
            outcome,
            changes,
        }
    }
}

/// Whether anything would become of a key.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Planned,
    /// It is so already.
    Unchanged,
    NotFound,
}

/// A field, what it is, and what it would become; for people.
#[derive(Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) field: String,
    /// None for a key that is yet to be made.
    pub(crate) old: Option<String>,
    pub(crate) new: String,
}

impl Difference {
    pub(crate) fn new(field: &str, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self { field: field.to_owned(), old: Some(old.into()), new: new.into() }
    }

    pub(crate) fn made(field: &str, new: impl Into<String>) -> Self {
        Self { field: field.to_owned(), old: None, new: new.into() }
    }

    /// A line of the plan.
    pub(crate) fn line(&self) -> String {
        let Self { field, old, new } = self;
        old.as_ref().map_or_else(
            || format!("\n  {field}: {new}"),
            |old| format!("\n  {field}: {old} -> {new}"),
        )
    }
}

impl Plan<'_> {
    /// Prints the plan for programs, or says it in these words.
    pub(crate) fn print(&self, output: ListFormat, words: &str) -> Result<(), Failure> {
        match output {
            ListFormat::Json => print_json(&Document::new(schema::PLAN, self), &mut raw_stdout()),
            ListFormat::Table => {
                // It is said even where quiet is wanted: it is all that was asked for.
                let _ = writeln!(anstream::stderr(), "{words}");
                Ok(())
            }
        }
    }
}
