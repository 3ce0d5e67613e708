//! Tests the command with one more provider.

use std::process::{Command, Output};

/// Runs the command with only these variables set.
fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroster-acme"));
    command.args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn it_knows_acme_beside_the_others() {
    let output = command(&["providers", "-o", "json"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let providers: serde_json::Value = serde_json::from_str(&text).unwrap();
    let providers = providers["providers"].as_array().unwrap();
    let ids: Vec<_> = providers.iter().map(|provider| provider["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["acme", "openrouter", "pinata"]);
    assert_eq!(providers[0]["settings"][0]["env"], "ACME_ADMIN_KEY");
}

#[test]
fn its_account_comes_from_its_own_variables() {
    // No server listens there: the request got as far as it can.
    let variables = [("ACME_ADMIN_KEY", "fa4efa4e-admin"), ("ACME_BASE_URL", "http://127.0.0.1:1")];
    let output = command(&["whoami"], &variables);
    let said = String::from_utf8(output.stderr).unwrap() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("acme") && said.contains("127.0.0.1:1"), "{said}");
    assert!(!said.contains("fa4efa4e"), "{said}");
}
