//! The JSON documents of a listing.

use keyroster::{AccountReport, AccountWarning, RosterReport};
use serde::Serialize;

use super::group::Group;
use crate::output::{FailedAccount, Record};

/// The outcome of asking the accounts.
#[derive(Debug, Serialize)]
pub(crate) struct Course<'a> {
    warnings: &'a [AccountWarning],
    failures: Vec<FailedAccount<'a>>,
    accounts: &'a [AccountReport],
    /// Whether it was interrupted before every account had answered.
    interrupted: bool,
    /// The accounts with incomplete results at that time.
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

/// The outcome of asking the accounts, and of filtering their keys.
#[derive(Debug, Serialize)]
pub(crate) struct Asked<'a> {
    /// Number of keys that were left out because their vendors do not report a filtered field.
    pub(crate) undecided: u64,
    #[serde(flatten)]
    pub(crate) course: Course<'a>,
}

/// The document of `list`.
#[derive(Debug, Serialize)]
pub(crate) struct Keys<'a> {
    pub(crate) keys: Vec<Record<'a>>,
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}

/// The document of `list --group-by`.
#[derive(Debug, Serialize)]
pub(crate) struct Grouped<'a> {
    pub(crate) by: String,
    pub(crate) keys: usize,
    pub(crate) groups: &'a [Group],
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}

/// The document of `list --count`.
#[derive(Debug, Serialize)]
pub(crate) struct Count<'a> {
    /// `None` if every account failed.
    pub(crate) keys: Option<usize>,
    #[serde(flatten)]
    pub(crate) course: Asked<'a>,
}
