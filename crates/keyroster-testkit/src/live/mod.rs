//! The scenarios that make sense for a real account.

mod reads;
mod writes;

use std::fmt;
use std::io::Write as _;

use keyroster_core::{Provider, ProviderFactory, Result, Secret, Settings};

use crate::samples::Samples;
use crate::suite::{Failure, Scenario, Section, Suite, Verdict, block_on, said};

/// Names the providers whose accounts may be read, separated by commas.
const LIVE: &str = "KEYROSTER_LIVE";

/// Names the providers in whose accounts keys may be created, changed and revoked, separated by commas.
const WRITES: &str = "KEYROSTER_LIVE_WRITES";

/// A real account, checked with the scenarios of the suite.
///
/// It only reads, unless writes are allowed. Then each scenario creates at most one key, whose name begins with
/// `keyroster-conformance`, and revokes it at the end, even if the scenario fails.
///
/// The environment selects accounts, which use the provider's own settings, such as `PINATA_JWT`:
///
/// | variable | |
/// |---|---|
/// | `KEYROSTER_LIVE` | the providers whose accounts may be read: `pinata,acme` |
/// | `KEYROSTER_LIVE_WRITES` | the providers in whose accounts keys may be created and revoked |
///
/// ```no_run
/// # use keyroster_core::ProviderFactory;
/// # use keyroster_testkit::Live;
/// # fn example(factory: &dyn ProviderFactory) -> keyroster_core::Result<()> {
/// if let Some(live) = Live::from_env(factory)? {
///     live.assert_conforms();
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Live {
    provider: Provider,
    secrets: Vec<Secret>,
    writes: bool,
    samples: Samples,
}

/// The result of a live scenario: success, a skip, or a failure.
type Outcome = std::result::Result<(), Stop>;

enum Stop {
    Skip(String),
    Fail(Failure),
}

impl Live {
    /// An account that is only read.
    pub fn new(provider: Provider) -> Self {
        Self { provider, secrets: Vec::new(), writes: false, samples: Samples::default() }
    }

    /// Returns the account that the environment configures, if it names the provider.
    ///
    /// # Errors
    ///
    /// The provider is named, but its settings are missing or malformed.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this crate; no library reads it"
    )]
    pub fn from_env(factory: &dyn ProviderFactory) -> Result<Option<Self>> {
        Self::from_settings(factory, |name| std::env::var(name).ok())
    }

    /// Like [`from_env`](Live::from_env), with another source for the values of environment variables.
    ///
    /// # Errors
    ///
    /// The provider is named, but its settings are missing or malformed.
    pub fn from_settings(
        factory: &dyn ProviderFactory,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>> {
        let id = factory.info().id;
        let names = |variable: &str| {
            let value = read(variable).unwrap_or_default();
            value.split(',').any(|name| name.trim() == id.as_str())
        };
        if !names(LIVE) {
            return Ok(None);
        }
        let mut settings = Settings::new();
        let mut secrets = Vec::new();
        for setting in factory.settings() {
            let Some(value) = read(setting.env).filter(|value| !value.is_empty()) else { continue };
            if setting.secret {
                secrets.push(Secret::from(value.as_str()));
            }
            settings = settings.with(setting.name, value);
        }
        let mut live = Self::new(factory.build(&settings)?);
        live.secrets = secrets;
        live.writes = names(WRITES);
        Ok(Some(live))
    }

    /// Allows creating, changing and revoking keys in the account.
    pub fn allow_writes(mut self) -> Self {
        self.writes = true;
        self
    }

    /// Adds a secret of the account's credential, which must not be shown anywhere.
    pub fn with_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Sets the values for new keys.
    pub fn with_samples(mut self, samples: Samples) -> Self {
        self.samples = samples;
        self
    }

    /// Runs every scenario that makes sense, and says why it skips the others.
    ///
    /// # Panics
    ///
    /// If called inside an asynchronous runtime.
    #[must_use]
    pub fn run_all(&self) -> Vec<(&'static Scenario, Verdict)> {
        block_on(async {
            let mut verdicts = Vec::new();
            for scenario in Suite::scenarios() {
                verdicts.push((scenario, self.run(scenario).await));
            }
            verdicts
        })
    }

    /// Runs every scenario, and prints each verdict, which `cargo test` does not capture.
    ///
    /// # Panics
    ///
    /// If a scenario fails.
    pub fn assert_conforms(&self) {
        let verdicts = self.run_all();
        let mut text = format!("live conformance of {}\n", self.provider.info().id);
        for (scenario, verdict) in &verdicts {
            text +=
                &format!("  {}: {}\n", scenario.name, verdict.to_string().replace('\n', "\n    "));
        }
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
        let bad = verdicts.iter().filter(|(_, verdict)| !verdict.is_good());
        let bad: Vec<&str> = bad.map(|(scenario, _)| scenario.name).collect();
        assert!(bad.is_empty(), "{} fails {}\n{text}", self.provider.info().id, bad.join(", "));
    }

    async fn run(&self, scenario: &Scenario) -> Verdict {
        let trial = Trial { live: self, section: scenario.section };
        let outcome = match reads::run(&trial, scenario.name).await {
            Some(outcome) => outcome,
            None => match writes::run(&trial, scenario.name).await {
                Some(outcome) => outcome,
                None => Err(Stop::Skip("it needs a vendor with injected faults".to_owned())),
            },
        };
        match outcome {
            Ok(()) => Verdict::Passed,
            Err(Stop::Skip(why)) => Verdict::Skipped(why),
            Err(Stop::Fail(failure)) => Verdict::Failed(failure),
        }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("writes", &self.writes).finish_non_exhaustive()
    }
}

/// One scenario with a real account.
struct Trial<'l> {
    live: &'l Live,
    section: Section,
}

impl Trial<'_> {
    fn provider(&self) -> &Provider {
        &self.live.provider
    }

    fn fail<T>(
        &self,
        expected: impl Into<String>,
        did: impl Into<String>,
    ) -> std::result::Result<T, Stop> {
        let expected = expected.into();
        let did = did.into();
        Err(Stop::Fail(Failure { expected, did, section: self.section }))
    }

    fn works<T>(&self, expected: &str, result: Result<T>) -> std::result::Result<T, Stop> {
        result.or_else(|error| self.fail(expected, said(&error)))
    }

    fn skip<T>(why: &str) -> std::result::Result<T, Stop> {
        Err(Stop::Skip(why.to_owned()))
    }
}
