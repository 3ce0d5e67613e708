//! The verdict of a scenario.

use std::fmt;

/// A section of the guide `docs/writing-a-provider.md`, which explains a scenario.
///
/// ```
/// use keyroster_testkit::Section;
///
/// assert_eq!(Section::Creates.title(), "Requests that create");
/// assert_eq!(Section::Creates.to_string(), "docs/writing-a-provider.md#requests-that-create");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Section {
    /// "The trait".
    Trait,
    /// "Paging".
    Paging,
    /// "Containers".
    Containers,
    /// "Capabilities".
    Capabilities,
    /// "Errors".
    Errors,
    /// "Secrets".
    Secrets,
    /// "Extras".
    Extras,
    /// "Requests that create".
    Creates,
    /// "Fixtures".
    Fixtures,
    /// "Conformance".
    Conformance,
}

impl Section {
    /// The section's title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Trait => "The trait",
            Self::Paging => "Paging",
            Self::Containers => "Containers",
            Self::Capabilities => "Capabilities",
            Self::Errors => "Errors",
            Self::Secrets => "Secrets",
            Self::Extras => "Extras",
            Self::Creates => "Requests that create",
            Self::Fixtures => "Fixtures",
            Self::Conformance => "Conformance",
        }
    }
}

impl fmt::Display for Section {
    /// The path of the section, as a link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let anchor = self.title().to_lowercase().replace(' ', "-");
        write!(f, "docs/writing-a-provider.md#{anchor}")
    }
}

/// What a scenario expected, and what the provider did.
///
/// ```
/// use keyroster_testkit::{Suite, Verdict};
///
/// fn explain(suite: &Suite) {
///     if let Verdict::Failed(failure) = suite.run("lists_many_keys") {
///         eprintln!("expected {}, but {}; see {}", failure.expected, failure.did, failure.section);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What the scenario expects.
    pub expected: String,
    /// What the provider did, as a sentence.
    pub did: String,
    /// The section of the guide that explains it.
    pub section: Section,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "expected: {}", self.expected)?;
        writeln!(f, "     did: {}", self.did)?;
        write!(f, "    help: {}", self.section)
    }
}

/// The verdict of a scenario.
///
/// ```
/// use keyroster_testkit::Verdict;
///
/// let skipped = Verdict::Skipped("`rotate` is not declared".to_owned());
/// assert!(skipped.is_good());
/// assert_eq!(skipped.to_string(), "skipped: `rotate` is not declared");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The provider does what the scenario expects.
    Passed,
    /// The provider does not.
    Failed(Failure),
    /// The scenario does not apply to the provider, for this reason.
    Skipped(String),
    /// The scenario fails as its author expects, for this reason.
    ExpectedFailure(String, Failure),
    /// The scenario passes, although its author expects it to fail for this reason.
    UnexpectedPass(String),
}

impl Verdict {
    /// Whether a test with this verdict passes.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Passed | Self::Skipped(_) | Self::ExpectedFailure(..))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(failure) => write!(f, "failed\n{failure}"),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
            Self::ExpectedFailure(why, _) => write!(f, "fails as expected: {why}"),
            Self::UnexpectedPass(why) => write!(
                f,
                "passes, although it is expected to fail because {why}; remove the `xfail`"
            ),
        }
    }
}
