//! What a person should know about a result that is otherwise good.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that a person should know about a result that is otherwise good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// What the warning is about.
    pub kind: WarningKind,
    /// The text, as a lowercase fragment without a final period.
    pub message: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningKind {
    /// Keys may be missing from the result.
    Incomplete,
}

impl Warning {
    /// Creates a warning that keys may be missing, and why.
    #[must_use]
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self { kind: WarningKind::Incomplete, message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
