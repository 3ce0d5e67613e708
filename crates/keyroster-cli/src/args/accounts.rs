//! What the commands that describe accounts take.

use clap::{Args, Subcommand};

use crate::output::ListFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List the accounts and where their credentials are; nobody is asked.
    List(AccountsList),
    /// Write an account into the configuration file; asks for what is not given.
    ///
    /// A secret is never an argument. With `keychain` it is asked for without showing it, or read from
    /// standard input, and kept in the system's credential store.
    #[command(after_help = ADD_EXAMPLES)]
    Add(AccountsAdd),
    /// Remove an account from the configuration file; its keys stay as they are.
    Remove(AccountsRemove),
    /// Check that accounts can be asked: their credentials, and whether they list keys.
    Test(AccountsTest),
}

const ADD_EXAMPLES: &str = "\
Examples:
  keyroster accounts add
  keyroster accounts add pinata-prod --provider pinata --credential jwt=env:PINATA_PROD_JWT --tag prod
  keyroster accounts add lab --provider openrouter --credential 'management-key=command:pass show lab'
  keyroster accounts add lab --provider openrouter --credential management-key=keychain <key.txt";

#[derive(Debug, Args)]
pub(crate) struct AccountsList {
    /// How to print the accounts.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsAdd {
    /// What the account shall be called.
    pub(crate) name: Option<String>,

    /// Its provider.
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,

    /// Where a part of the credential is: `jwt=env:NAME`, `jwt=file:PATH`, `jwt=command:LINE` or
    /// `jwt=keychain`; may be repeated.
    #[arg(long = "credential", value_name = "SETTING=SOURCE")]
    pub(crate) credentials: Vec<String>,

    /// Another setting, as `base-url=https://…`; may be repeated.
    #[arg(long = "set", value_name = "SETTING=VALUE")]
    pub(crate) settings: Vec<String>,

    /// A tag to select it by; may be repeated.
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsRemove {
    /// The account.
    pub(crate) account: String,

    /// Remove it without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsTest {
    /// The accounts, as `prod-*`; without any, all.
    #[arg(value_name = "GLOB")]
    pub(crate) accounts: Vec<String>,

    /// How to print the answers.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print where the configuration file is, or would be.
    Path,
    /// Tell all that is wrong with the configuration; no secret is read, and nobody is asked.
    Check,
    /// Show every setting, and who set it; of secrets, where they are.
    Show(ConfigShow),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigShow {
    /// How to print the settings.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}
