//! Finds accounts of a roster that reach the same account at their vendor.

use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::record::id::{KeyId, ProviderId};

/// Number of an account's keys that are compared with those of other accounts.
///
/// The sample consists of the keys with the smallest fingerprints, so accounts with the same keys have the
/// same sample. An account with no more keys is compared in full. In larger ones, an account that sees a
/// part of another's keys is found unless, by chance, no key of that part is in the sample.
const SAMPLE_LEN: usize = 512;

/// Fingerprints of the keys of finished accounts, with the first account that had each.
#[derive(Default)]
pub(crate) struct OverlapFinder {
    hasher: RandomState,
    finished: Mutex<HashMap<u64, Arc<str>>>,
}

/// The smallest fingerprints of one account's keys, with the largest of them on top.
#[derive(Default)]
pub(crate) struct KeySample(BinaryHeap<u64>);

impl OverlapFinder {
    /// Adds a key to its account's sample.
    pub(crate) fn add(&self, sample: &mut KeySample, provider: &ProviderId, id: &KeyId) {
        let fingerprint = self.hasher.hash_one((provider, id));
        if sample.0.len() < SAMPLE_LEN {
            sample.0.push(fingerprint);
        } else if let Some(mut largest) = sample.0.peek_mut()
            && fingerprint < *largest
        {
            *largest = fingerprint;
        }
    }

    /// Finishes an account, and returns one that finished before and shares a key with it.
    pub(crate) fn finish(&self, account: &Arc<str>, sample: KeySample) -> Option<Arc<str>> {
        // A poisoned lock only means that a reader panicked. The fingerprints behind it are whole.
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let same = sample.0.iter().find_map(|fingerprint| finished.get(fingerprint)).cloned();
        for fingerprint in sample.0 {
            finished.entry(fingerprint).or_insert_with(|| Arc::clone(account));
        }
        same
    }
}
