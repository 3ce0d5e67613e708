//! A cache of the row numbers that a filter selects, so that paging through a million keys does not
//! select them for each page.

use std::sync::Arc;

/// Maximum number of cached filters.
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

    /// Returns the rows for `key`. They are rebuilt if the state's `version` has changed, or after the
    /// instant that `build` returned (when a key expires or a lag ends).
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
    fn rows_are_rebuilt_only_when_they_may_differ() {
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
