//! What authenticates a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use keyroster_core::{Error, ErrorKind, Result, Secret};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;

/// The headers that authenticate a request; wiped when dropped, and shown by nothing.
#[derive(Clone)]
pub struct Credential {
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The secrets alone, to be taken out of whatever the vendor says.
    secrets: Vec<Secret>,
}

impl Credential {
    /// `Authorization: Bearer …`.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the secret is empty, or cannot stand in a header.
    pub fn bearer(secret: &Secret) -> Result<Self> {
        Self::headers([("authorization", "Bearer ", secret)])
    }

    /// `Authorization: Basic …`, of a user's name (which is shown by nothing either) and a secret.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the name holds a colon, or the secret is none that a
    ///   header can carry.
    pub fn basic(user: &str, secret: &Secret) -> Result<Self> {
        value("", secret)?;
        if user.contains(':') {
            let message = "the user's name holds a colon, which basic authentication cannot carry";
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_help("set the name alone, without the secret"));
        }
        let pair = Zeroizing::new([user, ":", secret.expose()].concat());
        let encoded = Secret::new(STANDARD.encode(pair.as_bytes()));
        let mut credential = Self::headers([("authorization", "Basic ", &encoded)])?;
        credential.secrets.push(secret.clone());
        Ok(credential)
    }

    /// Headers of the vendor's own, each with a prefix that stands before the secret.
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
    /// When a header's name is not in lower case, or no name at all.
    ///
    ///
    /// - [`Configuration`](ErrorKind::Configuration): a secret is empty, or cannot stand in a header.
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

/// Builds the header's value in a buffer that is wiped when the last copy goes.
fn value(prefix: &str, secret: &Secret) -> Result<HeaderValue> {
    let text = secret.expose();
    let wrong = |why: &str, help: &str| {
        Err(Error::new(ErrorKind::Configuration, format!("the credential {why}")).with_help(help))
    };
    if text.is_empty() {
        return wrong("is empty", "set it to the value that the vendor showed when it was made");
    }
    if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        return wrong("is wrapped in quotes", "set it without the quotes");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong(
            "holds a space, a line break or another character that no credential has",
            "copy it again, the value alone",
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
        Err(_) => wrong("cannot stand in a header", "copy it again, the value alone"),
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

    #[test]
    fn what_cannot_be_a_credential_is_refused_without_being_shown() {
        for bad in ["", "\"fa4e\"", "'fa4e'", "fa4e\n", "fa 4e", "fa4é"] {
            let error = Credential::bearer(&Secret::from(bad)).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains("fa"), "{error}");
        }
        assert!(Credential::bearer(&Secret::from("sk-or-v1-fa4e")).is_ok());
    }

    #[test]
    fn a_basic_credential_is_hidden_in_either_form() {
        let secret = Secret::from("fa4e-key");
        let credential = Credential::basic("api", &secret).unwrap();
        let mut headers = reqwest::header::HeaderMap::new();
        credential.apply(&mut headers);
        assert_eq!(headers["authorization"], "Basic YXBpOmZhNGUta2V5");
        assert!(headers["authorization"].is_sensitive());
        let said = "neither fa4e-key nor YXBpOmZhNGUta2V5 is good";
        let clean = crate::redact::scrub(said, credential.secrets());
        assert_eq!(clean, "neither [hidden] nor [hidden] is good");
        assert!(Credential::basic("a:b", &secret).is_err());
        assert!(Credential::basic("api", &Secret::from("")).is_err());
    }

    #[test]
    fn debug_shows_names_alone() {
        let credential = Credential::bearer(&Secret::from("sk-or-v1-fa4e")).unwrap();
        let mut headers = reqwest::header::HeaderMap::new();
        credential.apply(&mut headers);
        assert_eq!(headers["authorization"], "Bearer sk-or-v1-fa4e");
        assert!(!format!("{credential:?} {headers:?}").contains("fa4e"));
    }
}
