//! The conformance suite of one provider.

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

/// Maximum time of a scenario. The longest ones wait for a provider's own retries.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The conformance scenarios for one provider, with its author's skips and expected failures.
///
/// ```no_run
/// # use keyroster_testkit::{Harness, Suite};
/// # fn example(acme: impl Harness) {
/// let suite = Suite::new(acme)
///     .skip("continues_after_an_empty_page", "the cursor is the last key's id")
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

    /// Skips a scenario that does not apply to the vendor, for this reason. Scenarios that the declared
    /// capabilities rule out are skipped without this.
    pub fn skip(mut self, scenario: impl Into<String>, reason: impl Into<String>) -> Self {
        self.skipped.insert(scenario.into(), reason.into());
        self
    }

    /// Expects a scenario to fail, for this reason. Its test fails once the scenario passes.
    pub fn xfail(mut self, scenario: impl Into<String>, reason: impl Into<String>) -> Self {
        self.expected.insert(scenario.into(), reason.into());
        self
    }

    /// Returns every scenario, in the order of summaries.
    pub fn scenarios() -> impl Iterator<Item = &'static Scenario> {
        scenarios::all()
    }

    /// Runs the scenario with this name, in its own runtime.
    ///
    /// # Panics
    ///
    /// If there is no such scenario, or if called inside an asynchronous runtime.
    #[must_use]
    pub fn run(&self, name: &str) -> Verdict {
        let scenario = Self::scenarios().find(|scenario| scenario.name == name);
        #[expect(clippy::panic, reason = "documented, and only for tests")]
        let Some(scenario) = scenario else { panic!("there is no scenario `{name}`") };
        self.verdict(scenario)
    }

    /// Runs every scenario, one after another.
    ///
    /// # Panics
    ///
    /// If called inside an asynchronous runtime.
    #[must_use]
    pub fn run_all(&self) -> Vec<(&'static Scenario, Verdict)> {
        Self::scenarios().map(|scenario| (scenario, self.verdict(scenario))).collect()
    }

    fn verdict(&self, scenario: &Scenario) -> Verdict {
        let facts = match block_on(async { Bench::facts(&self.harness) }) {
            Ok(facts) => facts,
            Err(error) => {
                return Verdict::Failed(Failure {
                    expected: "the harness builds a provider".to_owned(),
                    did: format!("it returned `{error}`"),
                    section: Section::Conformance,
                });
            }
        };
        if let Some(reason) = self.reason_to_skip(scenario, &facts) {
            return Verdict::Skipped(reason);
        }
        let bench = Bench { harness: Arc::clone(&self.harness), facts, section: scenario.section };
        let outcome = block_on(async {
            let run = tokio::time::timeout(TIMEOUT, (scenario.run)(&bench));
            run.await.unwrap_or_else(|_| {
                bench.fail("a result or an error", format!("there was none within {TIMEOUT:?}"))
            })
        });
        match (outcome, self.expected.get(scenario.name)) {
            (Ok(()), None) => Verdict::Passed,
            (Ok(()), Some(why)) => Verdict::UnexpectedPass(why.clone()),
            (Err(failure), None) => Verdict::Failed(failure),
            (Err(failure), Some(why)) => Verdict::ExpectedFailure(why.clone(), failure),
        }
    }

    /// Why a scenario is skipped: because of what the provider declares, or because its author says so.
    fn reason_to_skip(&self, scenario: &Scenario, facts: &Facts) -> Option<String> {
        (scenario.applies)(facts).err().or_else(|| self.skipped.get(scenario.name).cloned())
    }

    /// Returns what is wrong with the suite itself: scenarios without a test, unknown names, and skips and
    /// expected failures that contradict what the provider declares.
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
            complaints
                .push(format!("`{name}` is skipped or expected to fail, but is not a scenario"));
        }
        let facts = match block_on(async { Bench::facts(&self.harness) }) {
            Ok(facts) => facts,
            Err(error) => {
                complaints.push(format!("the harness cannot build a provider: {error}"));
                return complaints;
            }
        };
        for scenario in Self::scenarios() {
            let name = scenario.name;
            let applies = (scenario.applies)(&facts);
            let skipped = self.skipped.get(name);
            if let (Some(reason), Err(why)) = (self.expected.get(name), &applies) {
                complaints.push(format!(
                    "`{name}` is expected to fail because {reason}, but does not run: {why}"
                ));
            }
            if skipped.is_some() && self.expected.contains_key(name) {
                complaints.push(format!("`{name}` is both skipped and expected to fail"));
            }
            if let (Some(reason), Ok(()), false) = (skipped, &applies, scenario.may_be_skipped) {
                complaints.push(format!(
                    "`{name}` is skipped because {reason}, but the provider declares that it works; fix \
                     it, declare less, or use `xfail`"
                ));
            }
            if let (Some(reason), Err(why)) = (skipped, &applies) {
                complaints.push(format!(
                    "`{name}` is skipped because {reason}, but needs no skip: {why}"
                ));
            }
            for reason in skipped.into_iter().chain(self.expected.get(name)) {
                if reason.trim().len() < 10 {
                    complaints.push(format!("`{name}`: `{reason}` does not explain anything"));
                }
            }
        }
        complaints
    }

    /// Returns the provider's id, and each scenario that is skipped or expected to fail, with the reason.
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

/// Runs a scenario on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    #[expect(clippy::expect_used, reason = "without a runtime no test can run")]
    runtime.expect("a runtime starts").block_on(future)
}
