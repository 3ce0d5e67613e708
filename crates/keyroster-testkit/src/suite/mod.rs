//! The suite: scenarios for one provider, and what its author says about them.

mod bench;
mod bounded_provider;
mod macros;
mod runner;
mod scenarios;
mod verdict;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::harness::Harness;

pub(crate) use self::bench::said;
use self::bench::{Bench, Facts};
pub use self::runner::{guard, run_test};
pub use self::scenarios::Scenario;
pub use self::verdict::{Failure, Section, Verdict};

/// A scenario that takes longer does not end: the longest waits for its provider's own retries.
const PATIENCE: Duration = Duration::from_mins(1);

/// The conformance scenarios for one provider, with what its author says about them.
///
/// ```no_run
/// # use keyroster_testkit::{Harness, Suite};
/// # fn example(acme: impl Harness) {
/// let suite = Suite::new(acme)
///     .skip("passes_an_empty_middle_page", "the cursor is the last key's id")
///     .xfail("maps_409_to_conflict", "acme answers 409 to a wrong scope (acme/sdk, 2026-05-02)");
/// for (scenario, verdict) in suite.run_all() {
///     println!("{}: {verdict}", scenario.name);
/// }
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Suite {
    harness: Arc<dyn Harness>,
    skipped: BTreeMap<String, String>,
    expected: BTreeMap<String, String>,
}

impl Suite {
    /// The suite for a provider of any kind.
    pub fn new(harness: impl Harness) -> Self {
        Self { harness: Arc::new(harness), skipped: BTreeMap::new(), expected: BTreeMap::new() }
    }

    /// The suite for a provider that speaks HTTP.
    #[cfg(feature = "http")]
    #[cfg_attr(docsrs, doc(cfg(feature = "http")))]
    pub fn http(api: impl crate::http::VendorApi) -> Self {
        Self::new(crate::http::Loopback::new(api))
    }

    /// Leaves a scenario out that does not fit the vendor, for this reason. What follows from the declared
    /// capabilities is left out without this.
    pub fn skip(mut self, scenario: impl Into<String>, reason: impl Into<String>) -> Self {
        self.skipped.insert(scenario.into(), reason.into());
        self
    }

    /// Expects a scenario to fail, for this reason; once it passes, its test fails.
    pub fn xfail(mut self, scenario: impl Into<String>, reason: impl Into<String>) -> Self {
        self.expected.insert(scenario.into(), reason.into());
        self
    }

    /// Every scenario there is, in the order in which summaries show them.
    pub fn scenarios() -> impl Iterator<Item = &'static Scenario> {
        scenarios::all()
    }

    /// Runs the scenario of this name, in a runtime of its own.
    ///
    /// # Panics
    ///
    /// When there is no such scenario, and when it is run inside an asynchronous runtime.
    #[must_use]
    pub fn run(&self, name: &str) -> Verdict {
        let scenario = Self::scenarios().find(|scenario| scenario.name == name);
        #[expect(clippy::panic, reason = "documented, and for tests alone")]
        let Some(scenario) = scenario else { panic!("there is no scenario `{name}`") };
        self.verdict(scenario)
    }

    /// Runs every scenario, one after another.
    ///
    /// # Panics
    ///
    /// When it is run inside an asynchronous runtime.
    #[must_use]
    pub fn run_all(&self) -> Vec<(&'static Scenario, Verdict)> {
        Self::scenarios().map(|scenario| (scenario, self.verdict(scenario))).collect()
    }

    fn verdict(&self, scenario: &Scenario) -> Verdict {
        let facts = match block_on(async { Bench::facts(&self.harness) }) {
            Ok(facts) => facts,
            Err(error) => {
                return Verdict::Failed(Failure {
                    expected: "the harness makes a provider".to_owned(),
                    did: format!("it answers `{error}`"),
                    section: Section::Conformance,
                });
            }
        };
        if let Some(reason) = self.reason_to_skip(scenario, &facts) {
            return Verdict::Skipped(reason);
        }
        let bench = Bench { harness: Arc::clone(&self.harness), facts, section: scenario.section };
        let outcome = block_on(async {
            let run = tokio::time::timeout(PATIENCE, (scenario.run)(&bench));
            run.await.unwrap_or_else(|_| {
                bench.fail("an answer, or an error", format!("nothing came within {PATIENCE:?}"))
            })
        });
        match (outcome, self.expected.get(scenario.name)) {
            (Ok(()), None) => Verdict::Passed,
            (Ok(()), Some(why)) => Verdict::UnexpectedPass(why.clone()),
            (Err(failure), None) => Verdict::Failed(failure),
            (Err(failure), Some(why)) => Verdict::ExpectedFailure(why.clone(), failure),
        }
    }

    /// Why a scenario is left out: because of what the provider is, or because its author says so.
    fn reason_to_skip(&self, scenario: &Scenario, facts: &Facts) -> Option<String> {
        (scenario.applies)(facts).err().or_else(|| self.skipped.get(scenario.name).cloned())
    }

    /// What is wrong with the suite itself: scenarios that no test runs, names that no scenario has, and
    /// skips and expectations that do not fit what the provider declares.
    #[must_use]
    pub fn complaints(&self, expanded: &[&str]) -> Vec<String> {
        let mut complaints = Vec::new();
        let known: Vec<&str> = Self::scenarios().map(|scenario| scenario.name).collect();
        for name in known.iter().filter(|name| !expanded.contains(name)) {
            complaints.push(format!("no test runs the scenario `{name}`"));
        }
        for name in expanded.iter().filter(|name| !known.contains(name)) {
            complaints.push(format!("the test `{name}` runs no scenario"));
        }
        let named = self.skipped.keys().chain(self.expected.keys());
        for name in named.filter(|name| !known.contains(&name.as_str())) {
            complaints.push(format!("`{name}` is skipped or expected to fail, and no scenario"));
        }
        let facts = match block_on(async { Bench::facts(&self.harness) }) {
            Ok(facts) => facts,
            Err(error) => {
                complaints.push(format!("the harness makes no provider: {error}"));
                return complaints;
            }
        };
        for scenario in Self::scenarios() {
            let name = scenario.name;
            let applies = (scenario.applies)(&facts);
            let skipped = self.skipped.get(name);
            if let (Some(reason), Err(why)) = (self.expected.get(name), &applies) {
                complaints.push(format!(
                    "`{name}` is expected to fail because {reason}, and is not run at all: {why}"
                ));
            }
            if skipped.is_some() && self.expected.contains_key(name) {
                complaints.push(format!("`{name}` is both skipped and expected to fail"));
            }
            if let (Some(reason), Ok(()), false) = (skipped, &applies, scenario.may_be_skipped) {
                complaints.push(format!(
                    "`{name}` is skipped because {reason}, and what the provider declares says that it \
                     must work; make it work, declare less, or use `xfail`"
                ));
            }
            if let (Some(reason), Err(why)) = (skipped, &applies) {
                complaints.push(format!(
                    "`{name}` is skipped because {reason}, which is not needed: {why}"
                ));
            }
            for reason in skipped.into_iter().chain(self.expected.get(name)) {
                if reason.trim().len() < 10 {
                    complaints.push(format!("`{name}`: `{reason}` is no reason"));
                }
            }
        }
        complaints
    }

    /// The provider's name, and each scenario that is left out or expected to fail, with the reason.
    pub(crate) fn exceptions(&self) -> (String, Vec<(&'static str, &'static str, String)>) {
        let Ok(facts) = block_on(async { Bench::facts(&self.harness) }) else {
            return ("unknown".to_owned(), Vec::new());
        };
        let mut exceptions = Vec::new();
        for scenario in Self::scenarios() {
            if let Some(reason) = self.reason_to_skip(scenario, &facts) {
                exceptions.push((scenario.name, "skipped", reason));
            } else if let Some(reason) = self.expected.get(scenario.name) {
                exceptions.push((scenario.name, "xfail", reason.clone()));
            }
        }
        (facts.info.id.to_string(), exceptions)
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("skipped", &self.skipped)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// Runs a scenario to its end, on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    #[expect(clippy::expect_used, reason = "without a runtime no test can run")]
    runtime.expect("a runtime starts").block_on(future)
}
