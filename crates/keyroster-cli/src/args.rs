//! The command line.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Accounts come from the environment: PINATA_JWT (or PINATA_API_KEY and PINATA_API_SECRET) and
OPENROUTER_MANAGEMENT_KEY; `keyroster providers` names every variable.

Examples:
  keyroster list --sandbox                try it on made-up accounts; no credential needed
  keyroster list                          every key of every account
  keyroster list -o json | jq '.keys[] | select(.access.kind == \"admin\")'
  keyroster show openrouter/f01d5260      one key, by the beginning of its id";

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

/// How keys are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: columns that fit the terminal.
    #[default]
    Table,
    /// One object whose `keys` array holds the records.
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

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "not a time: write `50ms`, `2s` or `1m`".to_owned();
    let duration: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}
