//! What the accounts of a roster returned: [`RosterEvent`], and all events together in a [`RosterReport`].

use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::record::id::ProviderId;
use crate::record::key::ApiKey;
use crate::traffic::Traffic;
use crate::warning::Warning;

/// Something that happened in an account during a listing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RosterEvent {
    /// A key was found.
    Key(Box<AccountKey>),
    /// There is something to know about the account's keys.
    Warning(AccountWarning),
    /// All results of the account have been returned.
    Finished(AccountReport),
    /// The account has failed. The keys before that are valid.
    Failed(AccountReport, AccountFailure),
}

/// A key and its account.
///
/// It serializes as the key's record with a member `account`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccountKey {
    /// The account's name.
    pub account: Arc<str>,
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
}

/// A warning and its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountWarning {
    /// The account's name.
    pub account: Arc<str>,
    /// The warning.
    #[serde(flatten)]
    pub warning: Warning,
}

/// An error and its account.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AccountFailure {
    /// The account's name.
    pub account: Arc<str>,
    /// The error.
    pub error: Error,
}

/// Figures of one account's listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountReport {
    /// The account's name.
    pub account: Arc<str>,
    /// The provider, or `None` if the account could not be created or opened.
    pub provider: Option<ProviderId>,
    /// The number of keys returned.
    pub keys: u64,
    /// The number of pages read.
    pub pages: u64,
    /// What was sent and received.
    pub traffic: Traffic,
    /// The time from when the account was first asked, including its opening, to its last answer. It
    /// serializes as whole milliseconds, under the name `elapsed_ms`.
    #[serde(rename = "elapsed_ms", serialize_with = "as_millis")]
    pub elapsed: Duration,
    /// Another account that finished earlier and shares keys with this one, so both reach the same account at
    /// the vendor.
    ///
    /// Accounts with at most 512 keys are compared in full, larger ones by 512 keys. So an account that sees
    /// only a small part of a large account's keys may go unnoticed.
    pub same_as: Option<Arc<str>>,
}

fn as_millis<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// Everything that the accounts of a roster returned.
#[derive(Clone, Debug, Default, Serialize)]
#[must_use = "it holds the accounts that failed"]
#[non_exhaustive]
pub struct RosterReport {
    /// The keys.
    pub keys: Vec<AccountKey>,
    /// What the caller should know about the keys, above all why some may be missing.
    pub warnings: Vec<AccountWarning>,
    /// The accounts that failed, and why.
    pub failures: Vec<AccountFailure>,
    /// Figures of each account.
    pub accounts: Vec<AccountReport>,
}

impl RosterReport {
    /// Returns the number of keys that the accounts returned, whether they were collected or not.
    #[must_use]
    pub fn keys_answered(&self) -> u64 {
        self.accounts.iter().map(|account| account.keys).sum()
    }

    /// Returns why an account failed, or `None` if it did not fail.
    ///
    /// ```
    /// # use keyroster_core::{ListKeys, Roster};
    /// # async fn example(roster: Roster) {
    /// let report = roster.list(ListKeys::all()).await;
    /// match report.failure("prod") {
    ///     Some(error) => eprintln!("prod failed: {error}"),
    ///     None => println!("all keys of prod were listed"),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn failure(&self, account: &str) -> Option<&Error> {
        let failure = self.failures.iter().find(|failure| &*failure.account == account)?;
        Some(&failure.error)
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
