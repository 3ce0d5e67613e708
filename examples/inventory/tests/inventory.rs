//! Runs the program against a made-up account.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

use std::process::Output;

use keyroster_sandbox::Sandbox;
use tokio::process::Command;

/// Runs the program with these environment variables and no others.
async fn inventory(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inventory"));
    command.env_clear().envs(variables.iter().copied()).output().await.unwrap()
}

#[tokio::test]
async fn the_three_questions_are_answered() {
    let sandbox = Sandbox::builder().seed(7).openrouter_keys(12).start().await.unwrap();
    let access = sandbox.openrouter();
    let output = inventory(&[
        ("OPENROUTER_MANAGEMENT_KEY", &access.management_key),
        ("OPENROUTER_BASE_URL", &access.base_url),
    ])
    .await;
    let printed = String::from_utf8(output.stdout).unwrap();
    let warned = String::from_utf8(output.stderr).unwrap();

    assert!(output.status.success(), "{warned}");
    assert!(printed.starts_with("12 keys\n"), "{printed}");
    assert!(printed.contains("\nadmin: 0\n  not reported for 12 keys\n"), "{printed}");
    for title in ["never expire", "unused"] {
        assert!(printed.contains(&format!("\n{title}: ")), "{printed}");
    }
    assert_eq!(warned, "warning: OpenRouter does not list its management keys\n");
}

#[tokio::test]
async fn an_error_says_what_happened_and_what_to_do() {
    let output = inventory(&[]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said,
        "Error: openrouter: no credential is set\n\
         hint: set `management-key` (OPENROUTER_MANAGEMENT_KEY) to a key from \
         https://openrouter.ai/settings/management-keys\n"
    );
}
