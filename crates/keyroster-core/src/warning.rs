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
    /// Part of the vendor's answer could not be read. What it says is unknown.
    Unreadable,
    /// The vendor's answer differs from what was requested.
    Mismatch,
    /// It is not known whether the vendor did all that was requested.
    Unconfirmed,
}

impl WarningKind {
    /// Returns the kind as its serialized text, a stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Unreadable => "unreadable",
            Self::Mismatch => "mismatch",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// Returns whether the result is only part of what was requested, or may be. If not, the result is whole
    /// and single facts in it are unknown.
    #[must_use]
    pub const fn is_partial(self) -> bool {
        match self {
            Self::Incomplete | Self::Mismatch | Self::Unconfirmed => true,
            Self::Unreadable => false,
        }
    }
}

impl Warning {
    /// Creates a warning that keys may be missing, and why.
    #[must_use]
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self::new(WarningKind::Incomplete, message)
    }

    /// Creates a warning that part of an answer could not be read: which part, and where.
    #[must_use]
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(WarningKind::Unreadable, message)
    }

    /// Creates a warning that the vendor's answer differs from what was requested: which field, what was
    /// requested, and what the answer says.
    #[must_use]
    pub fn mismatch(message: impl Into<String>) -> Self {
        Self::new(WarningKind::Mismatch, message)
    }

    /// Creates a warning that it is not known whether the vendor did all that was requested.
    #[must_use]
    pub fn unconfirmed(message: impl Into<String>) -> Self {
        Self::new(WarningKind::Unconfirmed, message)
    }

    fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
