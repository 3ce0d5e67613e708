//! Acme's provider against an imitated Acme, and held to what every provider promises.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod vendor;

/// `docs/writing-a-provider.md` of keyroster explains what each asks for.
mod conformance {
    use keyroster_testkit::Suite;

    use crate::vendor::AcmeApi;

    /// What fails for now. A test whose scenario passes asks for its name to be taken out of here.
    const NOT_YET: &[&str] = &[
    ];

    keyroster_testkit::conformance!(
        NOT_YET
            .iter()
            .fold(Suite::http(AcmeApi), |suite, name| suite.xfail(*name, "it is not written yet"))
    );
}

#[test]
fn no_credential_is_an_error_that_says_what_to_set() {
    let error = provider_acme::Acme::builder().build().unwrap_err();
    assert!(error.to_string().contains("ACME_ADMIN_KEY"), "{error}");
}
