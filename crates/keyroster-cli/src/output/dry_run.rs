//! The plan of a dry run, for people and for programs.

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

/// What would happen to one key.
#[derive(Debug, Serialize)]
pub(crate) struct Planned {
    pub(crate) account: String,
    /// `None` for a key that does not exist yet.
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

/// Whether a key would be changed.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Planned,
    /// It is already that way.
    Unchanged,
    NotFound,
}

/// A field with its old and its new value, for people.
#[derive(Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) field: String,
    /// `None` for a key that does not exist yet.
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
    /// Prints the plan as JSON, or as the given words.
    pub(crate) fn print(&self, output: ListFormat, words: &str) -> Result<(), Failure> {
        match output {
            ListFormat::Json => print_json(&Document::new(schema::PLAN, self), &mut raw_stdout()),
            ListFormat::Table => {
                // Printed even with `--quiet`: the plan is the result.
                let _ = writeln!(anstream::stderr(), "{words}");
                Ok(())
            }
        }
    }
}
