//! A vendor's error message is shown, whatever the JSON around it.

use keyroster_core::{ErrorKind, RefusedBy};

use crate::support::server::{Server, reply};
use crate::support::{CANARY, client, get};

#[tokio::test]
async fn the_message_is_found_in_every_usual_structure() {
    for body in [
        r#"{"error": {"code": 7, "message": "no such scope"}}"#,
        r#"{"error": "no such scope"}"#,
        r#"{"errors": [{"code": 7, "message": "no such scope"}, {"message": "and more"}]}"#,
        r#"{"success": false, "errors": ["no such scope"]}"#,
        r#"{"detail": "no such scope"}"#,
        r#""no such scope""#,
        "no such scope",
    ] {
        let server = Server::start([reply(400, &[], body)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err();
        assert!(
            error.to_string().contains("returned an error: `no such scope`"),
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn other_json_is_not_shown() {
    for body in [
        r#"{"errors": []}"#,
        r#"{"errors": {}}"#,
        r#"{"errors": [7]}"#,
        r#"{"errors": [{"key": "fa4efa4e"}]}"#,
    ] {
        let server = Server::start([reply(400, &[], body)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err().to_string();
        assert!(
            error.contains("returned an error without a message") && !error.contains(CANARY),
            "{error}"
        );
    }
}

#[tokio::test]
async fn nested_reasons_and_those_of_a_field_are_shown() {
    for (body, expected) in [
        (r#"{"error": {"error": {"message": "no such scope"}}}"#, "no such scope"),
        (r#"{"error": null, "message": "no such scope"}"#, "no such scope"),
        (r#"{"success": false, "issues": [{"message": "no such scope"}]}"#, "no such scope"),
        (r#"{"detail": [{"loc": ["body"], "msg": "no such scope"}]}"#, "no such scope"),
        (r#"{"errors": {"limit": ["must be positive"]}}"#, "limit: must be positive"),
        (r#"{"error": "invalid", "error_description": "no such scope"}"#, "invalid: no such scope"),
        (r#"{"error": "Bad Request", "message": ["no such scope"]}"#, "no such scope"),
        (
            r#"{"error": {"message": "Provider error", "metadata": {"raw": "no such scope"}}}"#,
            "Provider error: no such scope",
        ),
    ] {
        let server = Server::start([reply(400, &[], body)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err();
        let expected = format!("returned an error: `{expected}`");
        assert!(error.to_string().contains(&expected), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_page_or_a_line_of_text_is_not_the_vendors_refusal() {
    let html: &[(&str, &str)] = &[("content-type", "text/html")];
    for (headers, body) in [(html, "<title>blocked</title>"), (&[], "error code: 1020")] {
        let server = Server::start([reply(403, headers, body)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert_eq!(error.refused_by(), Some(RefusedBy::Intermediary));
        assert!(error.to_string().contains("something between this machine and"), "{error}");
        assert!(!error.help().contains("credential"), "{}", error.help());
    }
}

#[tokio::test]
async fn a_request_without_arguments_blames_none() {
    for status in [400, 405, 415, 422] {
        let server = Server::start([reply(status, &[], r#"{"error": "no"}"#)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert_eq!(server.seen().len(), 1);
        assert!(error.help().contains("has no argument"), "{}", error.help());
    }
}
