//! What is wrong with the configuration, and where.

use std::fmt;
use std::ops::Range;
use std::path::Path;

/// No setting's name is longer.
const LONGEST: usize = 32;

/// Something that is wrong with the configuration. It never holds a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// Line and column in the file, from 1; none for the environment.
    at: Option<(usize, usize)>,
    message: String,
}

impl Diagnostic {
    /// A diagnostic of the environment, whose message names the variable.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { at: None, message: message.into() }
    }

    /// A diagnostic at a line and column, from 1.
    pub(crate) fn at(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { at: Some((line, column)), message: message.into() }
    }

    /// A diagnostic where a span of the file's text begins.
    pub(crate) fn within(
        text: &str,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        let (line, column) = position(text, span.map_or(0, |span| span.start));
        Self::at(line, column, message)
    }
}

impl Diagnostic {
    /// Whether it says the same, wherever it stands.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.message == other.message
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.at {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Line and column of a byte, from 1; columns are characters.
pub(crate) fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

impl Diagnostic {
    /// The diagnostic with the file that it is in.
    pub(crate) fn in_file(&self, file: &Path) -> String {
        match self.at {
            Some(_) => format!("{}:{self}", file.display()),
            None => self.to_string(),
        }
    }
}

/// All diagnostics, a line each.
pub(crate) fn report(file: Option<&Path>, diagnostics: &[Diagnostic]) -> String {
    let file = file.unwrap_or(Path::new(""));
    let line = |diagnostic: &Diagnostic| diagnostic.in_file(file);
    match diagnostics {
        [one] => line(one),
        several => {
            let lines: Vec<String> = several.iter().map(line).collect();
            let (count, lines) = (several.len(), lines.join("\n  "));
            format!("the configuration has {count} mistakes, so nobody was asked:\n  {lines}")
        }
    }
}

/// A name as it is shown in an error. What cannot be one may be a secret that was put in its place.
pub(crate) fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !name.is_empty() && name.len() <= LONGEST && name.chars().all(plain) {
        return format!("`{name}`");
    }
    "(it is not shown, as it may be a secret)".to_owned()
}
