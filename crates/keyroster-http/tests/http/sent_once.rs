//! A request that may have created something is never sent twice.

use std::time::Duration;

use keyroster_core::{ErrorKind, RefusedBy};
use keyroster_http::Timeouts;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket};

use crate::support::server::{Reply, Server, fine, pass, reply, response};
use crate::support::{client, create, get, quick, shown};

/// The usual response to a create.
#[derive(Deserialize)]
struct Created {
    #[serde(rename = "key")]
    _key: String,
}

/// Failures, each with the error of a request that only reads and the number of its attempts.
fn failures() -> Vec<(&'static str, Reply, ErrorKind, usize)> {
    use ErrorKind::{Decode, Transport, Unavailable};
    let html = "<!DOCTYPE html><title>Sign in</title>";
    let half = response(200, &[], "{\"key\": \"a key, whole\"}");
    let half = half[..half.len() - 9].to_vec();
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"key\": ";
    let mut failures = vec![
        ("closed without a response", Reply::Close(Vec::new()), Transport, 3),
        ("reset", Reply::Reset, Transport, 3),
        ("no response", Reply::Timeout(Duration::from_secs(11)), Transport, 3),
        ("half a head", Reply::Close(b"HTTP/1.1 200 O".to_vec()), Transport, 3),
        ("no HTTP at all", Reply::Close(b"220 ready for mail\r\n".to_vec()), Transport, 3),
        ("half a body", Reply::Close(half), Transport, 3),
        ("half a chunk", Reply::Close(chunked.into()), Transport, 3),
        ("a redirect", reply(302, &[("location", "/")], ""), Decode, 1),
        ("an empty body", reply(200, &[], ""), Decode, 1),
        ("no content", Reply::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), Decode, 1),
        ("a page", reply(200, &[("content-type", "text/html")], html), Decode, 1),
        ("other JSON", reply(200, &[], "{\"error\": 7}"), Decode, 1),
        ("too much", reply(200, &[], "x".repeat(2000)), Decode, 1),
    ];
    failures.extend([408, 421, 425, 500, 502, 503, 504, 599].map(|status| {
        let page = reply(status, &[("content-type", "text/html")], html);
        ("a page for an error", page, Unavailable, 3)
    }));
    failures
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_fails() {
    for (name, failure, kind, sent) in failures() {
        let server = Server::start([failure]).await;
        let account = client(&server.url())
            .retry(quick().with_max_attempts(3))
            .timeouts(Timeouts::default().with_request(Duration::from_secs(10)))
            .max_body(1000)
            .build();
        let ask = async |request| account.send(request).await?.object::<Created>();

        let error = ask(create()).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Indeterminate, "{name}: {error}");
        assert!(error.to_string().contains("the key may exist"), "{error}");
        assert_eq!(server.seen().len(), 1, "{name}: a create was retried");

        let error = ask(get()).await.err().unwrap();
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert_eq!(server.seen().len(), 1 + sent, "{name}");
        // The vendor's text adds no line to those of `Debug` itself.
        let text = shown(&error).replace("\nhint: ", " ").replace("\ncaused by: ", " ");
        assert!(!text.contains('\n') && !error.to_string().contains('<'), "{text}");
    }
}

/// The structure of the vendor's own errors in these tests.
fn own(status: u16, body: &Value) -> bool {
    body["error"]["code"] == status && body["error"]["message"].is_string()
}

#[tokio::test]
async fn the_vendors_own_refusal_means_that_nothing_was_created() {
    for (status, kind) in [
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::Unauthenticated),
        (403, ErrorKind::PermissionDenied),
        (409, ErrorKind::Conflict),
        (413, ErrorKind::InvalidRequest),
    ] {
        let body = format!("{{\"error\": {{\"code\": {status}, \"message\": \"no\"}}}}");
        let server = Server::start([reply(status, &[], body)]).await;
        let account = client(&server.url()).own_errors(own).build();
        let error = account.send(create()).await.unwrap_err();
        assert_eq!((error.kind(), server.seen().len()), (kind, 1), "{error}");
        assert_eq!(error.refused_by(), Some(RefusedBy::Vendor));
    }
}

/// Each may come from something in front of the vendor, after the vendor made the key.
#[tokio::test]
async fn no_other_refusal_means_that_nothing_was_created() {
    let html: &[(&str, &str)] = &[("content-type", "text/html")];
    for status in [400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 418, 421, 425, 429, 451, 499] {
        for (headers, body, who) in [
            (html, "<!DOCTYPE html><title>Sign in</title>", Some(RefusedBy::Intermediary)),
            (&[], "error code: 1020", Some(RefusedBy::Intermediary)),
            (&[], "upstream connect error", Some(RefusedBy::Intermediary)),
            (&[], "", None),
            (&[], "{\"message\": \"no Route matched with those values\"}", None),
            (&[], "{\"error\": \"not found\"}", None),
            (&[], "{\"error\": {\"code\": 599, \"message\": \"no\"}}", None),
        ] {
            let server = Server::start([reply(status, headers, body), fine()]).await;
            let account = client(&server.url()).own_errors(own).build();
            let error = account.send(create()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Indeterminate, "{status} {body}: {error}");
            assert_eq!((error.refused_by(), server.seen().len()), (who, 1), "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_create_is_not_sent_again_after_a_429() {
    let body = "{\"error\": {\"code\": 429, \"message\": \"slow down\"}}";
    for body in [body, "", "<html>"] {
        let server = Server::start([reply(429, &[("retry-after", "7")], body), fine()]).await;
        let account = client(&server.url()).own_errors(own).build();
        let error = account.send(create()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate, "{error}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_create_that_was_not_sent_is_retried() {
    // A port that refuses connections until after the first attempt.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = closed.local_addr().unwrap();
    let account = client(&format!("http://{address}"))
        .retry(quick().with_base(Duration::from_millis(20)).with_max_attempts(50))
        .build();
    let sending = tokio::spawn({
        let account = account.clone();
        async move { account.send(create()).await }
    });
    while account.traffic().retries == 0 {
        tokio::task::yield_now().await;
    }
    let server = Server::listen(closed.listen(16).unwrap(), [fine()]);
    sending.await.unwrap().unwrap();
    assert!(account.traffic().requests > 1);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_create_is_retried_after_a_failed_handshake() {
    // One handshake is broken off, and one gets no response.
    for reply in [
        Reply::Close(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        Reply::Timeout(Duration::from_secs(11)),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let mut open = Vec::new();
            for _ in 0..3 {
                let (stream, _) = listener.accept().await.unwrap();
                if let Reply::Timeout(time) = reply {
                    open.push(stream);
                    pass(time).await;
                }
            }
        });
        let account = client(&url)
            .retry(quick().with_max_attempts(3))
            .timeouts(Timeouts::default().with_request(Duration::from_secs(10)))
            .build();
        let error = account.send(create()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.to_string().contains("(3 attempts)"), "{error}");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_stale_connection_creates_no_second_key() {
    // The server closes the connection after each response without saying so.
    let server = Server::start([Reply::Close(response(200, &[], "{}"))]).await;
    let account = client(&server.url()).build();
    for round in 1..=20 {
        account.send(get()).await.unwrap();
        let before = server.seen().len();
        let made = account.send(create()).await;
        let posts = server.seen().len() - before;
        assert!(posts <= 1, "round {round}: sent {posts} times");
        if let Err(error) = made {
            assert_eq!(error.kind(), ErrorKind::Indeterminate, "{error}");
        }
    }
}
