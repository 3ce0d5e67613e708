//! What `keyroster list` takes.

use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use keyroster::KeyStatus;

use super::values::duration;
use crate::facts::Fact;
use crate::sort::Order;

/// Stands for every fact.
const ALL: &str = "all";

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print the keys.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    /// In this order, as `status,-created_at`; what a vendor does not say comes last.
    #[arg(long, value_name = "FACT", value_delimiter = ',', value_parser = Order::parse,
        allow_hyphen_values = true, add = ArgValueCandidates::new(facts),
        long_help = with_facts("In this order, as `status,-created_at`, where `-` is downwards; what a \
            vendor does not say comes last. `quota` is the share that is used; amounts, as `used`, are \
            sorted by their unit first."))]
    pub(crate) sort: Vec<Order>,

    /// These columns of a table, CSV or Markdown, as `account,id,owner,extras.NAME`, or `all`.
    #[arg(long, value_name = "FACT", value_delimiter = ',', value_parser = Columns::parse,
        add = ArgValueCandidates::new(columns),
        long_help = with_facts("These columns of a table, CSV or Markdown, as \
            `account,id,owner,extras.NAME`, or `all`."))]
    columns: Vec<Columns>,

    /// Leave out no column and shorten no id, however narrow the terminal is.
    #[arg(long)]
    pub(crate) wide: bool,

    /// Groups of keys and their figures in place of the keys, as `provider`, `status` or `owner`.
    #[arg(long, value_name = "FACT", value_parser = Fact::parse,
        conflicts_with_all = ["sort", "columns"], add = ArgValueCandidates::new(facts),
        long_help = with_facts("Groups of keys and their figures in place of the keys, as `provider`, \
            `status` or `owner`."))]
    pub(crate) group_by: Option<Fact>,

    /// How many keys there are, and no more.
    #[arg(long, conflicts_with_all = ["sort", "columns"])]
    pub(crate) count: bool,

    /// End with 1 if there is any such key, and with 3 if it cannot be told, for checks that shall fail
    /// then.
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Give an account up when no further page of it came for so long; a request has two minutes of its own.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "3m")]
    pub(crate) deadline: Duration,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

impl List {
    /// The columns that are asked for.
    pub(crate) fn columns(&self) -> Vec<Fact> {
        self.columns.iter().flat_map(|columns| columns.0.iter().cloned()).collect()
    }
}

/// One fact, or all of them.
#[derive(Clone, Debug)]
struct Columns(Vec<Fact>);

impl Columns {
    fn parse(text: &str) -> Result<Self, String> {
        if text.trim() == ALL {
            return Ok(Self(Fact::all()));
        }
        Fact::parse(text).map(|fact| Self(vec![fact]))
    }
}

/// Which keys are wanted; a key whose vendor does not say what is asked is left out and counted, or kept
/// if that is asked for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which keys")]
pub(crate) struct FilterArgs {
    /// Of these accounts, as `prod-*`; several with commas between.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) account: Vec<String>,

    /// Of these providers.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) provider: Vec<String>,

    /// Of accounts with such a tag, as `prod`.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) tag: Vec<String>,

    /// Of this name, as `ci-*`; several with commas between, so write `?` for a comma.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) name: Vec<String>,

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

    /// Also those of which the vendor does not say whether they fit.
    #[arg(long)]
    pub(crate) or_unknown: bool,
}

impl FilterArgs {
    /// Whether keys are chosen by this fact.
    pub(crate) fn asks_for(&self, fact: &str) -> bool {
        match fact {
            "access" => self.access.is_some(),
            "created_at" => self.older_than.is_some(),
            "last_used" => self.unused_for.is_some(),
            "expires_at" => self.expires_within.is_some() || self.never_expires,
            "quota" => self.used_over.is_some(),
            _ => false,
        }
    }
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
    /// One record a line, with a header; a text that a spreadsheet would take for a formula begins with `'`.
    Csv,
    /// ACCOUNT/KEY-ID, one a line, as `--from` reads them.
    Ids,
    /// A table for a page or a ticket.
    Markdown,
}

fn percent(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    number.trim().parse().map_err(|_| "not a percentage: write `80%`".to_owned())
}

/// A help text, and the names of the facts.
fn with_facts(help: &str) -> String {
    let names = Fact::names().collect::<Vec<_>>().join(", ");
    format!("{help}\n\nThe facts: {names}, and extras.NAME for a field of the vendor's own.")
}

fn facts() -> Vec<CompletionCandidate> {
    Fact::names().map(CompletionCandidate::new).collect()
}

fn columns() -> Vec<CompletionCandidate> {
    std::iter::once(ALL).chain(Fact::names()).map(CompletionCandidate::new).collect()
}

fn statuses() -> clap::builder::PossibleValuesParser {
    KeyStatus::ALL.map(KeyStatus::as_str).into()
}
