//! Finding the key that a create without a response may have left behind.

use std::time::Duration;

use serde::Serialize;

use crate::record::key::ApiKey;
use crate::record::time::Timestamp;
use crate::request::CreateKey;
use crate::warning::Warning;

/// How far the vendor's clock may lag ours when searching for an orphaned key.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// What is known of a key that may have been created without a response, to find it by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Orphan {
    /// The requested name.
    pub name: String,
    /// The id of the requested container.
    pub container: Option<String>,
    /// When the request was first sent, by this machine's clock.
    pub sent_at: Timestamp,
}

impl Orphan {
    /// Describes the key that a create request, first sent at `sent_at`, may have left behind.
    #[must_use]
    pub fn new(request: &CreateKey, sent_at: Timestamp) -> Self {
        Self { name: request.name.clone(), container: request.container.clone(), sent_at }
    }

    /// Returns the keys that may be this one: those with its name that were created since the request was
    /// sent, or whose creation time is unknown.
    pub(crate) fn suspects(&self, keys: Vec<ApiKey>) -> Vec<Suspect> {
        let since = self.sent_at.saturating_sub(CLOCK_SKEW);
        let namesakes = keys.into_iter().filter(|key| {
            key.name.as_deref() == Some(&self.name)
                && key.state.revoked != Some(true)
                && key.created_at.is_none_or(|created| created >= since)
        });
        // Some vendors report the creation time in seconds, others in milliseconds.
        let made_since = |created: Timestamp| created >= self.sent_at.as_coarse_as(created);
        let suspect = |key: ApiKey| {
            let made_since = key.created_at.is_some_and(made_since);
            Suspect { key, made_since }
        };
        namesakes.map(suspect).collect()
    }
}

/// A key that a create without a response may have left behind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Suspect {
    /// The record of the key.
    pub key: ApiKey,
    /// Whether the vendor says that the key was created after the request was sent. If not, it may be an older
    /// key of the same name that is in use: the vendor's clock may lag, or it does not report creation times.
    pub made_since: bool,
}

/// The keys found when searching for an orphaned key.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[must_use = "it names the keys that may have been left behind"]
#[non_exhaustive]
pub struct Reconciliation {
    /// The keys that may be the orphaned one.
    pub suspects: Vec<Suspect>,
    /// Why the search may have missed it.
    pub warnings: Vec<Warning>,
}
