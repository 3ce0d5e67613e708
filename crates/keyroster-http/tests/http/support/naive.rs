//! A default HTTP client. It shows that the problems in these tests exist without our precautions.

/// Returns reqwest with its defaults.
#[expect(clippy::disallowed_methods, reason = "the tests compare with a default client")]
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::new()
}

/// Returns a builder of the same.
#[expect(clippy::disallowed_methods, reason = "the tests compare with a default client")]
pub(crate) fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
}
