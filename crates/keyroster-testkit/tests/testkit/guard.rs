//! The suite's own checks: no scenario is missing, and none is skipped without need.

use keyroster_testkit::{Suite, Verdict};

use crate::list_only::suite_without_skips as suite;

const NOT_APPLICABLE: &str = "the cursor is the id of a page's last key";

fn names() -> Vec<&'static str> {
    Suite::scenarios().map(|scenario| scenario.name).collect()
}

fn complaint(suite: &Suite) -> String {
    let complaints = suite.complaints(&names());
    let [complaint] = &complaints[..] else { panic!("{complaints:?}") };
    complaint.clone()
}

#[test]
fn a_skip_of_what_does_not_apply_is_fine() {
    let suite = suite().skip("continues_after_an_empty_page", NOT_APPLICABLE);
    assert_eq!(suite.complaints(&names()), [""; 0]);
}

#[test]
fn a_scenario_without_a_test_is_reported() {
    let mut expanded = names();
    let gone = expanded.pop().unwrap();
    expanded.push("lists_backwards");
    let complaints = suite().complaints(&expanded);
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[0].contains(gone), "{complaints:?}");
    assert!(complaints[1].contains("lists_backwards"), "{complaints:?}");
}

#[test]
fn a_declared_capability_cannot_be_skipped() {
    let lazy = suite().skip("lists_many_keys", "it is too much work for us");
    assert!(complaint(&lazy).contains("declares that it works"));
    let needless = suite().skip("create_returns_the_new_key", "ledger makes no keys at all");
    assert!(complaint(&needless).contains("needs no skip"));
    let stale = suite().xfail("create_returns_the_new_key", "ledger makes no keys at all");
    assert!(complaint(&stale).contains("does not run"));
    let mistyped = suite().skip("lists_manny_keys", "it is too much work for us");
    assert!(complaint(&mistyped).contains("not a scenario"));
    let curt = suite().skip("continues_after_an_empty_page", "no");
    assert!(complaint(&curt).contains("does not explain"));
}

#[test]
fn an_unexpected_pass_fails_the_test() {
    let hopeful = suite().xfail("lists_many_keys", "ledger forgets keys now and then");
    let verdict = hopeful.run("lists_many_keys");
    assert!(matches!(verdict, Verdict::UnexpectedPass(_)), "{verdict:?}");
    assert!(!verdict.is_good());
    // An empty page has no last key, so it cannot name the next page.
    let honest = suite().xfail("continues_after_an_empty_page", NOT_APPLICABLE);
    let verdict = honest.run("continues_after_an_empty_page");
    assert!(matches!(verdict, Verdict::ExpectedFailure(..)), "{verdict:?}");
    assert!(verdict.is_good());
}

#[test]
fn a_failure_names_the_section_of_the_guide() {
    let verdict = suite().run("continues_after_an_empty_page");
    let Verdict::Failed(failure) = &verdict else { panic!("{verdict:?}") };
    assert!(failure.expected.contains("keys"), "{failure}");
    assert!(verdict.to_string().contains("docs/writing-a-provider.md#paging"), "{verdict}");
}
