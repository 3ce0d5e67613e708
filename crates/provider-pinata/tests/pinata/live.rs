//! The scenarios for real accounts, run on the sandbox.

use std::collections::BTreeMap;

use keyroster_core::Access;
use keyroster_sandbox::{Fault, Sandbox};
use keyroster_testkit::{Live, Samples, Verdict};
use provider_pinata::PinataFactory;
use tokio::runtime::Runtime;

/// Returns the environment variables of a live run.
fn environment(sandbox: &Sandbox, writes: bool) -> BTreeMap<&'static str, String> {
    let access = sandbox.pinata();
    let mut variables = BTreeMap::from([
        ("KEYROSTER_LIVE", "acme, pinata".to_owned()),
        ("PINATA_JWT", access.jwt),
        ("PINATA_BASE_URL", access.base_url),
    ]);
    if writes {
        variables.insert("KEYROSTER_LIVE_WRITES", "pinata".to_owned());
    }
    variables
}

fn live(variables: &BTreeMap<&'static str, String>) -> Option<Live> {
    let factory = PinataFactory::default();
    let live = Live::from_settings(&factory, |name| variables.get(name).cloned()).unwrap();
    live.map(|live| live.with_samples(Samples::default().with_access(Access::Admin)))
}

fn passed(live: &Live) -> Vec<&'static str> {
    let passed = |(scenario, verdict): (&keyroster_testkit::Scenario, Verdict)| {
        assert!(verdict.is_good(), "{}: {verdict}", scenario.name);
        (verdict == Verdict::Passed).then_some(scenario.name)
    };
    live.run_all().into_iter().filter_map(passed).collect()
}

#[test]
fn nothing_is_sent_unless_the_environment_names_the_provider() {
    assert!(live(&BTreeMap::from([("KEYROSTER_LIVE", "acme".to_owned())])).is_none());
}

#[test]
fn an_account_is_only_read_by_default() {
    let runtime = Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let passed = passed(&live(&environment(&sandbox, false)).unwrap());
    for name in ["lists_many_keys", "whoami_checks_the_credential", "logs_no_secret"] {
        assert!(passed.contains(&name), "{passed:?}");
    }
    assert!(!passed.contains(&"create_returns_the_new_key"));
    assert!(sandbox.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn created_keys_are_revoked_even_after_a_failure() {
    let runtime = Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let live = live(&environment(&sandbox, true)).unwrap();
    let passed = passed(&live);
    for name in
        ["create_returns_the_new_key", "revoke_turns_a_key_off", "revoking_twice_is_not_an_error"]
    {
        assert!(passed.contains(&name), "{passed:?}");
    }
    let left = |sandbox: &Sandbox| {
        let truth = sandbox.truth();
        let keys = truth["pinata"].as_array().unwrap().iter();
        let made = keys.filter(|key| key["name"].as_str().unwrap().starts_with("keyroster-conf"));
        made.map(|key| key["revoked"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(left(&sandbox), [true; 3]);

    // Reading the new key fails, so the scenario fails. The key is revoked anyway.
    sandbox.reset();
    sandbox.add_fault(Fault::respond(403).method("GET"));
    let verdicts = live.run_all();
    let create =
        verdicts.iter().find(|(scenario, _)| scenario.name == "create_returns_the_new_key");
    assert!(matches!(create, Some((_, Verdict::Failed(_)))), "{create:?}");
    assert_eq!(left(&sandbox), [true; 3]);
}
