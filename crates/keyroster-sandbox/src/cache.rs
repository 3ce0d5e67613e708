//! Row numbers that a filter selects, kept so that paging through 1,000,000 keys does not select
//! them again for each page.

use std::sync::Arc;

const KEPT: usize = 16;

#[derive(Debug)]
pub(crate) struct Cache<K> {
    entries: Vec<Entry<K>>,
}

#[derive(Debug)]
struct Entry<K> {
    key: K,
    version: u64,
    until: i64,
    rows: Arc<[u32]>,
}

impl<K: Eq> Cache<K> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// The rows for `key`, built anew when the state's `version` is another one, or when the
    /// instant that `build` named (a key expires, a lag ends) has come.
    pub(crate) fn rows(
        &mut self,
        key: K,
        version: u64,
        now: i64,
        build: impl FnOnce(&K) -> (Vec<u32>, i64),
    ) -> Arc<[u32]> {
        self.entries.retain(|entry| entry.version == version && now < entry.until);
        if let Some(entry) = self.entries.iter().find(|entry| entry.key == key) {
            return Arc::clone(&entry.rows);
        }
        let (rows, until) = build(&key);
        let rows: Arc<[u32]> = rows.into();
        if self.entries.len() == KEPT {
            self.entries.remove(0);
        }
        self.entries.push(Entry { key, version, until, rows: Arc::clone(&rows) });
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_built_again_only_when_they_may_differ() {
        let mut cache = Cache::new();
        let mut built = 0;
        for (version, now) in [(1, 0), (1, 9), (1, 10), (2, 0), (2, 1)] {
            cache.rows("filter", version, now, |_| {
                built += 1;
                (vec![1], 10)
            });
        }
        assert_eq!(built, 3);
    }
}
