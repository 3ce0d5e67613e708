//! Acme's provider: against an imitated Acme, held to what every provider promises; and what only Acme has.
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
