//! What a listing prints for programs.

use keyroster::{AccountReport, AccountWarning, RosterReport};
use serde::Serialize;

use super::group::Group;
use crate::output::{FailedAccount, Record};

/// How asking the accounts went.
#[derive(Debug, Serialize)]
pub(crate) struct Course<'a> {
    warnings: &'a [AccountWarning],
    failures: Vec<FailedAccount<'a>>,
    accounts: &'a [AccountReport],
    /// Whether it was stopped before every account had answered.
    interrupted: bool,
    /// The accounts that had not answered in full by then.
    unanswered: &'a [String],
}

impl<'a> Course<'a> {
    pub(crate) fn new(report: &'a RosterReport, unanswered: Option<&'a [String]>) -> Self {
        Self {
            warnings: &report.warnings,
            failures: report.failures.iter().map(FailedAccount::new).collect(),
            accounts: &report.accounts,
            interrupted: unanswered.is_some(),
            unanswered: unanswered.unwrap_or_default(),
        }
    }
}

/// How asking the accounts for certain keys went.
#[derive(Debug, Serialize)]
pub(crate) struct Asked<'a> {
    /// How many keys were left out because their vendors do not say what was asked.
    pub(crate) undecided: u64,
    #[serde(flatten)]
    pub(crate) course: Course<'a>,
}

/// Everything that the accounts answered.
#[derive(Debug, Serialize)]
pub(crate) struct Keys<'a> {
    pub(crate) keys: Vec<Record<'a>>,
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}

/// Keys in groups, as a document.
#[derive(Debug, Serialize)]
pub(crate) struct Grouped<'a> {
    pub(crate) by: String,
    pub(crate) keys: usize,
    pub(crate) groups: &'a [Group],
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}

/// How many keys there are, as a document.
#[derive(Debug, Serialize)]
pub(crate) struct Count<'a> {
    /// None if every account failed.
    pub(crate) keys: Option<usize>,
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}
