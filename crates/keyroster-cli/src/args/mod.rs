//! The command line.

mod accounts;
mod change;
pub(crate) mod completion;
mod global;
mod help;
mod list;
#[cfg(test)]
mod reference;
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

/// Know and control the API keys that your vendors have issued.
#[derive(Debug, Parser)]
#[command(name = "keyroster", version, max_term_width = 100, after_long_help = help::after_help())]
pub(crate) struct Arguments {
    /// Use made-up accounts of an embedded sandbox instead of yours.
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,

    /// The file that describes the accounts, in place of the usual one.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List every key of every account.
    #[command(after_help = help::LIST)]
    List(List),
    /// Show one key with everything that its vendor says of it.
    Show(Show),
    /// Make a key, and put its secret where you say.
    #[command(after_help = help::CREATE)]
    Create(Box<Create>),
    /// Change a key.
    #[command(after_help = help::UPDATE)]
    Update(Box<Update>),
    /// Give a key a new secret in place, and put it where you say.
    Rotate(Rotate),
    /// Turn keys off for now.
    Disable(KeyStateArgs),
    /// Turn disabled keys on again.
    Enable(KeyStateArgs),
    /// Turn keys off for good.
    #[command(after_help = help::REVOKE)]
    Revoke(KeyStateArgs),
    /// Check the accounts' own credentials.
    Whoami(WhoAmI),
    /// Tell whose key a secret belongs to.
    ///
    /// The secret is never an argument: it would stand in the shell's history and the process list. It is
    /// sent to the vendor whose shape it has, and to no other. Trying a Pinata key that has a limited number
    /// of uses takes one of them.
    #[command(after_help = help::IDENTIFY)]
    Identify(Identify),
    /// List, add, remove and test the accounts.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Find, check and show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Find what is wrong here, and what to do about it.
    Doctor(Doctor),
    /// Print what lets a shell complete commands, accounts and keys.
    Completions(Completions),
    /// Print the manual page, or write one for each command.
    Man(Man),
    /// Show what each provider can do, and its settings.
    Providers(Providers),
    /// Print the JSON Schema of what a command prints.
    Schema(Schema),
    /// Serve imitations of the vendors' key APIs, for tests and trials.
    ///
    /// Prints one line of JSON with addresses and made-up credentials, then serves until it is
    /// interrupted or its standard input closes.
    Sandbox(Sandbox),
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
pub(crate) struct Schema {
    /// Which one; without it, all are named.
    #[arg(add = ArgValueCandidates::new(schemas))]
    pub(crate) name: Option<String>,
}

fn schemas() -> Vec<CompletionCandidate> {
    schema::names().map(CompletionCandidate::new).collect()
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

/// The command line, which completes what the registry's accounts tell.
pub(crate) fn command(registry: &Arc<Registry>) -> clap::Command {
    let version = version(registry);
    let plain = Arguments::command().long_version(version.clone());
    let help = help::top_help(&plain);
    let completed = completion::with_completers(plain, registry);
    completed.help_template(help)
}
