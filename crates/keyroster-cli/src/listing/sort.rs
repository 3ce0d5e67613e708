//! The order in which keys are listed.

use std::cmp::Ordering;

use keyroster::{AccountKey, Timestamp};

use crate::listing::fields::Field;
use crate::listing::sort_key::SortKey;
use crate::output::Record;

/// A field to sort by.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    field: Field,
    descending: bool,
}

impl Order {
    /// `name`, `-created_at` or `created_at:desc`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, descending) = match (text.strip_prefix('-'), text.rsplit_once(':')) {
            (Some(name), _) | (None, Some((name, "desc"))) => (name, true),
            (None, Some((name, "asc"))) => (name, false),
            _ => (text, false),
        };
        Ok(Self { field: Field::parse(name)?, descending })
    }
}

/// Sorts by each field in turn. Keys that are equal in all of them keep their order.
pub(crate) fn sort(keys: &mut [AccountKey], orders: &[Order], now: Timestamp) {
    if orders.is_empty() {
        return;
    }
    keys.sort_by_cached_key(|key| {
        let record = Record::new(&key.account, &key.key, now);
        let place = |order: &Order| Place {
            sort_key: order.field.sort_key(&record),
            descending: order.descending,
        };
        orders.iter().map(place).collect::<Vec<_>>()
    });
}

/// A sort key with its direction. Unknown values come last in both.
#[derive(PartialEq, Eq)]
struct Place {
    sort_key: Option<SortKey>,
    descending: bool,
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.sort_key, &other.sort_key) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(sort_key), Some(other)) if self.descending => other.cmp(sort_key),
            (Some(sort_key), Some(other)) => sort_key.cmp(other),
        }
    }
}
