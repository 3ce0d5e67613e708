//! Reading responses: their size, their content, and the errors about them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use keyroster_core::{ErrorKind, Operation};
use keyroster_http::Request;
use serde::Deserialize;

use crate::support::server::{Reply, Server, fine, reply};
use crate::support::{CANARY, client, create, get, shown};

const MAX_BODY: usize = 64 << 10;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A body that never ends.
fn endless(status: u16) -> Reply {
    let head = format!("HTTP/1.1 {status} OK\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = [b"4000\r\n", "x".repeat(0x4000).as_bytes(), b"\r\n"].concat();
    Reply::Endless(head.into_bytes(), chunk)
}

#[tokio::test]
async fn a_body_is_read_up_to_the_maximum() {
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n".to_vec();
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < MAX_BODY, "the bomb is small while compressed");
    let bomb = reply(200, &[("content-encoding", "gzip")], bomb);
    for reply in [Reply::Send(announced), endless(200), bomb] {
        let server = Server::start([reply]).await;
        let account = client(&server.url()).max_body(MAX_BODY).build();
        let error = account.send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains("more than 65536 bytes"), "{error}");
        // The last piece may go over the maximum.
        assert!(account.traffic().bytes_received <= 3 * MAX_BODY as u64);
        server.has_lost(1).await;
        assert!(server.sent() < 32 << 20, "the client stopped reading");
        assert_eq!(server.seen().len(), 1, "a retry would change nothing");
    }
}

#[tokio::test]
async fn an_endless_error_body_keeps_its_status() {
    for (status, kind, sent) in
        [(503, ErrorKind::Unavailable, 5), (403, ErrorKind::PermissionDenied, 1)]
    {
        let server = Server::start([endless(status)]).await;
        let account = client(&server.url()).max_body(MAX_BODY).build();
        let error = account.send(get()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{error}");
        assert_eq!(server.seen().len(), sent);
    }
}

#[tokio::test]
async fn compressed_bodies_are_requested_and_read() {
    let body = gzip(b"{\"id\": 7}");
    let server = Server::start([reply(200, &[("content-encoding", "gzip")], body)]).await;
    let response = client(&server.url()).build().send(get()).await.unwrap();
    let value: serde_json::Value = response.json().unwrap();
    assert_eq!(value["id"], 7);
    assert!(server.seen()[0].header("accept-encoding").unwrap().contains("gzip"));
}

#[tokio::test]
async fn a_response_needs_no_body() {
    let server = Server::start([Reply::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())]).await;
    let account = client(&server.url()).build();
    for _ in 0..2 {
        let request = Request::delete(Operation::RevokeKey, "/keys/{id}").segment("a");
        assert_eq!(account.send(request).await.unwrap().status(), 204);
    }
    assert_eq!(server.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn a_status_below_200_or_from_300_is_an_error() {
    for (status, words) in [(304, "redirect"), (101, "no final status")] {
        let text = format!("HTTP/1.1 {status} Odd\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
        let server = Server::start([Reply::Send(text.into_bytes())]).await;
        let account = client(&server.url()).build();
        let error = account.send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        let error = account.send(create()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate, "{error}");
        assert_eq!(server.seen().len(), 2);
    }
}

/// A firewall's page with a status that the request would accept from the vendor.
#[tokio::test]
async fn an_html_page_is_never_a_response() {
    for (status, kind) in [
        (200, ErrorKind::Decode),
        (401, ErrorKind::Transport),
        (403, ErrorKind::Transport),
        (404, ErrorKind::Transport),
    ] {
        let page = "\n <html><body>Blocked</body></html>";
        let server = Server::start([reply(status, &[], page), fine()]).await;
        let request = Request::delete(Operation::RevokeKey, "/keys/{id}").segment("a");
        let request = request.accept(&[401, 403, 404]);
        let error = client(&server.url()).build().send(request).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("an HTML page"), "{error}");
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only Debug reads it")]
struct Strict {
    number: u64,
    choice: Choice,
}

#[derive(Debug, Deserialize)]
enum Choice {
    One,
}

#[tokio::test]
async fn the_message_of_the_parser_is_never_shown() {
    let canary = "fa4efa4e-not-to-be-shown";
    let mut exposed = 0;
    for body in [
        format!("{{\"number\": \"{canary}\", \"choice\": \"One\"}}"),
        format!("{{\"number\": 1, \"choice\": \"{canary}\"}}"),
        format!("{{\"number\": 1, \"choice\": \"One\", \"{canary}\": 1}}"),
        format!("{{\"number\": 1, \"choice\": \"One\"}} {canary}"),
        format!("\"{canary}\""),
        format!("[\"{canary}\"]"),
        format!("{{\"number\": {canary}}}"),
        format!("{{\"number\": \"{canary}"),
    ] {
        let theirs = serde_json::from_str::<Strict>(&body).unwrap_err().to_string();
        exposed += usize::from(theirs.contains(canary));
        let server = Server::start([reply(200, &[], &body)]).await;
        let account = client(&server.url()).build();
        for request in [get(), create()] {
            let response = account.send(request).await.unwrap();
            for error in [response.json::<Strict>(), response.object()].map(Result::unwrap_err) {
                assert!(!shown(&error).contains(CANARY), "{error:?}");
                assert!(error.to_string().contains("JSON"), "{error}");
            }
            assert!(!format!("{response:?}").contains(CANARY));
        }
    }
    assert!(exposed >= 4, "the parser's own messages would have shown it");
}
