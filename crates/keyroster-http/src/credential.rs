//! What authenticates a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use keyroster_core::{Error, ErrorKind, Result, Secret};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;

/// The headers that authenticate a request. They are wiped when dropped and never printed.
#[derive(Clone)]
pub struct Credential {
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The bare secrets, which are removed from everything the vendor says.
    secrets: Vec<Secret>,
}

impl Credential {
    /// Creates an `Authorization: Bearer …` header.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the secret is empty or cannot be sent in a header.
    pub fn bearer(secret: &Secret) -> Result<Self> {
        Self::headers([("authorization", "Bearer ", secret)])
    }

    /// Creates an `Authorization: Basic …` header from a username and a secret. Neither is ever printed.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the username contains a colon, or the secret is empty
    ///   or cannot be sent in a header.
    pub fn basic(user: &str, secret: &Secret) -> Result<Self> {
        value("", secret)?;
        if user.contains(':') {
            let message =
                "the username contains a colon, which basic authentication does not allow";
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_help("set only the username, without the secret"));
        }
        let pair = Zeroizing::new([user, ":", secret.expose()].concat());
        let encoded = Secret::new(STANDARD.encode(pair.as_bytes()));
        let mut credential = Self::headers([("authorization", "Basic ", &encoded)])?;
        credential.secrets.push(secret.clone());
        Ok(credential)
    }

    /// Creates headers from name, prefix and secret, for vendors with their own scheme.
    ///
    /// ```
    /// use keyroster_core::Secret;
    /// use keyroster_http::Credential;
    ///
    /// let (key, app) = (Secret::from("fa4efa4e-key"), Secret::from("fa4efa4e-app"));
    /// let two = Credential::headers([("dd-api-key", "", &key), ("dd-application-key", "", &app)])?;
    /// let prefixed = Credential::headers([("authorization", "Token ", &key)])?;
    /// assert!(Credential::headers([("x-key", "", &Secret::from("a b"))]).is_err());
    /// # Ok::<(), keyroster_core::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if a name is not a valid lowercase header name.
    ///
    /// # Errors
    ///
    /// - [`Configuration`](ErrorKind::Configuration): a secret is empty or cannot be sent in a header.
    pub fn headers<'a>(
        headers: impl IntoIterator<Item = (&'static str, &'static str, &'a Secret)>,
    ) -> Result<Self> {
        let mut credential = Self { headers: Vec::new(), secrets: Vec::new() };
        for (name, prefix, secret) in headers {
            credential.headers.push((HeaderName::from_static(name), value(prefix, secret)?));
            credential.secrets.push(secret.clone());
        }
        Ok(credential)
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }
}

/// Builds a header value in a buffer that is wiped when its last copy is dropped.
fn value(prefix: &str, secret: &Secret) -> Result<HeaderValue> {
    let text = secret.expose();
    let wrong = |why: &str, help: &str| {
        Err(Error::new(ErrorKind::Configuration, format!("the credential {why}")).with_help(help))
    };
    if text.is_empty() {
        return wrong(
            "is empty",
            "set it to the value that the vendor showed when the key was created",
        );
    }
    if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        return wrong("is wrapped in quotes", "remove the quotes");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong(
            "contains a space, a line break or another character that credentials never contain",
            "copy only the value, without anything around it",
        );
    }
    let mut buffer = Zeroizing::new(Vec::with_capacity(prefix.len() + text.len()));
    buffer.extend_from_slice(prefix.as_bytes());
    buffer.extend_from_slice(text.as_bytes());
    match HeaderValue::from_maybe_shared(Bytes::from_owner(buffer)) {
        Ok(mut value) => {
            value.set_sensitive(true);
            Ok(value)
        }
        Err(_) => {
            wrong("cannot be sent in a header", "copy only the value, without anything around it")
        }
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Credential").field("headers", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use keyroster_core::Secret;

    use super::Credential;
    use crate::redact::scrub;

    #[test]
    fn a_malformed_credential_is_refused_and_not_shown() {
        for bad in ["", "\"fa4e\"", "'fa4e'", "fa4e\n", "fa 4e", "fa4é"] {
            let error = Credential::bearer(&Secret::from(bad)).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains("fa"), "{error}");
        }
        assert!(Credential::bearer(&Secret::from("sk-or-v1-fa4e")).is_ok());
    }

    #[test]
    fn a_basic_credential_is_hidden_in_both_forms() {
        let secret = Secret::from("fa4e-key");
        let credential = Credential::basic("api", &secret).unwrap();
        let mut headers = reqwest::header::HeaderMap::new();
        credential.apply(&mut headers);
        assert_eq!(headers["authorization"], "Basic YXBpOmZhNGUta2V5");
        assert!(headers["authorization"].is_sensitive());
        let said = "neither fa4e-key nor YXBpOmZhNGUta2V5 is good";
        let clean = scrub(said, credential.secrets());
        assert_eq!(clean, "neither [hidden] nor [hidden] is good");
        assert!(Credential::basic("a:b", &secret).is_err());
        assert!(Credential::basic("api", &Secret::from("")).is_err());
    }

    #[test]
    fn debug_shows_only_header_names() {
        let credential = Credential::bearer(&Secret::from("sk-or-v1-fa4e")).unwrap();
        let mut headers = reqwest::header::HeaderMap::new();
        credential.apply(&mut headers);
        assert_eq!(headers["authorization"], "Bearer sk-or-v1-fa4e");
        assert!(!format!("{credential:?} {headers:?}").contains("fa4e"));
    }
}
