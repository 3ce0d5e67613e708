//! The set of keys already seen, in few bytes per key whatever the length of the vendor's ids.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// Maximum average number of entries per shard before every shard is split in two.
const MAX_SHARD_LEN: usize = 14_000;

/// Makes fingerprints of ids with hash keys drawn for one listing, so no one can prepare two ids that
/// collide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fingerprinter {
    hashers: (RandomState, RandomState),
}

impl Fingerprinter {
    pub(crate) fn of(&self, id: &str) -> u128 {
        let high = self.hashers.0.hash_one(id);
        let low = self.hashers.1.hash_one(id);
        (u128::from(high) << 64) | u128::from(low)
    }
}

/// A set of fingerprints, each cut to 96 bits. In one of 10^17 listings of a million keys, two ids are
/// taken for one by chance.
///
/// While a hash table grows, it holds its old and its new memory at once. This set consists of shards that
/// grow one after the other, so its peak is about its size. An entry takes 13 bytes, and a table is between
/// seven sixteenths and seven eighths full, which makes 15 to 30 bytes per key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Their number is zero or a power of two.
    shards: Vec<HashSet<Fingerprint, BuildHasherDefault<IdentityHasher>>>,
    len: usize,
}

impl Seen {
    pub(crate) fn contains(&self, fingerprint: u128) -> bool {
        let fingerprint = Fingerprint::of(fingerprint);
        self.shards
            .get(shard(fingerprint, self.shards.len()))
            .is_some_and(|shard| shard.contains(&fingerprint))
    }

    /// Adds a fingerprint and returns whether it is new.
    pub(crate) fn insert(&mut self, fingerprint: u128) -> bool {
        let fingerprint = Fingerprint::of(fingerprint);
        if self.len >= self.shards.len() * MAX_SHARD_LEN {
            self.split();
        }
        let at = shard(fingerprint, self.shards.len());
        let new = self.shards.get_mut(at).is_some_and(|shard| shard.insert(fingerprint));
        self.len += usize::from(new);
        new
    }

    fn split(&mut self) {
        if self.shards.is_empty() {
            self.shards.push(HashSet::default());
            return;
        }
        let old = self.shards.len();
        self.shards.resize_with(old * 2, HashSet::default);
        for at in 0..old {
            let whole = std::mem::take(&mut self.shards[at]);
            for fingerprint in whole {
                self.shards[shard(fingerprint, old * 2)].insert(fingerprint);
            }
        }
    }
}

/// The part of a fingerprint that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint([u32; 3]);

impl Fingerprint {
    #[expect(clippy::cast_possible_truncation, reason = "each cast keeps its own 32 bits")]
    fn of(fingerprint: u128) -> Self {
        Self([fingerprint as u32, (fingerprint >> 32) as u32, (fingerprint >> 64) as u32])
    }
}

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [low, high, _] = self.0;
        state.write_u64((u64::from(high) << 32) | u64::from(low));
    }
}

/// Returns the index of a fingerprint's shard, from bits that the table inside the shard does not use.
fn shard(Fingerprint([.., bits]): Fingerprint, shards: usize) -> usize {
    bits as usize & shards.saturating_sub(1)
}

/// Uses a fingerprint as its own hash.
#[derive(Clone, Copy, Debug, Default)]
struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprinter, MAX_SHARD_LEN, Seen};

    #[test]
    fn seen_keys_stay_known_when_shards_split() {
        let fingerprinter = Fingerprinter::default();
        let mut seen = Seen::default();
        let ids: Vec<_> = (0..5 * MAX_SHARD_LEN)
            .map(|number| fingerprinter.of(&format!("key-{number}")))
            .collect();
        for (number, id) in ids.iter().enumerate() {
            assert!(!seen.contains(*id));
            assert!(seen.insert(*id), "{number} is new");
        }
        assert!(seen.shards.len() > 4);
        assert!(ids.iter().all(|id| seen.contains(*id) && !seen.insert(*id)));
        // No shard is much fuller than the others. Otherwise the peak would exceed the size.
        let fullest = seen.shards.iter().map(std::collections::HashSet::len).max();
        assert!(fullest.unwrap() < MAX_SHARD_LEN * 11 / 10, "{fullest:?}");
    }
}
