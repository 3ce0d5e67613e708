//! Which accounts of a roster reach the same account at their vendor.

use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{KeyId, ProviderId};

/// So many of an account's keys stand for all of them when accounts are compared.
///
/// They are those with the smallest fingerprints, so that accounts with the same keys are compared by the same
/// ones. Of an account with so many keys or fewer, all are compared; otherwise, one that sees a part of
/// another's keys is found unless that part's share of these is by chance nought.
const SAMPLE: usize = 512;

/// Fingerprints of the keys of accounts that have finished, and the first account that had each.
#[derive(Default)]
pub(crate) struct Samples {
    hasher: RandomState,
    finished: Mutex<HashMap<u64, Arc<str>>>,
}

/// The smallest fingerprints of one account's keys, the largest on top.
#[derive(Default)]
pub(crate) struct Sample(BinaryHeap<u64>);

impl Samples {
    /// Takes a key into its account's sample.
    pub(crate) fn add(&self, sample: &mut Sample, provider: &ProviderId, id: &KeyId) {
        let print = self.hasher.hash_one((provider, id));
        if sample.0.len() < SAMPLE {
            sample.0.push(print);
        } else if let Some(mut largest) = sample.0.peek_mut()
            && print < *largest
        {
            *largest = print;
        }
    }

    /// The account that finished before and has one of the same keys.
    pub(crate) fn finish(&self, account: &Arc<str>, sample: Sample) -> Option<Arc<str>> {
        // A poisoned lock only means that a reader panicked; the fingerprints behind it are whole.
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let same = sample.0.iter().find_map(|print| finished.get(print)).cloned();
        for print in sample.0 {
            finished.entry(print).or_insert_with(|| Arc::clone(account));
        }
        same
    }
}
