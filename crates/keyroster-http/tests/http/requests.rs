//! What a request sends, what is counted, and what `Debug` shows.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use keyroster_core::{ErrorKind, Operation, Secret};
use keyroster_http::{Credential, Limits, Request};

use crate::support::server::{Reply, Server, fine, reply};
use crate::support::{CANARY, TOKEN, client, create, get, quick};

#[tokio::test]
async fn a_request_has_its_route_headers_and_body() {
    let server = Server::start([fine()]).await;
    let account = client(&format!("{}/api/v1/", server.url())).build();
    let request = Request::patch(Operation::UpdateKey, "/keys/{hash}/x").segment("a/b ?é");
    let request = request.query("name", "a b&c=d").maybe_query("offset", Some(10));
    let request = request.maybe_query("cursor", None::<&str>);
    account.send(request.json(&BTreeMap::from([("limit", 1)]))).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.line(), "PATCH /api/v1/keys/a%2Fb%20%3F%C3%A9/x?name=a+b%26c%3Dd&offset=10");
    let agent = concat!("keyroster/", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.header("user-agent"), Some(agent));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(seen.header("referer"), None);
    assert_eq!(seen.header("cookie"), None);
    assert_eq!(seen.body, br#"{"limit":1}"#);
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let cookie = [("set-cookie", "session=1")];
    let server = Server::start([reply(200, &cookie, "{}")]).await;
    let account = client(&server.url()).build();
    account.send(get()).await.unwrap();
    account.send(get()).await.unwrap();
    assert_eq!(server.seen()[1].header("cookie"), None);
}

#[tokio::test]
async fn a_request_can_replace_the_credential() {
    let server = Server::start([fine()]).await;
    let other = Credential::bearer(&Secret::from("another")).unwrap();
    let account = client(&server.url()).build();
    account.send(get().credential(other)).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("authorization"), Some("Bearer another"));
    assert!(!seen.head.contains(CANARY));
}

#[tokio::test]
async fn a_form_is_encoded() {
    let server = Server::start([fine()]).await;
    let request = Request::put(Operation::RevokeKey, "/revoke").form([("key", "a&b=c d")]);
    client(&server.url()).build().send(request).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(seen.body, b"key=a%26b%3Dc+d");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_not_sent() {
    let server = Server::start([fine()]).await;
    let account = client(&server.url()).build();
    let request = create().json(&BTreeMap::from([((1, 2), "a key that is not text")]));
    let error = account.send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(error.help().contains("nothing was sent"), "{error}");
    assert_eq!((server.connections(), account.traffic().requests), (0, 0));
}

#[tokio::test]
async fn attempts_and_bytes_are_counted() {
    let server = Server::start([reply(503, &[], "later"), fine()]).await;
    let account = client(&server.url()).build();
    account.send(get()).await.unwrap();
    let traffic = account.clone().traffic();
    assert_eq!((traffic.requests, traffic.retries, traffic.bytes_received), (2, 1, 7));
}

#[tokio::test]
async fn a_dropped_request_frees_its_slot() {
    let script = [Reply::Silence, reply(429, &[("retry-after", "20")], "later"), fine()];
    let server = Server::start(script).await;
    let account = client(&server.url()).limits(Limits::none().with_concurrency(1)).build();
    // Dropped first before the response, then during the wait that the vendor asked for.
    for sent in 1..=2 {
        let mut sending = Box::pin(account.send(get()));
        tokio::select! {
            _ = &mut sending => panic!("there is no response yet"),
            () = server.has_seen(sent) => {}
        }
        if sent == 2 {
            // Once the response is read, the wait has begun.
            while account.traffic().bytes_received == 0 {
                tokio::select! {
                    biased;
                    _ = &mut sending => panic!("the vendor asked for a longer wait"),
                    () = tokio::task::yield_now() => {}
                }
            }
        }
        drop(sending);
    }
    let traffic = account.traffic();
    assert_eq!((traffic.requests, traffic.retries), (2, 0));
    // The only slot is free as soon as the wait is over.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(21)).await;
    tokio::time::resume();
    account.send(get()).await.unwrap();
}

#[tokio::test]
async fn a_request_that_is_never_polled_is_not_sent() {
    let server = Server::start([fine()]).await;
    let account = client(&server.url()).build();
    drop(account.send(get()));
    assert_eq!((server.connections(), account.traffic().requests), (0, 0));
}

#[tokio::test]
async fn concurrency_is_limited() {
    let server = Server::start([Reply::Silence]).await;
    let account = client(&server.url()).limits(Limits::none().with_concurrency(3)).build();
    let mut requests: Vec<_> = (0..10).map(|_| Box::pin(account.send(get()))).collect();
    let mut poll_all = pin!(poll_fn(|context| {
        for request in &mut requests {
            assert!(request.as_mut().poll(context).is_pending());
        }
        Poll::<()>::Pending
    }));
    tokio::select! {
        () = &mut poll_all => {}
        () = server.has_seen(3) => {}
    }
    // All ten were polled after the third was sent, so a fourth would have been sent, too.
    assert!(poll_fn(|context| Poll::Ready(poll_all.as_mut().poll(context).is_pending())).await);
    assert_eq!(account.traffic().requests, 3);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn debug_shows_no_values() {
    let server = Server::start([reply(200, &[("x-echo", "fa4efa4e")], "\"fa4efa4e\"")]).await;
    let builder = client(&server.url()).retry(quick());
    let mut text = format!("{builder:?}");
    let account = builder.build();
    let request = Request::create(Operation::CreateKey, "/keys/{id}")
        .segment("fa4efa4e-id")
        .query("name", "fa4efa4e-name")
        .credential(Credential::bearer(&Secret::from(TOKEN)).unwrap())
        .json(&"fa4efa4e-body");
    text += &format!("{account:?} {request:?}");
    text += &format!("{:?}", account.send(request).await.unwrap());
    assert!(text.contains("/keys/{id}") && text.contains("authorization"), "{text}");
    assert!(!text.contains(CANARY), "{text}");
    // Nor as bytes.
    assert!(!text.contains("102, 97, 52, 101"), "{text}");
}
