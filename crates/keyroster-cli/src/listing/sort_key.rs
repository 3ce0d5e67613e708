//! What values are sorted by.

use std::cmp::Ordering;

use keyroster::{Decimal, Timestamp};

/// What a value of a field is sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    /// Before all others.
    First,
    Number(Decimal),
    Measured(String, Decimal),
    Share(Share),
    At(Timestamp),
    Text(Natural),
    /// After all others.
    Last,
}

/// How much of a quota is used.
#[derive(Debug)]
pub(crate) struct Share(f64);

/// A text in natural order: `ci-2` before `CI-10`.
#[derive(Debug)]
pub(crate) struct Natural(String);

impl Share {
    pub(crate) fn new(share: f64) -> Self {
        Self(share)
    }
}

impl Natural {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Share {}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialEq for Natural {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Natural {}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        alphanumeric_sort::compare_str(&self.0, &other.0)
    }
}
