//! A mistake in the configuration, where it is, and what to do about it.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use crate::exit::Failure;

/// Maximum length of a name that is shown in an error.
const MAX_NAME: usize = 32;

/// A mistake in the configuration. It never contains a value, because that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// Line and column in the file, from 1. `None` for the environment and the command line.
    place: Option<(usize, usize)>,
    message: String,
    /// What to do about it.
    hint: Option<String>,
}

impl Diagnostic {
    /// Creates a diagnostic without a place in the file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds the line and column, from 1.
    #[must_use]
    pub(crate) fn at(self, line: usize, column: usize) -> Self {
        Self { place: Some((line, column)), ..self }
    }

    /// Adds the place where a span of the file's text begins.
    #[must_use]
    pub(crate) fn within(self, text: &str, span: Option<Range<usize>>) -> Self {
        let (line, column) = position(text, span.map_or(0, |span| span.start));
        self.at(line, column)
    }

    /// Adds what the mistake is in, such as an environment variable.
    #[must_use]
    pub(crate) fn of(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// Whether the other one is the same mistake, possibly at another place.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.message == other.message
    }

    /// What to do about it, if that is known.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The message with the file, line and column.
    pub(crate) fn in_file(&self, file: &Path) -> String {
        match self.place {
            Some(_) => format!("{}:{self}", file.display()),
            None => self.to_string(),
        }
    }

    /// The failure of a command whose arguments have this mistake.
    pub(crate) fn into_usage(self) -> Failure {
        let failure = Failure::usage(self.to_string());
        match self.hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Line and column of a byte, from 1. Columns are characters.
pub(crate) fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

/// The failure of a command that needs a valid configuration.
pub(crate) fn invalid(file: Option<&Path>, diagnostics: &[Diagnostic]) -> Failure {
    let file = file.unwrap_or(Path::new(""));
    if let [one] = diagnostics {
        let failure = Failure::configuration(one.in_file(file));
        return match one.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        };
    }
    Failure::configuration(report(Some(file), diagnostics))
}

/// All diagnostics, each with its hint on the next line.
pub(crate) fn report(file: Option<&Path>, diagnostics: &[Diagnostic]) -> String {
    let file = file.unwrap_or(Path::new(""));
    let mut text = match diagnostics.len() {
        1 => "1 mistake in the configuration:".to_owned(),
        count => format!("{count} mistakes in the configuration:"),
    };
    for diagnostic in diagnostics {
        text += &format!("\n  {}", diagnostic.in_file(file));
        if let Some(hint) = diagnostic.hint() {
            text += &format!("\n    hint: {hint}");
        }
    }
    text
}

/// A name as it is shown in an error. Anything that does not look like a name may be a secret.
pub(crate) fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(plain) {
        return format!("`{name}`");
    }
    "(not shown, because it may be a secret)".to_owned()
}
