//! The flaws of a provider, and the scenario that must catch each.

macro_rules! flaws {
    ($($(#[$doc:meta])* $flaw:ident => $scenario:ident,)*) => {
        /// A flaw of the sample provider.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Flaw {
            /// No flaw.
            None,
            /// No flaw, and the vendor pages by offset.
            NoneByOffset,
            $($(#[$doc])* $flaw,)*
        }

        /// Each flaw, and the name of the scenario that must catch it.
        pub(crate) const FLAWS: &[(Flaw, &str)] =
            &[$((Flaw::$flaw, stringify!($scenario)),)*];
    };
}

flaws! {
    /// The record names another provider.
    NamesAnother => lists_one_page,
    SkipsTheLastPage => lists_many_keys,
    /// After the last page comes an empty one, and so on.
    LoopsForever => lists_many_keys,
    /// The page names its own cursor as the next one.
    FollowsACursorTwice => lists_many_keys,
    WarnsWithoutNeed => lists_many_keys,
    RefusesAnEmptyAccount => lists_nothing_from_an_empty_account,
    EndsAtAnEmptyPage => continues_after_an_empty_page,
    HidesARepeatedCursor => ends_on_a_repeated_cursor,
    /// The only flawed one that pages by offset.
    HidesRepeatedPages => ends_when_pages_repeat,
    StopsAtSeenKeys => shows_a_repeated_key_once,
    BreaksCursors => escapes_cursors,
    /// The first page is returned only once. Asking for it again returns the second.
    KeepsItsPlace => restarts_after_a_dropped_listing,
    AsksTwiceForAPage => sends_one_request_for_a_page,
    KnowsOneContainer => lists_every_container,
    ForgetsTheContainer => lists_every_container,
    IgnoresTheContainersStart => lists_every_page_of_containers,
    DeclaresOnePageOfContainers => lists_every_page_of_containers,
    ForgetsTheRecordsContainer => names_the_container_of_each_key,
    FailsOnAVanishedContainer => continues_when_a_container_vanishes,
    HidesDisabledKeys => lists_disabled_and_revoked_keys,
    HidesRevokedKeys => lists_disabled_and_revoked_keys,
    HidesExpiredKeys => lists_disabled_and_revoked_keys,
    /// The vendor leaves keys out by default.
    ForgetsToAskForAll => lists_disabled_and_revoked_keys,
    ForgetsTheState => lists_disabled_and_revoked_keys,
    DropsUnknownFields => keeps_unknown_fields,
    FailsOnUnknownFields => keeps_unknown_fields,
    DropsUnknownRoles => keeps_keys_with_unknown_values,
    FailsOnUnknownRoles => keeps_keys_with_unknown_values,
    NeedsAName => reads_records_without_optional_fields,
    FailsOnNull => reads_null_fields,
    FailsOnOddTypes => reads_fields_of_another_type,
    DropsOddTypes => reads_fields_of_another_type,
    InventsNever => does_not_invent_what_is_missing,
    InventsUnlimited => does_not_invent_what_is_missing,
    SkipsRowsWithoutIds => reports_a_row_without_an_id,
    NamesAsIds => gives_each_key_its_own_id,
    KeepsTheWiresOrder => answers_the_same_in_any_order,
    CountsItsAnswers => answers_the_same_in_any_order,
    Maps401ToPermissionDenied => maps_401_to_unauthenticated,
    Maps403ToNotFound => maps_403_to_permission_denied,
    Maps404ToAnEmptyList => maps_404_to_not_found,
    Maps409ToInvalid => maps_409_to_conflict,
    Maps429ToUnavailable => maps_429_to_rate_limited,
    ForgetsRetryAfter => maps_429_to_rate_limited,
    Maps500ToTransport => maps_500_to_unavailable,
    TakesACutForTheEnd => maps_a_cut_connection_to_transport,
    TakesAPageForAnEmptyList => refuses_an_html_page,
    TakesNothingForAnEmptyList => refuses_an_empty_body,
    TakesHalfForAnEmptyList => refuses_a_truncated_body,
    TakesAnyObjectForAnEmptyList => refuses_other_json,
    TakesALaterErrorForTheEnd => refuses_an_error_on_a_later_page,
    FindsAnything => does_not_find_an_unknown_key,
    Takes401ForAnEmptyList => rejects_a_bad_credential,
    GetsLess => get_returns_the_listed_record,
    AnswersAnotherSecret => create_returns_the_new_key,
    HandsOutUndeclaredParts => create_returns_the_new_key,
    ChangesNothing => update_changes_a_key,
    AnswersTheOldSecret => rotate_gives_a_new_secret,
    /// It declares the operation, and refuses it.
    RefusesToRevoke => revoke_turns_a_key_off,
    RevokesNothing => revoke_turns_a_key_off,
    RevokesOnceOnly => revoking_twice_is_not_an_error,
    BelievesAnyRevocation => refuses_a_revocation_by_a_gateway,
    TakesAny404ForGone => takes_only_the_vendors_404_for_gone,
    TrustsItself => whoami_checks_the_credential,
    FindsAllAlive => identify_separates_live_from_dead,
    TakesAnyRefusalForDead => takes_only_the_vendors_word_for_live_and_dead,
    TakesAnySuccessForLive => takes_only_the_vendors_word_for_live_and_dead,
    /// It does not declare the operation, and carries it out.
    RotatesUndeclared => refuses_undeclared_operations,
    DoesNotEscapeIds => escapes_ids,
    IgnoresAnExpiry => honors_an_expiry,
    IgnoresALimit => honors_a_limit,
    IgnoresAReset => honors_a_limit,
    IgnoresScopes => honors_scopes,
    SendsOnlyTheFirstScope => sends_every_scope,
    SendsNoAdminAccess => sends_admin_access,
    /// As if the vendor counted milliseconds.
    MultipliesAnExpiry => sends_an_expiry_unchanged,
    MovesAnExpiry => sends_an_expiry_unchanged,
    /// To the day.
    RoundsAnExpiry => sends_an_expiry_unchanged,
    IgnoresAContainer => honors_every_other_argument,
    IgnoresAnOption => honors_every_other_argument,
    IgnoresAChangedLimit => honors_every_change,
    IgnoresAnOverlap => honors_every_rotation_argument,
    RetriesACreate => does_not_repeat_a_create_after_5xx,
    RetriesALostCreate => does_not_repeat_a_create_after_a_cut,
    BelievesAnyCreate => does_not_trust_an_odd_reply_to_a_create,
    LosesTheSecretOfAnOddKey => keeps_the_secret_of_an_odd_answer,
    DatesNewKeysWrongly => finds_the_key_of_a_lost_create,
    RetriesARotation => does_not_repeat_a_rotation,
    LeaksInDebug => shows_no_secret_in_records,
    LeaksInAHint => shows_no_secret_in_records,
    LeaksInAnError => shows_no_secret_in_errors,
    LeaksInACause => shows_no_secret_in_errors,
    LeaksInEvidence => shows_no_secret_in_evidence,
    KeepsASecretField => discards_secret_fields,
    LeaksInALog => logs_no_secret,
    LeaksInAnAddress => sends_no_secret_in_addresses,
    StaysOnItsThread => works_on_several_threads,
}
