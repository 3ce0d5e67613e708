//! The scenarios, by subject.

mod arguments;
mod creates;
mod errors;
mod listing;
mod operations;
mod records;
mod secrets;
mod threads;

use crate::scenario::Scenario;

/// All scenarios, in the order in which summaries show them.
pub(crate) fn all() -> impl Iterator<Item = &'static Scenario> {
    [
        listing::SCENARIOS,
        records::SCENARIOS,
        errors::SCENARIOS,
        operations::SCENARIOS,
        arguments::SCENARIOS,
        creates::SCENARIOS,
        secrets::SCENARIOS,
        threads::SCENARIOS,
    ]
    .into_iter()
    .flatten()
}
