//! A vendor's error message is shown, whatever the JSON around it.

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
