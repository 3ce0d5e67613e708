//! What a client does that nobody has thought about: the positive control of these tests, without
//! which a trap that never bites would look avoided.

/// reqwest as it comes.
#[expect(clippy::disallowed_methods, reason = "the control of these tests is a client as it comes")]
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::new()
}

/// The same, with settings.
#[expect(clippy::disallowed_methods, reason = "the control of these tests is a client as it comes")]
pub(crate) fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
}
