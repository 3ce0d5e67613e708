//! What the commands that change keys take.

use clap::{Args, ValueEnum};
use keyroster::{Access, Reset};

use super::values::extra;
use crate::clock::{Moment, moment};
use crate::output::ListFormat;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The account that the key shall belong to.
    pub(crate) account: String,

    /// The key's name.
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) to: SinkArgs,

    #[command(flatten)]
    pub(crate) access: AccessArgs,

    /// How much it may use, in the vendor's unit: `25`, or `25 USD`.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) limit: Option<String>,

    /// When the limit starts anew.
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) reset: Option<ResetArg>,

    /// When it stops by itself: `90d`, `1y`, or `2027-01-31` (midnight in UTC).
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

    /// How to print the record, or the plan of a dry run.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

/// Where a new secret goes.
#[derive(Debug, Args)]
pub(crate) struct SinkArgs {
    /// Where the secret goes: `stdout`, `file:PATH`, `dotenv:PATH#NAME`, or `command:…` (on its standard
    /// input).
    #[arg(long, value_name = "SINK")]
    pub(crate) secret_to: String,

    /// Let `file:PATH` replace a file that exists, and `dotenv:PATH#NAME` a value.
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Deliver this value of those that the vendor hands out beside the secret, as `pinata_api_secret`.
    #[arg(long, value_name = "NAME")]
    pub(crate) part: Option<String>,
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

    /// When it stops by itself: `90d`, `1y`, or `2027-01-31` (midnight in UTC).
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

    /// How to print the record, or the plan of a dry run.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The account and the key's id, or the beginning of one.
    #[arg(value_name = "ACCOUNT/KEY-ID")]
    pub(crate) key: String,

    #[command(flatten)]
    pub(crate) to: SinkArgs,

    /// Act without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Until when the old secret works, too: `1d`, or `2027-01-31` (midnight in UTC).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) old_works: Option<Moment>,

    /// When the key stops by itself: `90d`, `1y`, or `2027-01-31` (midnight in UTC).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) expires: Option<Moment>,

    /// An option of the vendor's own, as `grace=true`.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = extra)]
    pub(crate) extras: Vec<(String, serde_json::Value)>,

    /// Check everything, and send nothing that changes the key.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to print the record, or the plan of a dry run.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

/// Which keys to turn on or off, and how carefully.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own, not a state")]
pub(crate) struct KeyStateArgs {
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

    /// How to print the results, or the plan of a dry run.
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
