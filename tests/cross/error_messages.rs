//! The errors that a caller gets.

use keyroster::openrouter::OpenRouter;
use keyroster::pinata::Pinata;
use keyroster::{ErrorKind, ListKeys, Provider};
use keyroster_sandbox::{Fault, Sandbox};

use crate::support::{openrouter, pinata, quick, sandbox};

/// The error of a listing, with its message.
async fn failure(provider: &Provider) -> (ErrorKind, String) {
    let error = provider.list(ListKeys::all()).await.unwrap_err();
    assert_eq!(error.provider(), Some(&provider.info().id));
    assert!(error.operation().is_some());
    (error.kind(), format!("{error}\nhint: {}", error.help()))
}

/// Checks that a message names the provider and the operation, and that its hint is one line more.
fn assert_reads_well(message: &str) {
    assert!(message.starts_with("pinata: cannot ") || message.starts_with("openrouter: cannot "));
    let (what, hint) = message.split_once("\nhint: ").unwrap();
    assert!(!hint.is_empty() && !hint.ends_with('.'), "the hint is a fragment: {message}");
    assert!(!what.contains(hint), "the message does not repeat the hint: {message}");
    assert!(message.lines().count() == 2 && message.len() < 500, "{message}");
}

#[tokio::test]
async fn each_response_has_its_kind() {
    let sandbox = sandbox().start().await.unwrap();
    let html = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
    let cases: [(Fault, ErrorKind, &str); 13] = [
        (Fault::respond(401), ErrorKind::Unauthenticated, "status 401"),
        (Fault::respond(403), ErrorKind::PermissionDenied, "status 403"),
        (Fault::respond(404), ErrorKind::NotFound, "base URL"),
        (Fault::respond(400), ErrorKind::Unavailable, "status 400"),
        (Fault::respond(409), ErrorKind::Conflict, "status 409"),
        (Fault::respond(429), ErrorKind::RateLimited, "status 429"),
        (Fault::respond(500), ErrorKind::Unavailable, "status 500"),
        (Fault::respond(502).body(html), ErrorKind::Unavailable, "HTML"),
        (Fault::respond(200).body(html), ErrorKind::Decode, "HTML"),
        (Fault::respond(200).body(""), ErrorKind::Decode, "empty"),
        (Fault::respond(200).body("{\"keys\": [{\"key\":"), ErrorKind::Decode, "ends early"),
        (
            Fault::respond(302).header("location", "http://127.0.0.1:1/"),
            ErrorKind::Decode,
            "redirect",
        ),
        (Fault::truncate(20), ErrorKind::Transport, "no complete response"),
    ];
    for (fault, kind, words) in cases {
        for provider in [pinata(&sandbox), openrouter(&sandbox)] {
            // A credential that may not list workspaces, or an API without workspaces, is not an error.
            let path = if provider.info().id.as_str() == "openrouter" {
                "/api/v1/keys"
            } else {
                "/users/*"
            };
            sandbox.clear_faults();
            sandbox.add_fault(fault.clone().path(path));
            let (found, message) = failure(&provider).await;
            assert_eq!(found, kind, "{fault:?}: {message}");
            assert!(message.contains(words), "{fault:?}: {message}");
            assert_reads_well(&message);
        }
    }
}

#[tokio::test]
async fn a_refused_connection_names_the_address() {
    let sandbox = sandbox().start().await.unwrap();
    let (pinata, openrouter) = (pinata(&sandbox), openrouter(&sandbox));
    let url = sandbox.pinata().base_url;
    sandbox.stop().await;
    for provider in [pinata, openrouter] {
        let (kind, message) = failure(&provider).await;
        assert_eq!(kind, ErrorKind::Transport);
        assert!(message.contains(url.trim_start_matches("http://")), "{message}");
        assert!(message.contains("refused"), "{message}");
        assert_reads_well(&message);
    }
}

#[tokio::test]
async fn a_wrong_base_url_is_not_an_empty_account() {
    let sandbox = sandbox().start().await.unwrap();
    let access = sandbox.openrouter();
    // Without `/api/v1` the address answers 404.
    let base = access.base_url.trim_end_matches("/api/v1").to_owned();
    let builder = OpenRouter::builder().management_key(access.management_key);
    let provider = Provider::new(builder.http(quick().base_url(base)).build().unwrap());
    let (kind, message) = failure(&provider).await;
    // It is not known that the 404 is the vendor's.
    assert_eq!(kind, ErrorKind::Decode);
    assert!(message.contains("base URL"), "{message}");
}

#[tokio::test]
async fn an_inference_key_is_refused() {
    let sandbox = sandbox().start().await.unwrap();
    let access = sandbox.openrouter();
    let inference = inference_key(&sandbox);
    let builder = OpenRouter::builder().management_key(inference);
    let provider = Provider::new(builder.http(quick().base_url(access.base_url)).build().unwrap());
    let (kind, message) = failure(&provider).await;
    assert!(matches!(kind, ErrorKind::PermissionDenied | ErrorKind::Unauthenticated), "{kind:?}");
    assert!(message.contains("anagement key"), "{message}");
}

/// An active key of the sandbox that is not the management key.
fn inference_key(sandbox: &Sandbox) -> String {
    let truth = sandbox.truth();
    let active = truth["openrouter"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["disabled"] == false && key["expires_at"].is_null());
    let label = active.unwrap()["label"].as_str().unwrap().to_owned();
    let (head, tail) = label.split_once("...").unwrap();
    let fits = |secret: &&String| secret.starts_with(head) && secret.ends_with(tail);
    sandbox.secrets().iter().find(fits).unwrap().clone()
}

#[test]
fn a_missing_or_malformed_credential_sends_nothing() {
    let errors = [
        Pinata::builder().build().unwrap_err(),
        Pinata::builder().jwt("not-a-jwt").build().unwrap_err(),
        Pinata::builder().jwt("\"a.b.c\"").build().unwrap_err(),
        Pinata::builder().jwt("a.b.c").base_url("nonsense").build().unwrap_err(),
        OpenRouter::builder().build().unwrap_err(),
        OpenRouter::builder().management_key("with space").build().unwrap_err(),
        OpenRouter::builder()
            .management_key("sk-or-v1-fa4e")
            .base_url("http://openrouter.ai/api/v1")
            .build()
            .unwrap_err(),
    ];
    for error in errors {
        let message = error.to_string();
        assert!(
            message.starts_with("pinata: ") || message.starts_with("openrouter: "),
            "{message}"
        );
        let whole = format!("{error:?}");
        assert!(!whole.contains("not-a-jwt") && !whole.contains("fa4e"), "{whole}");
        assert_ne!(error.help(), "correct the account's settings", "{message}");
    }
}
