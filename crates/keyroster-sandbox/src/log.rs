//! The request log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An imitated vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Vendor {
    /// Every path not below `/api`.
    Pinata,
    /// Every path below `/api`.
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

/// A request to the sandbox, without credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The vendor whose API was called.
    pub vendor: Vendor,
    /// The method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, without `?`; empty if there was none.
    pub query: String,
    /// The status of the reply; none if there was no reply, or not yet.
    pub status: Option<u16>,
}
