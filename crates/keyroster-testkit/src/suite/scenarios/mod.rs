//! The scenarios by subject, and what a scenario is.

mod arguments;
mod creates;
mod errors;
mod listing;
mod operations;
mod records;
mod secrets;
mod threads;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::bench::{Applies, Bench, Check, Facts};
use super::verdict::Section;

type Run = for<'b> fn(&'b Bench) -> Pin<Box<dyn Future<Output = Check> + 'b>>;

/// A promise that every provider keeps, if it applies to the provider.
///
/// ```
/// use keyroster_testkit::Suite;
///
/// let scenario = Suite::scenarios().find(|scenario| scenario.name == "escapes_ids").unwrap();
/// assert!(scenario.about.starts_with("An id with slashes"));
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Scenario {
    /// The name, which is also the test's.
    pub name: &'static str,
    /// The promise, as a sentence.
    pub about: &'static str,
    /// The section of the guide that explains it.
    pub section: Section,
    /// Whether an author may skip it. If not, a provider to which it applies must pass or be expected to fail
    /// (`xfail`).
    pub may_be_skipped: bool,
    pub(crate) applies: fn(&Facts) -> Applies,
    pub(crate) run: Run,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All scenarios, in the order of summaries.
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

/// Turns an async function into what a scenario's table holds.
macro_rules! scenarios {
    ($($name:ident: $section:ident, $skip:expr, $applies:expr, $about:literal;)*) => {
        pub(crate) const SCENARIOS: &[$crate::suite::scenarios::Scenario] = &[$(
            $crate::suite::scenarios::Scenario {
                name: stringify!($name),
                about: $about,
                section: $crate::suite::verdict::Section::$section,
                may_be_skipped: $skip,
                applies: $applies,
                run: |bench| Box::pin($name(bench)),
            },
        )*];
    };
}
use scenarios;
