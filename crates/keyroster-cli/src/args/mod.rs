//! The command line.

mod accounts;
mod change;
pub(crate) mod completion;
mod global;
mod help;
mod list;
#[cfg(test)]
mod markdown;
mod setup;
pub(crate) mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use keyroster::Registry;

pub(crate) use accounts::{
    AccountsAdd, AccountsCommand, AccountsList, AccountsRemove, AccountsTest, ConfigCommand,
    ConfigShow,
};
pub(crate) use change::{Create, KeyStateArgs, Rotate, Update};
pub(crate) use global::GlobalArgs;
pub(crate) use help::version;
pub(crate) use list::{List, View};
pub(crate) use setup::{Completions, Doctor, Man};

use crate::clock::duration;
use crate::output::{Format, ListFormat, schema};

/// List, check and safely change the API keys that your vendors have issued.
#[derive(Debug, Parser)]
#[command(name = "keyroster", version, max_term_width = 100, after_long_help = help::after_help())]
pub(crate) struct Arguments {
    /// Use made-up accounts from a built-in sandbox.
    #[arg(long, global = true, help_heading = global::HEADING)]
    pub(crate) sandbox: bool,

    /// Read accounts from this configuration file.
    #[arg(long, global = true, value_name = "FILE", help_heading = global::HEADING)]
    pub(crate) config: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the keys of all accounts.
    #[command(after_help = help::LIST)]
    List(List),
    /// Show one key in full.
    Show(Show),
    /// Create a key and store its secret.
    #[command(after_help = help::CREATE)]
    Create(Box<Create>),
    /// Change a key's name, limit, expiry or access.
    #[command(after_help = help::UPDATE)]
    Update(Box<Update>),
    /// Give a key a new secret, keeping its id.
    Rotate(Rotate),
    /// Disable keys until you enable them again.
    Disable(KeyStateArgs),
    /// Enable disabled keys.
    Enable(KeyStateArgs),
    /// Revoke keys permanently.
    #[command(after_help = help::REVOKE)]
    Revoke(KeyStateArgs),
    /// Show who each account's credential belongs to, and whether the credential works.
    Whoami(WhoAmI),
    /// Find the key that a secret belongs to, and check whether it works.
    ///
    /// The secret is never passed as an argument, because arguments end up in the shell's history and the process
    /// list. It is sent only to the vendor whose key format it matches. Checking a Pinata key with a limited number
    /// of uses consumes one use.
    #[command(after_help = help::IDENTIFY)]
    Identify(Identify),
    /// List, add, remove and test accounts.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Locate, check and show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Diagnose problems with configuration, credentials and network.
    Doctor(Doctor),
    /// Generate shell completions.
    Completions(Completions),
    /// Generate manual pages.
    Man(Man),
    /// List providers, what they can do, and their settings.
    Providers(Providers),
    /// Print the JSON Schemas of the output.
    Schema(Schema),
    /// Run a local server that imitates the vendors' APIs.
    ///
    /// Prints one line of JSON with addresses and made-up credentials, then serves until it is interrupted
    /// or its standard input closes.
    Sandbox(Sandbox),
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Key to show; a unique prefix of its id is enough.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) key: String,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Providers {
    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Schema to print; lists all schemas if omitted.
    #[arg(add = ArgValueCandidates::new(schemas))]
    pub(crate) name: Option<String>,
}

fn schemas() -> Vec<CompletionCandidate> {
    schema::names().map(CompletionCandidate::new).collect()
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// Listen on this loopback address; port 0 picks a free port.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS", value_parser = values::address)]
    pub(crate) listen: SocketAddr,

    /// Generate the data from this seed; the same seed gives the same data.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,

    /// Number of keys in the Pinata account.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pinata_keys: Option<u32>,

    /// Number of keys in the OpenRouter account.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) openrouter_keys: Option<u32>,

    /// Delay every response by at least this, e.g. `50ms`.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) latency: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct WhoAmI {
    /// Account to check; all accounts if omitted.
    pub(crate) account: Option<String>,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Identify {
    /// Read the secret from standard input (`-`), `file:PATH` or `env:NAME`.
    pub(crate) source: String,

    /// Ask only this account, even if the secret does not look like one of its vendor's.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

/// The command line, with completions from the accounts of the registry.
pub(crate) fn command(registry: &Arc<Registry>) -> clap::Command {
    let version = version(registry);
    let plain = Arguments::command().long_version(version.clone());
    let help = help::top_help(&plain);
    let completed = completion::with_completers(plain, registry);
    let completed = help::without_sandbox_flag(help::with_verbs(completed));
    help::with_help_flags(completed).help_template(help)
}
