//! The command line.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use keyroster::{KeyStatus, Reset, Timestamp};

const EXAMPLES: &str = "\
Accounts come from the environment; `keyroster providers` names the variables.

Examples:
  keyroster list --sandbox            try it on made-up accounts
  keyroster list                      every key of every account
  keyroster show pinata/5fdd          one key, by the beginning of its id
  keyroster create openrouter ci --limit 25 --secret-to dotenv:.env#KEY
  keyroster revoke pinata/7d752a1a46c8a5346de5
  pass show leaked | keyroster identify -";

/// Know and control the API keys that your vendors have issued.
#[derive(Debug, Parser)]
#[command(name = "keyroster", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Use made-up accounts of an embedded sandbox instead of yours.
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List every key of every account.
    List(List),
    /// Show one key with everything that its vendor says of it.
    Show(Show),
    /// Make a key, and put its secret where you say.
    Create(Box<Create>),
    /// Change a key.
    Update(Box<Update>),
    /// Turn keys off for now.
    Disable(Turn),
    /// Turn disabled keys on again.
    Enable(Turn),
    /// Turn keys off for good.
    Revoke(Turn),
    /// Check the accounts' own credentials.
    Whoami(WhoAmI),
    /// Tell whose key a secret belongs to.
    ///
    /// The secret is never an argument: it would stand in the shell's history and the process list. It is
    /// sent to the vendor whose shape it has, and to no other. Trying a Pinata key that has a limited number
    /// of uses takes one of them.
    Identify(Identify),
    /// Show what each provider can do, and its settings.
    Providers(Providers),
    /// Serve imitations of the vendors' key APIs, for tests and trials.
    ///
    /// Prints one line of JSON with addresses and made-up credentials, then serves until it is
    /// interrupted or its standard input closes.
    Sandbox(Sandbox),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print the keys.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,

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

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The account and the key's id, or the beginning of one.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) key: String,

    /// How to print the key.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Providers {
    /// How to print the providers.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The loopback address to listen on; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,

    /// What the made-up data is drawn from; the same seed gives the same data.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,

    /// How many keys the Pinata account has.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pinata_keys: Option<u32>,

    /// How many keys the OpenRouter account has.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) openrouter_keys: Option<u32>,

    /// How long each answer takes at the least, as `50ms`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) latency: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The account that the key shall belong to.
    pub(crate) account: String,

    /// The key's name.
    pub(crate) name: String,

    /// Where the secret goes: `stdout`, `file:PATH`, `dotenv:PATH#NAME`, or `command:…` (on its standard
    /// input).
    #[arg(long, value_name = "SINK")]
    pub(crate) secret_to: String,

    /// Let `file:PATH` replace a file that exists.
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Deliver this value of those that the vendor hands out beside the secret, as `pinata_api_secret`.
    #[arg(long, value_name = "NAME")]
    pub(crate) part: Option<String>,

    #[command(flatten)]
    pub(crate) access: AccessArgs,

    /// How much it may use, in the vendor's unit: `25`, or `25 USD`.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) limit: Option<String>,

    /// When the limit starts anew.
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) reset: Option<ResetArg>,

    /// When it stops by itself: `90d`, or `2027-01-31T00:00:00Z`.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,

    /// The id of the container (workspace, project) that it is filed in.
    #[arg(long, value_name = "ID")]
    pub(crate) container: Option<String>,

    /// The vendor's id of its owner.
    #[arg(long, value_name = "ID")]
    pub(crate) owner: Option<String>,

    /// An option of the vendor's own, as `include_byok_in_limit=true`.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = extra)]
    pub(crate) extras: Vec<(String, serde_json::Value)>,

    /// Check everything, and send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to print the record.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// Let it do everything.
    #[arg(long, conflicts_with = "scopes")]
    pub(crate) admin: bool,

    /// Let it do this, as `pinning:pinFileToIPFS`; may be repeated.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// The account and the key's id, or the beginning of one.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) key: String,

    /// A new name.
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// How much it may use, in the vendor's unit: `25`, or `25 USD`.
    #[arg(long, value_name = "AMOUNT", conflicts_with = "no_limit")]
    pub(crate) limit: Option<String>,

    /// Let it use as much as the account.
    #[arg(long)]
    pub(crate) no_limit: bool,

    /// When the limit starts anew.
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) reset: Option<ResetArg>,

    /// When it stops by itself: `90d`, or `2027-01-31T00:00:00Z`.
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "no_expiry")]
    pub(crate) expires: Option<Moment>,

    /// Let it work for ever.
    #[arg(long)]
    pub(crate) no_expiry: bool,

    #[command(flatten)]
    pub(crate) access: AccessArgs,

    /// Move it to the container (workspace, project) of this id.
    #[arg(long, value_name = "ID")]
    pub(crate) container: Option<String>,

    /// An option of the vendor's own, as `include_byok_in_limit=true`.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = extra)]
    pub(crate) extras: Vec<(String, serde_json::Value)>,

    /// Show what would change, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to print the record.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

/// Which keys to turn on or off, and how carefully.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own, not a state")]
pub(crate) struct Turn {
    /// Accounts and the keys' ids, or the beginnings of them.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) keys: Vec<String>,

    /// Every key whose name fits, as `ci-*`; of one account with --account.
    #[arg(long, value_name = "GLOB")]
    pub(crate) name: Option<String>,

    /// The account in which --name is looked for.
    #[arg(long, value_name = "ACCOUNT", requires = "name")]
    pub(crate) account: Option<String>,

    /// A file with one ACCOUNT/KEY-ID a line, or `-` for standard input; one that is in no list is passed over.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<String>,

    /// Let it pass that keys of --from are in no list, as when an interrupted run is run again.
    #[arg(long, requires = "from")]
    pub(crate) missing_ok: bool,

    /// Act without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Show what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Act on the credential in use, too.
    #[arg(long)]
    pub(crate) even_own: bool,

    /// Refuse before acting if more keys than this would change.
    #[arg(long, value_name = "N")]
    pub(crate) max_changes: Option<usize>,

    /// How to print the results.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct WhoAmI {
    /// One account; without it, all.
    pub(crate) account: Option<String>,

    /// How to print the answers.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Identify {
    /// Where the secret is: `-` (standard input), `file:PATH` or `env:NAME`.
    pub(crate) source: String,

    /// Ask this account, whatever shape the secret has.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,

    /// How to print the answer.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

/// When a limit starts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResetArg {
    Daily,
    Weekly,
    Monthly,
    Never,
}

impl From<ResetArg> for Reset {
    fn from(reset: ResetArg) -> Self {
        match reset {
            ResetArg::Daily => Self::Daily,
            ResetArg::Weekly => Self::Weekly,
            ResetArg::Monthly => Self::Monthly,
            ResetArg::Never => Self::Never,
        }
    }
}

/// An instant, or a span from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    In(Duration),
}

impl Moment {
    /// The instant, to the second: vendors refuse finer ones.
    pub(crate) fn after(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::In(span) => {
                let at = now.saturating_add(span);
                Timestamp::from_seconds(at.as_millis() / 1000).unwrap_or(at)
            }
        }
    }
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
}

/// How a list of other things is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(at) = text.parse() {
        return Ok(Moment::At(at));
    }
    let wrong = || "not a time: write `90d`, `12h` or `2027-01-31T00:00:00Z`".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let span = span.to_duration(days).map_err(|_| wrong())?;
    // A time of the past is an instant too, and the library refuses it by name.
    Ok(Duration::try_from(span).map_or(Moment::At(Timestamp::MIN), Moment::In))
}

/// A vendor's option; what is no JSON is text.
fn extra(text: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

/// A span of time; a day has 24 hours here.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "not a time: write `50ms`, `12h` or `90d`".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let span = span.to_duration(days).map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}

fn percent(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    number.trim().parse().map_err(|_| "not a percentage: write `80%`".to_owned())
}

fn statuses() -> clap::builder::PossibleValuesParser {
    KeyStatus::ALL.map(KeyStatus::as_str).into()
}
