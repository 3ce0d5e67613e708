//! The arguments of the commands that change keys.

use clap::{Args, ValueEnum};
use keyroster::{Access, Reset};

use super::values::{count, extra};
use crate::clock::{Moment, moment};
use crate::output::ListFormat;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Account to create the key in.
    pub(crate) account: String,

    /// Name of the key.
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) to: SinkArgs,

    #[command(flatten)]
    pub(crate) access: AccessArgs,

    /// Set a usage limit in the vendor's unit, e.g. `25` or `25 USD`.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) limit: Option<String>,

    /// Reset the usage at this interval.
    #[arg(long, value_enum, value_name = "INTERVAL")]
    pub(crate) reset: Option<ResetArg>,

    /// Expire the key after a duration or on a date: `90d`, `1y`, `2027-01-31` (midnight UTC).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,

    /// Create the key in the container (workspace, project) with this id.
    #[arg(long, value_name = "ID")]
    pub(crate) container: Option<String>,

    /// Assign the key to the owner with this id.
    #[arg(long, value_name = "ID")]
    pub(crate) owner: Option<String>,

    /// Set a vendor-specific option: `include_byok_in_limit=true` (repeatable).
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = extra)]
    pub(crate) extras: Vec<(String, serde_json::Value)>,

    /// Print the plan and run all checks, but do not create the key.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

/// Where a new secret goes.
#[derive(Debug, Args)]
pub(crate) struct SinkArgs {
    /// Write the secret to `stdout`, `file:PATH`, `dotenv:PATH#NAME`, or the standard input of
    /// `command:LINE`.
    #[arg(long, value_name = "SINK")]
    pub(crate) secret_to: String,

    /// Overwrite an existing file (`file:`) or variable (`dotenv:`).
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Write this part of what the vendor returns, e.g. `pinata_api_secret`, instead of the secret itself.
    #[arg(long, value_name = "NAME")]
    pub(crate) part: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// Grant full access.
    #[arg(long, conflicts_with = "scopes")]
    pub(crate) admin: bool,

    /// Grant this scope, e.g. `pinning:pinFileToIPFS` (repeatable).
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
}

impl AccessArgs {
    pub(crate) fn access(&self) -> Access {
        if self.admin {
            Access::Admin
        } else if self.scopes.is_empty() {
            Access::Unknown
        } else {
            Access::scoped(&self.scopes)
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Key to update; a unique prefix of its id is enough.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) key: String,

    /// Rename the key.
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Set a usage limit in the vendor's unit, e.g. `25` or `25 USD`.
    #[arg(long, value_name = "AMOUNT", conflicts_with = "no_limit")]
    pub(crate) limit: Option<String>,

    /// Remove the limit.
    #[arg(long)]
    pub(crate) no_limit: bool,

    /// Reset the usage at this interval.
    #[arg(long, value_enum, value_name = "INTERVAL")]
    pub(crate) reset: Option<ResetArg>,

    /// Expire the key after a duration or on a date: `90d`, `1y`, `2027-01-31` (midnight UTC).
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "no_expiry")]
    pub(crate) expires: Option<Moment>,

    /// Remove the expiry.
    #[arg(long)]
    pub(crate) no_expiry: bool,

    #[command(flatten)]
    pub(crate) access: AccessArgs,

    /// Move the key to the container (workspace, project) with this id.
    #[arg(long, value_name = "ID")]
    pub(crate) container: Option<String>,

    /// Set a vendor-specific option: `include_byok_in_limit=true` (repeatable).
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = extra)]
    pub(crate) extras: Vec<(String, serde_json::Value)>,

    /// Print the plan and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// Key to rotate; a unique prefix of its id is enough.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) key: String,

    #[command(flatten)]
    pub(crate) to: SinkArgs,

    /// Skip the confirmation prompt.
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Keep the old secret valid for a duration or until a date, e.g. `1d` or `2027-01-31` (midnight UTC).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) keep_old: Option<Moment>,

    /// Expire the key after a duration or on a date: `90d`, `1y`, `2027-01-31` (midnight UTC).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,

    /// Set a vendor-specific option: `grace=true` (repeatable).
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = extra)]
    pub(crate) extras: Vec<(String, serde_json::Value)>,

    /// Print the plan and run all checks, but do not change the key.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

/// The arguments of `disable`, `enable` and `revoke`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own, not a state")]
pub(crate) struct KeyStateArgs {
    // The help of these arguments names the command's verb: see `help::with_verbs`.
    /// Keys to change; unique prefixes of their ids are enough.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) keys: Vec<String>,

    /// Select keys by name, e.g. `ci-*`, in all accounts or in --account.
    #[arg(long, value_name = "GLOB")]
    pub(crate) name: Option<String>,

    /// Search only this account; used with --name.
    #[arg(long, value_name = "ACCOUNT", requires = "name")]
    pub(crate) account: Option<String>,

    /// Read keys from a file or standard input (`-`), one ACCOUNT/KEY-ID per line.
    ///
    /// Keys that no longer exist are skipped, and the command exits with 3 unless you pass --missing-ok.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<String>,

    /// Do not fail if keys read with --from no longer exist, e.g. when you run an interrupted command again.
    #[arg(long, requires = "from")]
    pub(crate) missing_ok: bool,

    /// Skip the confirmation prompt.
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Print the plan and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Allow changing the key that keyroster itself is using.
    #[arg(long)]
    pub(crate) include_own: bool,

    /// Change nothing if more than N keys would change.
    #[arg(long, value_name = "N", value_parser = count)]
    pub(crate) max_changes: Option<usize>,

    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

/// The interval at which the used amount is reset.
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
