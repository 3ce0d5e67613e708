//! Acme's provider against an imitated Acme, with the conformance suite of every provider.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod vendor;
mod wire;

/// `docs/writing-a-provider.md` of keyroster explains the scenarios.
mod conformance {
    use keyroster_testkit::Suite;

    use crate::vendor::AcmeApi;

    /// Scenarios that fail for now. Once a scenario passes, its test fails until its name is removed here.
    const NOT_YET: &[&str] = &[
        "answers_the_same_in_any_order",
        "sends_one_request_for_a_page",
        "does_not_invent_what_is_missing",
        "gives_each_key_its_own_id",
        "keeps_keys_with_unknown_values",
        "keeps_unknown_fields",
        "lists_disabled_and_revoked_keys",
        "lists_many_keys",
        "lists_nothing_from_an_empty_account",
        "lists_one_page",
        "maps_401_to_unauthenticated",
        "maps_403_to_permission_denied",
        "maps_404_to_not_found",
        "maps_409_to_conflict",
        "maps_429_to_rate_limited",
        "maps_500_to_unavailable",
        "maps_a_cut_connection_to_transport",
        "reads_fields_of_another_type",
        "reads_null_fields",
        "reads_records_without_optional_fields",
        "discards_secret_fields",
        "refuses_a_truncated_body",
        "refuses_an_empty_body",
        "refuses_an_html_page",
        "refuses_other_json",
        "restarts_after_a_dropped_listing",
        "rejects_a_bad_credential",
        "works_on_several_threads",
    ];

    keyroster_testkit::conformance!(
        NOT_YET
            .iter()
            .fold(Suite::http(AcmeApi), |suite, name| suite.xfail(*name, "it is not written yet"))
    );
}

#[test]
fn a_missing_credential_says_what_to_set() {
    let error = provider_acme::Acme::builder().build().unwrap_err();
    assert!(error.help().contains("ACME_ADMIN_KEY"), "{error:?}");
}

#[test]
fn no_credential_is_sent_to_an_address_that_no_one_chose() {
    let error = provider_acme::Acme::builder().admin_key("fa4efa4e").build().unwrap_err();
    assert!(error.to_string().contains("no base URL"), "{error:?}");
}

/// Reads a real account if `KEYROSTER_LIVE=acme` and its settings are in the environment.
#[test]
fn a_real_account_conforms() {
    if let Some(live) = keyroster_testkit::Live::from_env(&provider_acme::AcmeFactory).unwrap() {
        live.assert_conforms();
    }
}
