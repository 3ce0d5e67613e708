//! Counts the keys of a listing whose records have facts that could not be read.

use std::collections::BTreeMap;

use crate::record::fact::Fact;
use crate::record::id::KeyId;
use crate::record::key::ApiKey;
use crate::warning::Warning;

/// The unreadable facts of the keys so far.
#[derive(Debug, Default)]
pub(crate) struct UnreadableFacts(BTreeMap<Fact, Affected>);

/// The keys with one unreadable fact.
#[derive(Debug)]
struct Affected {
    keys: u64,
    first: KeyId,
}

impl UnreadableFacts {
    /// Counts a key.
    pub(crate) fn count(&mut self, key: &ApiKey) {
        for fact in &key.unreadable {
            let affected = self.0.entry(*fact);
            affected.or_insert_with(|| Affected { keys: 0, first: key.id.clone() }).keys += 1;
        }
    }

    /// Returns one warning per fact.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.0.iter().map(|(fact, affected)| warning(*fact, affected)).collect()
    }
}

fn warning(fact: Fact, affected: &Affected) -> Warning {
    let id = affected.first.as_str();
    Warning::unreadable(match affected.keys {
        1 => format!(
            "`{fact}` of the key `{id}` cannot be read in the vendor's answer and is unknown"
        ),
        keys => format!(
            "`{fact}` of {keys} keys, the first of them `{id}`, cannot be read in the vendor's answer and is unknown"
        ),
    })
}
