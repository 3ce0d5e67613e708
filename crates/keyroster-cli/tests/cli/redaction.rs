//! No output or log contains a secret, at any level.

use keyroster_sandbox::{Fault, Sandbox};

use crate::support::binary::{keyroster_at, run};

#[tokio::test]
async fn no_secret_in_any_output_or_log() {
    let sandbox = Sandbox::start().await.unwrap();
    let truth = sandbox.truth();
    let one = format!("openrouter/{}", truth["openrouter"][0]["hash"].as_str().unwrap());
    let mut said = String::new();
    for arguments in [
        &["list"][..],
        &["list", "-o", "json"],
        &["list", "-o", "jsonl"],
        &["list", "-o", "csv"],
        &["show", &one],
        &["show", &one, "-o", "json"],
        &["show", "pinata/zzz"],
        &["providers"],
        &["--help"],
        &["list", "--help"],
    ] {
        for faults in [vec![], vec![Fault::respond(500).limit(2)], vec![Fault::respond(401)]] {
            sandbox.clear_faults();
            for fault in faults {
                sandbox.add_fault(fault);
            }
            for variable in ["RUST_LOG", "KEYROSTER_LOG"] {
                let mut command = keyroster_at(&sandbox, arguments);
                command.env(variable, "trace");
                let run = run(command).await;
                said += &run.stdout;
                said += &run.stderr;
            }
        }
    }
    assert!(said.contains("http.request"), "the log is on");
    assert!(said.contains("keys.list_page"), "the log is on");
    assert!(said.contains("/users/apiKeys"), "the route is logged");
    for secret in sandbox.secrets() {
        assert!(!said.contains(&secret), "a secret is shown");
    }
    // Every secret of the sandbox begins so, and so does what may be left of one.
    assert!(!said.contains("fa4efa4e"), "a part of a secret is shown");
    assert!(!said.to_lowercase().contains("bearer "), "a header is shown");
}

#[tokio::test]
async fn no_secret_when_keys_change() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut said = String::new();
    for (number, (account, more)) in
        [("openrouter", "--limit=5"), ("pinata", "--admin")].into_iter().enumerate()
    {
        for (fault, name) in [
            (None, "calm"),
            (Some(Fault::respond(502).commit().method("POST")), "lost"),
            (Some(Fault::truncate(40).method("POST")), "cut"),
            (Some(Fault::respond(201).method("POST").body(serde_json::json!({"key": 7}))), "odd"),
        ] {
            sandbox.clear_faults();
            if let Some(fault) = fault {
                sandbox.add_fault(fault);
            }
            let path = folder.path().join(format!("{name}-{number}"));
            let sink = format!("file:{}", path.display());
            let mut create =
                keyroster_at(&sandbox, &["create", account, name, more, "--secret-to", &sink]);
            create.env("KEYROSTER_LOG", "trace");
            let made = run(create).await;
            said += &made.stdout;
            said += &made.stderr;
            sandbox.clear_faults();
            if made.code == 0 {
                let source = format!("file:{}", path.display());
                let mut identify = keyroster_at(&sandbox, &["identify", &source]);
                identify.env("KEYROSTER_LOG", "trace");
                let identified = run(identify).await;
                said += &identified.stdout;
                said += &identified.stderr;
            }
        }
        for arguments in [
            &["revoke", "--name", "calm", "--account", account, "--yes", "--include-own"][..],
            &["whoami", account],
        ] {
            let mut command = keyroster_at(&sandbox, arguments);
            command.env("KEYROSTER_LOG", "trace");
            let run = run(command).await;
            said += &run.stdout;
            said += &run.stderr;
        }
    }
    assert!(said.contains("http.request"), "the log is on");
    for secret in sandbox.secrets() {
        assert!(!said.contains(&secret), "a secret is shown");
    }
    assert!(!said.contains("fa4efa4e"), "a part of a secret is shown");
}
