//! Lists of keys: asking all accounts, and filtering, sorting, grouping and summing up the answers.

pub(crate) mod collect;
pub(crate) mod columns;
pub(crate) mod document;
pub(crate) mod fields;
pub(crate) mod filter;
pub(crate) mod group;
pub(crate) mod progress;
pub(crate) mod sort;
mod sort_key;
pub(crate) mod summary;
