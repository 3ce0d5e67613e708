//! What `keyroster list` takes.

use std::time::Duration;

use clap::{Args, ValueEnum};
use keyroster::KeyStatus;

use super::values::duration;
use crate::facts::Fact;
use crate::sort::Order;

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print the keys.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    /// In this order, as `status,-created_at`; what a vendor does not say comes last.
    #[arg(long, value_name = "FACT", value_delimiter = ',', value_parser = Order::parse,
        allow_hyphen_values = true)]
    pub(crate) sort: Vec<Order>,

    /// These columns of a table, CSV or Markdown, as `account,id,owner,extras.NAME`.
    #[arg(long, value_name = "FACT", value_delimiter = ',', value_parser = Fact::parse)]
    pub(crate) columns: Vec<Fact>,

    /// Leave out no column and shorten no id, however narrow the terminal is.
    #[arg(long)]
    pub(crate) wide: bool,

    /// Groups of keys and their figures in place of the keys, as `provider`, `status` or `owner`.
    #[arg(long, value_name = "FACT", value_parser = Fact::parse,
        conflicts_with_all = ["sort", "columns"])]
    pub(crate) group_by: Option<Fact>,

    /// How many keys there are, and no more.
    #[arg(long, conflicts_with_all = ["sort", "columns"])]
    pub(crate) count: bool,

    /// End with 1 if there is any such key, for checks that shall fail then.
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Give an account up when no further page of it came for so long; a request has two minutes of its own.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "3m")]
    pub(crate) deadline: Duration,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

/// Which keys are wanted; a key whose vendor does not say what is asked is left out and counted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which keys")]
pub(crate) struct FilterArgs {
    /// Of these accounts, as `prod-*`.
    #[arg(long, value_name = "GLOB")]
    pub(crate) account: Option<String>,

    /// Of these providers.
    #[arg(long, value_name = "GLOB")]
    pub(crate) provider: Option<String>,

    /// Of accounts with such a tag, as `prod`.
    #[arg(long, value_name = "GLOB")]
    pub(crate) tag: Option<String>,

    /// Of this name, as `ci-*`.
    #[arg(long, value_name = "GLOB")]
    pub(crate) name: Option<String>,

    /// Of this status; several with commas between.
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = statuses())]
    pub(crate) status: Vec<String>,

    /// With this access.
    #[arg(long, value_enum)]
    pub(crate) access: Option<AccessKind>,

    /// Made longer ago than this, as `90d`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) older_than: Option<Duration>,

    /// Not used for this long, as `90d`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) unused_for: Option<Duration>,

    /// That stop by themselves within this time, as `30d`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) expires_within: Option<Duration>,

    /// That never stop by themselves.
    #[arg(long)]
    pub(crate) never_expires: bool,

    /// That have used more than this of their quota, as `80%`.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) used_over: Option<u32>,
}

/// What a key may do, as far as one can ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessKind {
    /// Everything.
    Admin,
    /// What its scopes allow.
    Scoped,
}

/// How keys are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: columns that fit the terminal.
    #[default]
    Table,
    /// For programs: one object.
    Json,
    /// One record a line.
    Jsonl,
    /// One record a line, with a header.
    Csv,
    /// A table for a page or a ticket.
    Markdown,
}

fn percent(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    number.trim().parse().map_err(|_| "not a percentage: write `80%`".to_owned())
}

fn statuses() -> clap::builder::PossibleValuesParser {
    KeyStatus::ALL.map(KeyStatus::as_str).into()
}
