//! Tests Acme's provider against an imitated Acme: with the conformance suite, and what only Acme has.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

#[cfg(feature = "cli")]
mod command;
mod vendor;
mod wire;

/// What every provider promises.
mod conformance {
    use keyroster_testkit::Suite;

    use crate::vendor::AcmeApi;

    keyroster_testkit::conformance!(Suite::http(AcmeApi));
}
