//! The request log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A vendor that is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Vendor {
    /// Everything that is not below `/api`.
    Pinata,
    /// Everything below `/api`.
    OpenRouter,
}

impl Vendor {
    pub(crate) const ALL: [Self; 2] = [Self::Pinata, Self::OpenRouter];

    pub(crate) fn of(path: &str) -> Self {
        if path == "/api" || path.starts_with("/api/") { Self::OpenRouter } else { Self::Pinata }
    }

    /// `pinata` or `openrouter`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pinata => "pinata",
            Self::OpenRouter => "openrouter",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that the sandbox got, without any credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Whose API was asked.
    pub vendor: Vendor,
    /// The method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, without `?`; empty if there was none.
    pub query: String,
    /// The status of the answer; none if there was no answer, or is none yet.
    pub status: Option<u16>,
}
