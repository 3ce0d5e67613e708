//! Groups of keys, and how many keys each has.

use anstyle::Style;
use keyroster::{AccountFailure, AccountKey, KeyStatus, Timestamp};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::listing::fields::{Field, status_style};
use crate::listing::sort_key::{Natural, SortKey};
use crate::output::{BOLD, Column, DIM, Record, Table, format, text};

/// Keys with the same value of the grouping field.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    /// The value. `None` if the vendor does not report it, or the keys have none.
    pub(crate) value: Option<String>,
    /// What people call it.
    name: String,
    /// `None` for an account that failed.
    keys: Option<u64>,
    statuses: Option<Statuses>,
    #[serde(skip)]
    sort_key: Option<SortKey>,
}

/// Number of keys of each status, in the order of [`KeyStatus::ALL`].
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

/// The groups in the order of their values, unknown values last.
pub(crate) fn groups(keys: &[AccountKey], by: &Field, now: Timestamp) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for key in keys {
        let record = Record::new(&key.account, &key.key, now);
        let value = Some(by.exact(&record)).filter(|value| !value.is_empty());
        let place = *places.entry(value.clone()).or_insert(groups.len());
        if place == groups.len() {
            let name = match &value {
                Some(value) if !by.is_named() => text::clean(value),
                Some(_) => by.display(&record).0,
                // Not every vendor has containers.
                None if by.is_named() => "none".to_owned(),
                None => format::UNKNOWN.to_owned(),
            };
            groups.push(Group {
                value,
                name,
                keys: None,
                statuses: None,
                sort_key: by.sort_key(&record),
            });
        }
        let group = &mut groups[place];
        *group.keys.get_or_insert(0) += 1;
        let status = KeyStatus::ALL.iter().position(|status| *status == record.status);
        let statuses = group.statuses.get_or_insert_default();
        if let Some(count) = status.and_then(|status| statuses.0.get_mut(status)) {
            *count += 1;
        }
    }
    sort(&mut groups);
    groups
}

/// Adds the accounts that failed before they returned a matching key: how many they have is unknown.
pub(crate) fn add_failed(groups: &mut Vec<Group>, failures: &[AccountFailure]) {
    for failure in failures {
        let value = Some(failure.account.to_string());
        if groups.iter().all(|group| group.value != value) {
            let name = text::clean(&failure.account);
            let sort_key = Some(SortKey::Text(Natural::new(&failure.account)));
            groups.push(Group { value, name, keys: None, statuses: None, sort_key });
        }
    }
    sort(groups);
}

fn sort(groups: &mut [Group]) {
    groups.sort_by(|a, b| {
        let known = a.value.is_none().cmp(&b.value.is_none());
        known.then_with(|| a.sort_key.cmp(&b.sort_key)).then_with(|| a.value.cmp(&b.value))
    });
}

/// A table of groups, with or without a column for each status.
pub(crate) fn table(groups: &[Group], by: &Field, only_count: bool) -> Table {
    let mut sums = Statuses::default();
    for statuses in groups.iter().filter_map(|group| group.statuses) {
        sums.0.iter_mut().zip(statuses.0).for_each(|(sum, count)| *sum += count);
    }
    // A status that no key has needs no column. Groups by status have one status each.
    let by_status = by.is_status();
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
    let known = |count: Option<u64>, style: Style| {
        count.map_or_else(|| (format::UNKNOWN.to_owned(), style), |count| number(count, style))
    };
    for group in groups {
        let mut row = vec![(group.name.clone(), Style::new()), known(group.keys, Style::new())];
        let of = |at: usize| group.statuses.map(|statuses| statuses.0[at]);
        row.extend(shown.iter().map(|at| known(of(*at), status_style(KeyStatus::ALL[*at]))));
        table.push(row);
    }
    if groups.len() > 1 && !only_count {
        let keys = groups.iter().filter_map(|group| group.keys).sum();
        let mut row = vec![("total".to_owned(), BOLD), number(keys, BOLD)];
        row.extend(shown.iter().map(|at| number(sums.0[*at], BOLD)));
        table.push(row);
    }
    table
}

/// A row of CSV for each group, under a header.
pub(crate) fn rows(groups: &[Group], by: &Field, only_count: bool) -> Vec<Vec<String>> {
    let mut header = vec![by.name(), "group_name".to_owned(), "keys".to_owned()];
    if !only_count {
        header.extend(KeyStatus::ALL.map(|status| status.as_str().to_owned()));
    }
    let row = |group: &Group| {
        let value = group.value.clone().unwrap_or_default();
        let known = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
        let mut row = vec![value, group.name.clone(), known(group.keys)];
        if !only_count {
            let of = |at: usize| group.statuses.map(|statuses| statuses.0[at]);
            row.extend((0..KeyStatus::ALL.len()).map(|at| known(of(at))));
        }
        row
    };
    std::iter::once(header).chain(groups.iter().map(row)).collect()
}
