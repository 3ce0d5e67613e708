//! What a suite says of itself: nothing is missing, and nothing is left out without need.

use keyroster_testkit::{Suite, Verdict};

use crate::list_only::suite_without_skips as suite;

const FITS_NOT: &str = "the cursor is the id of a page's last key";

fn names() -> Vec<&'static str> {
    Suite::scenarios().map(|scenario| scenario.name).collect()
}

fn complaint(suite: &Suite) -> String {
    let complaints = suite.complaints(&names());
    let [complaint] = &complaints[..] else { panic!("{complaints:?}") };
    complaint.clone()
}

#[test]
fn a_suite_that_leaves_out_what_does_not_fit_is_good() {
    let suite = suite().skip("passes_an_empty_middle_page", FITS_NOT);
    assert_eq!(suite.complaints(&names()), [""; 0]);
}

#[test]
fn a_scenario_that_no_test_runs_is_missed() {
    let mut expanded = names();
    let gone = expanded.pop().unwrap();
    expanded.push("lists_backwards");
    let complaints = suite().complaints(&expanded);
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[0].contains(gone), "{complaints:?}");
    assert!(complaints[1].contains("lists_backwards"), "{complaints:?}");
}

#[test]
fn what_must_work_cannot_be_skipped() {
    let lazy = suite().skip("lists_many_keys", "it is too much work for us");
    assert!(complaint(&lazy).contains("must work"));
    let needless = suite().skip("create_makes_a_key", "ledger makes no keys at all");
    assert!(complaint(&needless).contains("not needed"));
    let stale = suite().xfail("create_makes_a_key", "ledger makes no keys at all");
    assert!(complaint(&stale).contains("not run at all"));
    let mistyped = suite().skip("lists_manny_keys", "it is too much work for us");
    assert!(complaint(&mistyped).contains("no scenario"));
    let curt = suite().skip("passes_an_empty_middle_page", "no");
    assert!(complaint(&curt).contains("no reason"));
}

#[test]
fn an_expected_failure_that_passes_is_told() {
    let hopeful = suite().xfail("lists_many_keys", "ledger forgets keys now and then");
    let verdict = hopeful.run("lists_many_keys");
    assert!(matches!(verdict, Verdict::UnexpectedPass(_)), "{verdict:?}");
    assert!(!verdict.is_good());
    // An empty page has no last key, so its harness cannot lead on.
    let honest = suite().xfail("passes_an_empty_middle_page", FITS_NOT);
    let verdict = honest.run("passes_an_empty_middle_page");
    assert!(matches!(verdict, Verdict::ExpectedFailure(..)), "{verdict:?}");
    assert!(verdict.is_good());
}

#[test]
fn a_failure_says_what_was_expected_and_done_and_where_to_read() {
    let verdict = suite().run("passes_an_empty_middle_page");
    let Verdict::Failed(failure) = &verdict else { panic!("{verdict:?}") };
    assert!(failure.expected.contains("keys"), "{failure}");
    assert!(verdict.to_string().contains("docs/writing-a-provider.md#paging"), "{verdict}");
}
