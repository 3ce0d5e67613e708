//! Runs scenarios as tests, and prints what a suite leaves out.

use std::io::Write as _;
use std::path::Path;

use super::Suite;
use super::verdict::Verdict;

/// Runs one scenario as a test.
///
/// # Panics
///
/// If the provider does not pass.
#[doc(hidden)]
pub fn run_test(suite: &Suite, name: &str) {
    let verdict = suite.run(name);
    if verdict.is_good() {
        return;
    }
    let about = Suite::scenarios().find(|scenario| scenario.name == name).map(|it| it.about);
    let about = about.unwrap_or_default();
    #[expect(clippy::panic, reason = "it fails the test")]
    if let Verdict::Failed(failure) = &verdict {
        panic!("{name}: {about}\n{failure}\n");
    } else {
        panic!("{name}: {about}\n{verdict}\n");
    }
}

/// Checks that a suite is complete, and prints what it leaves out.
///
/// # Panics
///
/// If a scenario is missing, or is left out without need.
#[doc(hidden)]
pub fn guard(suite: &Suite, expanded: &[&str], folder: Option<&str>) {
    let (provider, exceptions) = suite.exceptions();
    let run = expanded.len() - exceptions.iter().filter(|(_, what, _)| *what == "skipped").count();
    let mut text =
        format!("conformance of {provider}: {run} of {} scenarios run\n", expanded.len());
    let mut reasons: Vec<(&str, &String)> = Vec::new();
    for (_, what, reason) in &exceptions {
        if !reasons.contains(&(what, reason)) {
            reasons.push((what, reason));
        }
    }
    for (what, reason) in reasons {
        text += &format!("  {what}, because {reason}:\n");
        for (name, ..) in
            exceptions.iter().filter(|(_, other, why)| (*other, why) == (what, reason))
        {
            text += &format!("    {name}\n");
        }
    }
    // `cargo test` captures what passing tests print with macros, but not this.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    if let Some(folder) = folder {
        let _ = std::fs::write(Path::new(folder).join(format!("conformance-{provider}.txt")), text);
    }
    let complaints = suite.complaints(expanded);
    assert!(complaints.is_empty(), "the suite of {provider}:\n  {}\n", complaints.join("\n  "));
}
