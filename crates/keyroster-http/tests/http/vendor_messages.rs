//! A vendor's own words in an error, in whichever of the usual shapes they come.

use crate::support::server::{Server, reply};
use crate::support::{CANARY, client, get};

#[tokio::test]
async fn what_the_vendor_says_is_shown_in_every_usual_shape() {
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
        assert!(error.to_string().contains("answered `no such scope`"), "{body}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_word_of_the_vendors_is_not_shown() {
    for body in [
        r#"{"errors": []}"#,
        r#"{"errors": {}}"#,
        r#"{"errors": [7]}"#,
        r#"{"errors": [{"key": "fa4efa4e"}]}"#,
    ] {
        let server = Server::start([reply(400, &[], body)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err().to_string();
        assert!(error.contains("answered without a reason") && !error.contains(CANARY), "{error}");
    }
}
