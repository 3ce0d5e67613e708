//! What the accounts of a roster answered.

use std::sync::Arc;

use serde::Serialize;

use crate::error::Error;
use crate::record::id::ProviderId;
use crate::record::key::ApiKey;
use crate::traffic::Traffic;
use crate::warning::Warning;

/// Something that an account answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RosterEvent {
    /// A key.
    Key(Box<AccountKey>),
    /// Something to know about an account's answer.
    Warning(AccountWarning),
    /// An account has answered in full.
    Finished(AccountReport),
    /// An account has failed; the keys before it are good.
    Failed(AccountReport, AccountFailure),
}

/// A key and the account that it was found in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccountKey {
    /// The account's name.
    pub account: Arc<str>,
    /// The key.
    pub key: ApiKey,
}

/// A warning and the account that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountWarning {
    /// The account's name.
    pub account: Arc<str>,
    /// The warning.
    #[serde(flatten)]
    pub warning: Warning,
}

/// An error and the account that it struck.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountFailure {
    /// The account's name.
    pub account: Arc<str>,
    /// The error.
    pub error: Error,
}

/// What asking one account came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountReport {
    /// The account's name.
    pub account: Arc<str>,
    /// Its provider; none if the account could not be made or opened.
    pub provider: Option<ProviderId>,
    /// The keys that it answered.
    pub keys: u64,
    /// The pages that were read.
    pub pages: u64,
    /// What it cost the vendor.
    pub traffic: Traffic,
    /// From when it was first asked, its opening included, to the last answer, in milliseconds.
    pub elapsed_ms: u64,
    /// Another account that finished before and shares keys with this one: both reach the same account at
    /// the vendor. All keys of an account that has at most 512 are compared, and of a larger one 512: an
    /// account that sees a small part of a large one's keys may go unnoticed.
    pub same_as: Option<Arc<str>>,
}

/// Everything that a roster's accounts answered.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RosterReport {
    /// The keys.
    pub keys: Vec<AccountKey>,
    /// What to know about the answers.
    pub warnings: Vec<AccountWarning>,
    /// The accounts that failed, and why.
    pub failures: Vec<AccountFailure>,
    /// Figures for each account.
    pub accounts: Vec<AccountReport>,
}

impl RosterReport {
    /// How many keys the accounts answered, whether they were collected or not.
    #[must_use]
    pub fn keys_answered(&self) -> u64 {
        self.accounts.iter().map(|account| account.keys).sum()
    }

    /// Adds an event to the report.
    pub fn record(&mut self, event: RosterEvent) {
        match event {
            RosterEvent::Key(key) => self.keys.push(*key),
            RosterEvent::Warning(warning) => self.warnings.push(warning),
            RosterEvent::Finished(report) => self.accounts.push(report),
            RosterEvent::Failed(report, failure) => {
                self.accounts.push(report);
                self.failures.push(failure);
            }
        }
    }
}
