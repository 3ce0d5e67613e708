//! Bad input gives a clear message and an exit code, never a panic or an empty list.

use std::process::Command;

use keyroster_sandbox::{Fault, Sandbox};

use crate::support::binary::{keyroster, keyroster_at, run};

/// Runs a listing that fails, and returns its message.
async fn refused(command: Command, code: i32) -> String {
    let listed = run(command).await;
    assert_eq!(listed.code, code, "{listed:?}");
    assert_eq!(listed.stdout, "", "no output that looks like an empty list");
    assert!(listed.stderr.starts_with("error: "), "{}", listed.stderr);
    assert!(!listed.stderr.contains("panicked"), "{}", listed.stderr);
    listed.stderr
}

#[tokio::test]
async fn a_missing_credential_is_named() {
    let said = refused(keyroster(&["list"]), 4).await;
    for word in ["PINATA_JWT", "OPENROUTER_MANAGEMENT_KEY", "--sandbox"] {
        assert!(said.contains(word), "{said}");
    }
    // An empty variable counts as unset.
    let mut command = keyroster(&["list"]);
    command.env("PINATA_JWT", "").env("OPENROUTER_MANAGEMENT_KEY", "\n");
    assert!(refused(command, 4).await.contains("no credential"));
}

#[tokio::test]
async fn a_malformed_credential_is_refused_and_not_shown() {
    for (name, value, words) in [
        ("PINATA_JWT", "fa4efa4e-no-jwt", "JWT is malformed"),
        ("PINATA_JWT", "\"fa4e.fa4e.fa4e\"", "quotes"),
        ("PINATA_API_KEY", "fa4efa4efa4efa4efa4e", "PINATA_API_SECRET"),
        ("PINATA_API_SECRET", "fa4efa4e", "PINATA_API_KEY"),
        ("OPENROUTER_MANAGEMENT_KEY", "'sk-or-v1-fa4efa4e'", "quotes"),
        ("OPENROUTER_MANAGEMENT_KEY", "sk-or-v1-fa4efa4e more", "space"),
    ] {
        let mut command = keyroster(&["list"]);
        command.env(name, value);
        let said = refused(command, 4).await;
        assert!(said.contains(words), "{name}: {said}");
        assert!(!said.contains("fa4efa4e"), "{said}");
    }
}

#[tokio::test]
async fn a_wrong_base_url_is_refused() {
    for (url, words) in [
        ("nonsense", "not a URL"),
        ("http://example.com", "plain http"),
        ("https://me:fa4efa4e@example.com", "password"),
        ("ftp://127.0.0.1", "does not start with https://"),
    ] {
        let mut command = keyroster(&["list"]);
        command.env("OPENROUTER_MANAGEMENT_KEY", "sk-or-v1-fa4efa4e");
        command.env("OPENROUTER_BASE_URL", url);
        let said = refused(command, 4).await;
        assert!(said.contains(words) && !said.contains("fa4efa4e"), "{url}: {said}");
    }
    // A valid address that is not the API's.
    let sandbox = Sandbox::start().await.unwrap();
    let mut command = keyroster(&["list"]);
    command.env("OPENROUTER_MANAGEMENT_KEY", sandbox.openrouter().management_key);
    command.env("OPENROUTER_BASE_URL", sandbox.pinata().base_url);
    let said = refused(command, 5).await;
    assert!(said.contains("status 404") && said.contains("base URL"), "{said}");
}

#[tokio::test]
async fn a_refused_connection_names_every_account() {
    let sandbox = Sandbox::start().await.unwrap();
    let command = keyroster_at(&sandbox, &["list"]);
    sandbox.stop().await;
    let said = refused(command, 5).await;
    assert!(said.contains("cannot reach 127.0.0.1:") && said.contains("refused"), "{said}");
    assert!(said.contains("pinata: ") && said.contains("openrouter: "), "{said}");
}

#[tokio::test]
async fn an_unusable_response_names_the_account() {
    let html = "<!DOCTYPE html><html><head><title>502</title></head></html>";
    for (fault, code, words) in [
        (Fault::respond(200).body(html), 5, "HTML page"),
        (Fault::respond(200).body("{\"keys\":[{\"key\":\"k"), 5, "ends early"),
        (Fault::respond(401), 4, "status 401"),
        (Fault::respond(403), 4, "status 403"),
        (Fault::truncate(10), 5, "no complete response"),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.add_fault(fault.path("/users/*"));
        let pinata = sandbox.pinata();
        let mut command = keyroster(&["list"]);
        command.env("PINATA_JWT", pinata.jwt).env("PINATA_BASE_URL", pinata.base_url);
        let said = refused(command, code).await;
        assert!(said.contains("pinata: cannot list keys: ") && said.contains(words), "{said}");
        assert!(said.lines().count() == 2 && said.contains("\nhint: "), "one line each: {said}");
    }
}

#[tokio::test]
async fn a_wrong_command_line_is_refused() {
    for arguments in [
        vec!["list", "-o", "yaml"],
        vec!["sandbox", "--latency", "soon"],
        vec!["sandbox", "--pinata-keys", "0"],
        vec!["lst"],
        vec![],
    ] {
        let said = run(keyroster(&arguments)).await;
        assert_eq!(said.code, 2, "{said:?}");
        assert!(!said.stderr.is_empty());
    }
    let said = run(keyroster(&["sandbox", "--listen", "0.0.0.0:0"])).await;
    assert_ne!(said.code, 0);
    assert!(said.stderr.contains("loopback"), "{}", said.stderr);
}
