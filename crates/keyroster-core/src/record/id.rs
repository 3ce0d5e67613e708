//! Names and handles: open newtypes, so that a new vendor never needs a change here.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// The name of a provider, as in `pinata`: lower-case letters, digits and single hyphens.
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

/// A text is no [`ProviderId`].
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a provider's name: use lower-case letters and digits, with single hyphens between"
)]
#[non_exhaustive]
pub struct ParseProviderIdError(String);

impl ProviderId {
    /// Makes an id from a literal; in a `const`, a malformed one does not compile.
    ///
    /// # Panics
    ///
    /// When `id` is malformed and the call is not evaluated at compile time.
    #[must_use]
    pub const fn from_static(id: &'static str) -> Self {
        assert!(is_kebab(id), "a provider id is lower-case letters, digits and single hyphens");
        Self(Cow::Borrowed(id))
    }

    /// Makes an id from text that comes from outside; the error names the rule that it breaks.
    pub fn parse(id: impl Into<String>) -> Result<Self, ParseProviderIdError> {
        let id = id.into();
        if is_kebab(&id) { Ok(Self(Cow::Owned(id))) } else { Err(ParseProviderIdError(id)) }
    }

    /// The id as text.
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

/// The handle that a provider's other operations take for a key.
///
/// It is what the vendor's API wants in a path or body (Pinata: the public `key`; OpenRouter: the
/// `hash`), unique within an account, and never the secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// Wraps a vendor's identifier, which is not interpreted.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
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
