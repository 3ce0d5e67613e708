//! The conformance suite catches broken providers, each with the scenario for its flaw, and lets correct ones
//! pass.

mod api;
mod flaws;
mod provider;
mod record;

use std::collections::BTreeSet;

use keyroster_testkit::{Suite, Verdict};

use api::suite;
use flaws::{FLAWS, Flaw};

#[test]
fn a_correct_provider_passes_every_scenario() {
    for (flaw, skipped) in [(Flaw::None, 2), (Flaw::NoneByOffset, 9)] {
        let verdicts = suite(flaw).run_all();
        let bad: Vec<String> = verdicts
            .iter()
            .filter(|(_, verdict)| !verdict.is_good())
            .map(|(scenario, verdict)| format!("{}: {verdict}", scenario.name))
            .collect();
        assert!(bad.is_empty(), "{}", bad.join("\n"));
        let left_out = |(_, verdict): &&(_, Verdict)| matches!(verdict, Verdict::Skipped(_));
        let left_out = verdicts.iter().filter(left_out);
        assert_eq!(left_out.count(), skipped, "{flaw:?}: {verdicts:#?}");
    }
}

#[test]
fn each_flaw_is_caught_by_its_scenario() {
    let mut missed = Vec::new();
    for (flaw, scenario) in FLAWS {
        match suite(*flaw).run(scenario) {
            Verdict::Failed(failure) => {
                assert!(!failure.expected.is_empty() && !failure.did.is_empty(), "{failure}");
            }
            verdict => missed.push(format!("{flaw:?} in {scenario}: {verdict}")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn each_scenario_catches_something() {
    let catching: BTreeSet<&str> = FLAWS.iter().map(|(_, scenario)| *scenario).collect();
    let idle = Suite::scenarios().map(|scenario| scenario.name);
    let idle: Vec<&str> = idle.filter(|name| !catching.contains(name)).collect();
    // The handle refuses undeclared arguments for every provider; no provider can break it.
    assert_eq!(idle, ["refuses_undeclared_arguments"]);
}
