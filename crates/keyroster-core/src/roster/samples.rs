//! Which accounts of a roster reach the same account at their vendor.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{KeyId, ProviderId};

/// So many of an account's keys stand for all of them when accounts are compared.
const SAMPLE: usize = 16;

/// A few fingerprints of each account's keys, to tell accounts that reach the same vendor account.
#[derive(Default)]
pub(super) struct Samples {
    hasher: RandomState,
    finished: Mutex<Vec<Sample>>,
}

pub(super) struct Sample {
    pub(super) provider: ProviderId,
    pub(super) account: Arc<str>,
    pub(super) keys: BTreeSet<u64>,
}

impl Samples {
    /// Keeps the smallest fingerprints: those of the same keys, whatever their order.
    pub(super) fn add(&self, sample: &mut BTreeSet<u64>, id: &KeyId) {
        sample.insert(self.hasher.hash_one(id));
        if sample.len() > SAMPLE {
            sample.pop_last();
        }
    }

    /// The account that finished before and has the same keys.
    pub(super) fn finish(&self, sample: Sample) -> Option<Arc<str>> {
        // A poisoned lock only means that a reader panicked; the samples behind it are whole.
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let same = finished.iter().find(|other| {
            other.provider == sample.provider && !other.keys.is_disjoint(&sample.keys)
        });
        let same = same.map(|other| Arc::clone(&other.account));
        finished.push(sample);
        same
    }
}
