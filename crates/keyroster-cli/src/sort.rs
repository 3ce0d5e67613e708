//! In which order keys are listed.

use std::cmp::Ordering;

use keyroster::{AccountKey, Timestamp};

use crate::facts::Fact;
use crate::output::Record;
use crate::rank::Rank;

/// A fact to sort by.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    fact: Fact,
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
        Ok(Self { fact: Fact::parse(name)?, descending })
    }
}

/// Sorts by each fact in turn; keys that are equal in all of them keep their order.
pub(crate) fn sort(keys: &mut [AccountKey], orders: &[Order], now: Timestamp) {
    if orders.is_empty() {
        return;
    }
    keys.sort_by_cached_key(|key| {
        let record = Record::new(&key.account, &key.key, now);
        let place =
            |order: &Order| Place { rank: order.fact.rank(&record), descending: order.descending };
        orders.iter().map(place).collect::<Vec<_>>()
    });
}

/// A rank in its direction; what is not known comes last in both.
#[derive(PartialEq, Eq)]
struct Place {
    rank: Option<Rank>,
    descending: bool,
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.rank, &other.rank) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(rank), Some(other)) if self.descending => other.cmp(rank),
            (Some(rank), Some(other)) => rank.cmp(other),
        }
    }
}
