//! What `keyroster list` takes.

use std::time::Duration;

use clap::Args;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use keyroster::KeyStatus;

use crate::clock::duration;
use crate::listing::fields::Field;
use crate::listing::filter::{AccessKind, Criteria};
use crate::listing::sort::Order;
use crate::output::Format;

/// Stands for every field.
const ALL: &str = "all";

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print the keys.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

    /// In this order, as `status,-created_at`; what a vendor does not say comes last.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = Order::parse,
        allow_hyphen_values = true, add = ArgValueCandidates::new(fields),
        long_help = with_fields("In this order, as `status,-created_at`, where `-` is downwards; what a \
            vendor does not say comes last. `quota` is the share that is used; amounts, as `used`, are \
            sorted by their unit first."))]
    pub(crate) sort: Vec<Order>,

    /// These columns of a table, CSV or Markdown, as `account,id,owner,extras.NAME`, or `all`.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = Columns::parse,
        add = ArgValueCandidates::new(columns),
        long_help = with_fields("These columns of a table, CSV or Markdown, as \
            `account,id,owner,extras.NAME`, or `all`."))]
    columns: Vec<Columns>,

    /// Leave out no column and shorten no id, however narrow the terminal is.
    #[arg(long)]
    pub(crate) wide: bool,

    /// Groups of keys and their figures in place of the keys, as `provider`, `status` or `owner`.
    #[arg(long, value_name = "FIELD", value_parser = Field::parse,
        conflicts_with_all = ["sort", "columns"], add = ArgValueCandidates::new(fields),
        long_help = with_fields("Groups of keys and their figures in place of the keys, as `provider`, \
            `status` or `owner`."))]
    group_by: Option<Field>,

    /// How many keys there are, and no more.
    #[arg(long, conflicts_with_all = ["sort", "columns"])]
    count: bool,

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

/// What is printed of the keys.
#[derive(Clone, Debug)]
pub(crate) enum View {
    /// Each of them.
    Keys,
    /// Groups that share a value of a field, with or without their statuses.
    Groups { by: Field, only_count: bool },
    /// How many there are.
    Count,
}

impl List {
    /// What to print of the keys.
    pub(crate) fn view(&self) -> View {
        match &self.group_by {
            Some(by) => View::Groups { by: by.clone(), only_count: self.count },
            None if self.count => View::Count,
            None => View::Keys,
        }
    }

    /// The columns that are asked for.
    pub(crate) fn columns(&self) -> Vec<Field> {
        self.columns.iter().flat_map(|columns| columns.0.iter().cloned()).collect()
    }
}

/// One field, or all of them.
#[derive(Clone, Debug)]
struct Columns(Vec<Field>);

impl Columns {
    fn parse(text: &str) -> Result<Self, String> {
        if text.trim() == ALL {
            return Ok(Self(Field::all()));
        }
        Field::parse(text).map(|field| Self(vec![field]))
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
    /// Which keys are wanted.
    pub(crate) fn criteria(&self) -> Criteria {
        Criteria {
            accounts: self.account.clone(),
            providers: self.provider.clone(),
            tags: self.tag.clone(),
            names: self.name.clone(),
            status: self.status.clone(),
            access: self.access,
            older_than: self.older_than,
            unused_for: self.unused_for,
            expires_within: self.expires_within,
            never_expires: self.never_expires,
            used_over: self.used_over,
            or_unknown: self.or_unknown,
        }
    }
}

fn percent(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    number.trim().parse().map_err(|_| "not a percentage: write `80%`".to_owned())
}

/// A help text, and the names of the fields.
fn with_fields(help: &str) -> String {
    let names = Field::names().collect::<Vec<_>>().join(", ");
    format!("{help}\n\nThe fields: {names}, and extras.NAME for a field of the vendor's own.")
}

fn fields() -> Vec<CompletionCandidate> {
    Field::names().map(CompletionCandidate::new).collect()
}

fn columns() -> Vec<CompletionCandidate> {
    std::iter::once(ALL).chain(Field::names()).map(CompletionCandidate::new).collect()
}

fn statuses() -> clap::builder::PossibleValuesParser {
    KeyStatus::ALL.map(KeyStatus::as_str).into()
}
