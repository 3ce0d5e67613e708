//! The macro that turns scenarios into tests.

/// Expands to a test for each conformance scenario, and one that checks that no scenario is missing and prints
/// what is left out.
///
/// The argument is an expression that builds the [`Suite`](crate::Suite). The tests need no runtime around them.
///
/// ```
/// # use keyroster_testkit::{FakeVendor, Harness, Suite};
/// # struct Acme;
/// # impl Harness for Acme {
/// #     fn provider(
/// #         &self,
/// #         _: std::sync::Arc<FakeVendor>,
/// #     ) -> keyroster_core::Result<keyroster_core::Provider> {
/// #         unreachable!()
/// #     }
/// # }
/// mod conformance {
///     # use super::*;
///     keyroster_testkit::conformance!(
///         Suite::new(Acme).skip("escapes_cursors", "acme's cursors are page numbers")
///     );
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! conformance {
    ($suite:expr $(,)?) => {
        $crate::conformance! {
            @tests $suite;
            lists_one_page
            lists_many_keys
            lists_nothing_from_an_empty_account
            continues_after_an_empty_page
            ends_on_a_repeated_cursor
            ends_when_pages_repeat
            shows_a_repeated_key_once
            escapes_cursors
            restarts_after_a_dropped_listing
            sends_one_request_for_a_page
            lists_every_container
            lists_every_page_of_containers
            names_the_container_of_each_key
            continues_when_a_container_vanishes
            lists_disabled_and_revoked_keys
            keeps_unknown_fields
            keeps_keys_with_unknown_values
            reads_records_without_optional_fields
            reads_null_fields
            reads_fields_of_another_type
            does_not_invent_what_is_missing
            reports_a_row_without_an_id
            gives_each_key_its_own_id
            answers_the_same_in_any_order
            maps_401_to_unauthenticated
            maps_403_to_permission_denied
            maps_404_to_not_found
            maps_409_to_conflict
            maps_429_to_rate_limited
            maps_500_to_unavailable
            maps_a_cut_connection_to_transport
            refuses_an_html_page
            refuses_an_empty_body
            refuses_a_truncated_body
            refuses_other_json
            refuses_an_error_on_a_later_page
            does_not_find_an_unknown_key
            rejects_a_bad_credential
            get_returns_the_listed_record
            create_returns_the_new_key
            update_changes_a_key
            rotate_gives_a_new_secret
            revoke_turns_a_key_off
            revoking_twice_is_not_an_error
            refuses_a_revocation_by_a_gateway
            takes_only_the_vendors_404_for_gone
            whoami_checks_the_credential
            identify_separates_live_from_dead
            takes_only_the_vendors_word_for_live_and_dead
            refuses_undeclared_operations
            escapes_ids
            refuses_undeclared_arguments
            honors_an_expiry
            honors_a_limit
            honors_scopes
            sends_every_scope
            sends_admin_access
            sends_an_expiry_unchanged
            honors_every_other_argument
            honors_every_change
            honors_every_rotation_argument
            does_not_repeat_a_create_after_5xx
            does_not_repeat_a_create_after_a_cut
            does_not_trust_an_odd_reply_to_a_create
            keeps_the_secret_of_an_odd_answer
            finds_the_key_of_a_lost_create
            does_not_repeat_a_rotation
            shows_no_secret_in_records
            shows_no_secret_in_errors
            shows_no_secret_in_evidence
            discards_secret_fields
            logs_no_secret
            sends_no_secret_in_addresses
            works_on_several_threads
        }
    };
    (@tests $suite:expr; $($name:ident)*) => {
        fn suite() -> $crate::Suite {
            $suite
        }

        $(
            #[test]
            fn $name() {
                $crate::run_test(&suite(), stringify!($name));
            }
        )*

        #[test]
        fn every_scenario_runs_or_has_a_reason() {
            let folder = ::core::option_env!("CARGO_TARGET_TMPDIR");
            $crate::guard(&suite(), &[$(stringify!($name)),*], folder);
        }
    };
}
