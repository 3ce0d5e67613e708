//! The arguments of `list`.

use std::time::Duration;

use clap::Args;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use keyroster::KeyStatus;

use crate::clock::duration;
use crate::listing::fields::Field;
use crate::listing::filter::{AccessKind, Criteria};
use crate::listing::sort::Order;
use crate::output::Format;

/// The name that means every field.
const ALL: &str = "all";

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: Format,

    /// Sort by these fields, with `-` in front for descending, e.g. `status,-created_at`.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = Order::parse,
        allow_hyphen_values = true, add = ArgValueCandidates::new(fields),
        long_help = with_fields("Sort by these fields, with `-` in front for descending, e.g. `status,-created_at`.\n\nKeys \
            whose vendor does not report the field come last. `quota` sorts by the percentage used. Amounts such \
            as `used` sort by unit, then by value."))]
    pub(crate) sort: Vec<Order>,

    /// Print only these columns, e.g. `account,id,owner`, or `all`; for tables, CSV and Markdown.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = Columns::parse,
        add = ArgValueCandidates::new(columns),
        long_help = with_fields("Print only these columns, e.g. `account,id,owner`, or `all`; for tables, CSV and Markdown."))]
    columns: Vec<Columns>,

    /// Print every column and full ids, however narrow the terminal is.
    #[arg(long)]
    pub(crate) wide: bool,

    /// Group keys by this field, e.g. `status`, and print a count for each value.
    #[arg(long, value_name = "FIELD", value_parser = Field::parse,
        conflicts_with_all = ["sort", "columns"], add = ArgValueCandidates::new(fields),
        long_help = with_fields("Group keys by this field, e.g. `status`, and print a count for each value."))]
    group_by: Option<Field>,

    /// Print only the number of keys.
    #[arg(long, conflicts_with_all = ["sort", "columns"])]
    count: bool,

    /// Exit with 1 if any key matches, or 3 if that cannot be determined (for CI checks).
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Time limit per page of keys; if a page takes longer, its account fails.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "3m")]
    pub(crate) deadline: Duration,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

/// What to print.
#[derive(Clone, Debug)]
pub(crate) enum View {
    /// Every key.
    Keys,
    /// Groups of keys that share a value of a field, with or without their statuses.
    Groups { by: Field, only_count: bool },
    /// The number of keys.
    Count,
}

impl List {
    /// What to print.
    pub(crate) fn view(&self) -> View {
        match &self.group_by {
            Some(by) => View::Groups { by: by.clone(), only_count: self.count },
            None if self.count => View::Count,
            None => View::Keys,
        }
    }

    /// The requested columns.
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

/// The selection of keys. A key whose vendor does not report a field that is filtered on is left out and
/// counted, or kept with `--or-unknown`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Select keys of these accounts, e.g. `prod-*,lab`.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) account: Vec<String>,

    /// Select keys of these providers.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) provider: Vec<String>,

    /// Select keys of accounts with one of these tags.
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) tag: Vec<String>,

    /// Select keys with one of these names: `ci-*,deploy` (use `?` to match a comma).
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(crate) name: Vec<String>,

    /// Select keys with one of these statuses: `active,disabled`.
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = statuses())]
    pub(crate) status: Vec<String>,

    /// Select keys with this access.
    #[arg(long, value_enum)]
    pub(crate) access: Option<AccessKind>,

    /// Select keys older than this, e.g. `90d` or `1y`.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) older_than: Option<Duration>,

    /// Select keys not used for this long, e.g. `90d`.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) unused_for: Option<Duration>,

    /// Select keys that expire within this time: `30d`.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) expires_within: Option<Duration>,

    /// Select keys that never expire.
    #[arg(long)]
    pub(crate) never_expires: bool,

    /// Select keys that have used more than this share of their quota: `80%`.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) used_over: Option<u32>,

    /// Also include keys for which a filtered field is unknown.
    #[arg(long)]
    pub(crate) or_unknown: bool,
}

impl FilterArgs {
    /// Builds the filter from the options.
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
    number.trim().parse().map_err(|_| "expected a percentage such as `80%`".to_owned())
}

/// A help text, followed by the names of the fields.
fn with_fields(help: &str) -> String {
    let names = Field::names().collect::<Vec<_>>().join(", ");
    format!("{help}\n\nFields: {names}, and extras.NAME for a vendor-specific field.")
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
