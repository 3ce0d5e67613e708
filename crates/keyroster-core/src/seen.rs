//! Which keys were seen, in few bytes a key whatever the length of the vendor's ids.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// So many entries may a shard hold on average before each is split in two.
const SHARD: usize = 14_000;

/// Makes fingerprints of ids, under keys drawn for one listing: nobody can prepare two ids that collide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fingerprints {
    hashers: (RandomState, RandomState),
}

impl Fingerprints {
    pub(crate) fn of(&self, id: &str) -> u128 {
        let (high, low) = (self.hashers.0.hash_one(id), self.hashers.1.hash_one(id));
        (u128::from(high) << 64) | u128::from(low)
    }
}

/// A set of fingerprints, of which it holds 96 bits: by chance two of a million ids are taken for one in
/// one of 10^17 listings.
///
/// A hash table that outgrows itself holds its old and its new room at once. This one is made of shards
/// that grow one after the other, so that its peak is its size: 13 bytes of a table that is between seven
/// sixteenths and seven eighths full, 15 to 30 bytes a key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// As many as a power of two says; none stands for one that is empty.
    shards: Vec<HashSet<Print, BuildHasherDefault<Itself>>>,
    len: usize,
}

impl Seen {
    pub(crate) fn contains(&self, print: u128) -> bool {
        let print = Print::of(print);
        self.shards.get(shard(print, self.shards.len())).is_some_and(|shard| shard.contains(&print))
    }

    /// Adds it, and tells whether it is new.
    pub(crate) fn insert(&mut self, print: u128) -> bool {
        let print = Print::of(print);
        if self.len >= self.shards.len() * SHARD {
            self.split();
        }
        let at = shard(print, self.shards.len());
        let new = self.shards.get_mut(at).is_some_and(|shard| shard.insert(print));
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
            for print in whole {
                self.shards[shard(print, old * 2)].insert(print);
            }
        }
    }
}

/// What is kept of a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Print([u32; 3]);

impl Print {
    #[expect(clippy::cast_possible_truncation, reason = "each takes its part")]
    fn of(print: u128) -> Self {
        Self([print as u32, (print >> 32) as u32, (print >> 64) as u32])
    }
}

impl Hash for Print {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [low, high, _] = self.0;
        state.write_u64((u64::from(high) << 32) | u64::from(low));
    }
}

/// The shard of a fingerprint: by bits that the tables within do not look at.
fn shard(Print([.., bits]): Print, shards: usize) -> usize {
    bits as usize & shards.saturating_sub(1)
}

/// A fingerprint is its own hash.
#[derive(Clone, Copy, Debug, Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, print: u64) {
        self.0 = print;
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprints, SHARD, Seen};

    #[test]
    fn what_was_seen_is_known_however_often_the_shards_split() {
        let prints = Fingerprints::default();
        let mut seen = Seen::default();
        let ids: Vec<_> =
            (0..5 * SHARD).map(|number| prints.of(&format!("key-{number}"))).collect();
        for (number, id) in ids.iter().enumerate() {
            assert!(!seen.contains(*id));
            assert!(seen.insert(*id), "{number} is new");
        }
        assert!(seen.shards.len() > 4);
        assert!(ids.iter().all(|id| seen.contains(*id) && !seen.insert(*id)));
        // None is much fuller than the others, or the peak would not be the size.
        let fullest = seen.shards.iter().map(std::collections::HashSet::len).max();
        assert!(fullest.unwrap() < SHARD * 11 / 10, "{fullest:?}");
    }
}
