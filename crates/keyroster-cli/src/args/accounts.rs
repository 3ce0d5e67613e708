//! The arguments of `accounts` and `config`.

use clap::{Args, Subcommand};

use crate::output::ListFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List accounts and the sources of their credentials, without contacting vendors.
    List(AccountsList),
    /// Add an account to the configuration file.
    ///
    /// Prompts for missing values. Secrets are never passed as arguments: with `keychain`, the secret is
    /// read from a hidden prompt or from standard input, and stored in the system's credential store.
    #[command(after_help = ADD_EXAMPLES)]
    Add(AccountsAdd),
    /// Remove an account from the configuration file. Its API keys still exist at the vendor.
    Remove(AccountsRemove),
    /// Check that credentials work and can list keys.
    Test(AccountsTest),
}

const ADD_EXAMPLES: &str = "\
Examples:
  keyroster accounts add
  keyroster accounts add prod --provider pinata --credential jwt=env:PROD_JWT
  keyroster accounts add lab --provider openrouter \\
    --credential 'management-key=command:pass show lab' --tag lab
  keyroster accounts add eu --provider pinata --credential jwt=keychain <jwt.txt";

#[derive(Debug, Args)]
pub(crate) struct AccountsList {
    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsAdd {
    /// Account name to use in other commands.
    pub(crate) name: Option<String>,

    /// Provider of the account (see `keyroster providers`).
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,

    /// Read a secret from this source: `jwt=env:NAME`, `jwt=file:PATH`, `jwt=command:LINE` or
    /// `jwt=keychain` (repeatable).
    #[arg(long = "credential", value_name = "SETTING=SOURCE")]
    pub(crate) credentials: Vec<String>,

    /// Set a provider-specific setting of this account, e.g. `base-url=https://…` (repeatable).
    #[arg(long = "set", value_name = "SETTING=VALUE")]
    pub(crate) settings: Vec<String>,

    /// Tag the account, to select it with --tag later (repeatable).
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsRemove {
    /// Account to remove.
    pub(crate) account: String,

    /// Skip the confirmation prompt.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsTest {
    /// Accounts to test: `prod-*`; all accounts if omitted.
    #[arg(value_name = "GLOB")]
    pub(crate) accounts: Vec<String>,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the path of the configuration file.
    Path,
    /// Check the configuration, without reading secrets or contacting vendors.
    Check,
    /// Show every setting and where it comes from, but no secrets.
    Show(ConfigShow),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigShow {
    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}
