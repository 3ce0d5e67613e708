//! Keys in groups, and how many there are of each.

use anstyle::Style;
use keyroster::{AccountKey, KeyStatus, Timestamp};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::facts::{Fact, status_style};
use crate::output::{BOLD, Column, DIM, Record, Table};
use crate::rank::Rank;
use crate::view;

/// Keys that share a value of a fact.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    /// The value; none for keys whose vendor does not say it, or which have none.
    pub(crate) value: Option<String>,
    /// What people call it.
    name: String,
    keys: u64,
    statuses: Statuses,
    #[serde(skip)]
    rank: Option<Rank>,
}

/// How many keys are of each status, in the order of [`KeyStatus::ALL`].
#[derive(Clone, Copy, Debug, Default)]
struct Statuses([u64; KeyStatus::ALL.len()]);

impl Serialize for Statuses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (status, count) in KeyStatus::ALL.iter().zip(self.0) {
            map.serialize_entry(status.as_str(), &count)?;
        }
        map.end()
    }
}

/// The groups in the order of their values, what is not known last.
pub(crate) fn groups(keys: &[AccountKey], by: &Fact, now: Timestamp) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for key in keys {
        let record = Record::new(&key.account, &key.key, now);
        let value = Some(by.exact(&record)).filter(|value| !value.is_empty());
        let place = *places.entry(value.clone()).or_insert(groups.len());
        if place == groups.len() {
            let name = match &value {
                Some(value) if !by.is_named() => view::clean(value),
                Some(_) => by.people(&record).0,
                // Not every vendor has containers.
                None if by.is_named() => "none".to_owned(),
                None => view::UNKNOWN.to_owned(),
            };
            let (statuses, rank) = (Statuses::default(), by.rank(&record));
            groups.push(Group { value, name, keys: 0, statuses, rank });
        }
        let group = &mut groups[place];
        group.keys += 1;
        let status = KeyStatus::ALL.iter().position(|status| *status == record.status);
        if let Some(count) = status.and_then(|status| group.statuses.0.get_mut(status)) {
            *count += 1;
        }
    }
    groups.sort_by(|a, b| {
        let known = a.value.is_none().cmp(&b.value.is_none());
        known.then_with(|| a.rank.cmp(&b.rank)).then_with(|| a.value.cmp(&b.value))
    });
    groups
}

/// A table of groups: their keys by status, or only how many they are.
pub(crate) fn table(groups: &[Group], by: &Fact, only_count: bool) -> Table {
    let mut sums = Statuses::default();
    for group in groups {
        sums.0.iter_mut().zip(group.statuses.0).for_each(|(sum, count)| *sum += count);
    }
    // A status that no key has says nothing, and nor do those of groups that have one each.
    let by_status = by.name() == "status";
    let shown = |at: &usize| !only_count && !by_status && sums.0[*at] > 0;
    let shown: Vec<usize> = (0..sums.0.len()).filter(shown).collect();
    let mut columns = vec![by.column().kept(), Column::titled("KEYS").right()];
    columns.extend(shown.iter().map(|at| {
        let column = Column::new(KeyStatus::ALL[*at].as_str().to_uppercase()).right();
        column.drops(u8::try_from(*at + 1).unwrap_or(1))
    }));
    let mut table = Table::new(&columns);
    let number =
        |count: u64, style: Style| (count.to_string(), if count == 0 { DIM } else { style });
    for group in groups {
        let mut row = vec![(group.name.clone(), Style::new()), number(group.keys, Style::new())];
        row.extend(
            shown.iter().map(|at| number(group.statuses.0[*at], status_style(KeyStatus::ALL[*at]))),
        );
        table.push(row);
    }
    if groups.len() > 1 && !only_count {
        let keys = groups.iter().map(|group| group.keys).sum();
        let mut row = vec![("in all".to_owned(), BOLD), number(keys, BOLD)];
        row.extend(shown.iter().map(|at| number(sums.0[*at], BOLD)));
        table.push(row);
    }
    table
}

/// A row of CSV for each group, under a header.
pub(crate) fn rows(groups: &[Group], by: &Fact, only_count: bool) -> Vec<Vec<String>> {
    let mut header = vec![by.name(), "group_name".to_owned(), "keys".to_owned()];
    if !only_count {
        header.extend(KeyStatus::ALL.map(|status| status.as_str().to_owned()));
    }
    let row = |group: &Group| {
        let value = group.value.clone().unwrap_or_default();
        let mut row = vec![value, group.name.clone(), group.keys.to_string()];
        if !only_count {
            row.extend(group.statuses.0.map(|count| count.to_string()));
        }
        row
    };
    std::iter::once(header).chain(groups.iter().map(row)).collect()
}
