//! The scenarios for real accounts, run on the sandbox.

use keyroster_core::Provider;
use keyroster_sandbox::Sandbox;
use keyroster_testkit::{Live, Verdict};
use provider_openrouter::OpenRouter;
use tokio::runtime::Runtime;

#[test]
fn an_account_passes_and_is_left_unchanged() {
    let runtime = Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let access = sandbox.openrouter();
    let before = sandbox.truth();
    let account = OpenRouter::builder().management_key(access.management_key.as_str());
    let account = Provider::new(account.base_url(access.base_url).build().unwrap());
    let live = Live::new(account).with_secret(access.management_key).allow_writes();
    let mut passed = Vec::new();
    for (scenario, verdict) in live.run_all() {
        assert!(verdict.is_good(), "{}: {verdict}", scenario.name);
        if verdict == Verdict::Passed {
            passed.push(scenario.name);
        }
    }
    for name in [
        "lists_many_keys",
        "lists_every_container",
        "identify_separates_live_from_dead",
        "create_returns_the_new_key",
        "update_changes_a_key",
        "revoke_turns_a_key_off",
    ] {
        assert!(passed.contains(&name), "{name}: {passed:?}");
    }
    assert_eq!(sandbox.truth(), before);
}
