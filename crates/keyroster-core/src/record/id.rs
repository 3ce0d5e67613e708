//! Ids of providers and keys. They are open newtypes, so a new vendor needs no change here.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// The id of a provider, e.g. `pinata`: lowercase letters, digits and single hyphens.
///
/// ```
/// use keyroster_core::ProviderId;
///
/// const ACME: ProviderId = ProviderId::from_static("acme");
/// assert_eq!(ACME.as_str(), "acme");
/// assert!(ProviderId::parse("Acme Inc").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProviderId(Cow<'static, str>);

/// The error for a text that is not a [`ProviderId`].
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a valid provider id: use lowercase letters and digits, with single hyphens between them"
)]
#[non_exhaustive]
pub struct ParseProviderIdError(String);

impl ProviderId {
    /// Creates an id from a literal. In a `const`, a malformed id is a compile error.
    ///
    /// # Panics
    ///
    /// If `id` is malformed and the call is not evaluated at compile time.
    #[must_use]
    pub const fn from_static(id: &'static str) -> Self {
        assert!(
            is_kebab(id),
            "a provider id consists of lowercase letters, digits and single hyphens"
        );
        Self(Cow::Borrowed(id))
    }

    /// Parses an id. The error names the rule that the text breaks.
    pub fn parse(id: impl Into<String>) -> Result<Self, ParseProviderIdError> {
        let id = id.into();
        if is_kebab(&id) { Ok(Self(Cow::Owned(id))) } else { Err(ParseProviderIdError(id)) }
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_kebab(id: &str) -> bool {
    let bytes = id.as_bytes();
    let mut after_hyphen = true;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'a'..=b'z' | b'0'..=b'9' => after_hyphen = false,
            b'-' if !after_hyphen => after_hyphen = true,
            _ => return false,
        }
        at += 1;
    }
    !after_hyphen
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderId({self})")
    }
}

impl<'de> Deserialize<'de> for ProviderId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The id of a key, which other operations take.
///
/// It is what the vendor's API expects in a path or body (Pinata: the public `key`; OpenRouter: the `hash`).
/// It is unique within an account, and never the secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// Creates an id from the vendor's text, which is not interpreted.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl From<&str> for KeyId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for KeyId {
    fn from(id: String) -> Self {
        Self(id)
    }
}
