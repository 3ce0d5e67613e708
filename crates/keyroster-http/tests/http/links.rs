//! Paging by `Link` headers: a link leads to the next page, but never to another host.

use keyroster_core::{ErrorKind, Operation};
use keyroster_http::Request;

use crate::support::server::{Server, reply};
use crate::support::{client, get};

#[tokio::test]
async fn only_the_query_of_a_link_is_followed() {
    let link = "<https://elsewhere.example/steal?after=a%26b&limit=2&limit=3>; rel=\"next\"";
    let server = Server::start([reply(200, &[("link", link)], "{}"), reply(200, &[], "{}")]).await;
    let account = client(&server.url()).build();
    let page = account.send(get().query("limit", 2).follow(None)).await.unwrap();
    let next = page.next_link().unwrap().unwrap();
    let page = account.send(get().query("limit", 2).follow(Some(next.as_str()))).await.unwrap();
    assert_eq!(page.next_link().unwrap(), None);
    let lines: Vec<String> = server.seen().iter().map(|seen| seen.line().to_owned()).collect();
    assert_eq!(lines, ["GET /keys?limit=2", "GET /keys?after=a%26b&limit=2&limit=3"]);
}

#[tokio::test]
async fn parameters_missing_from_a_link_are_kept() {
    let link = "</keys?from=3&limit=5>; rel=\"next\"";
    let server = Server::start([reply(200, &[("link", link)], "{}"), reply(200, &[], "{}")]).await;
    let account = client(&server.url()).build();
    let call = || get().query("disabled", "show").query("limit", 2).query("kind", "a&b");
    let page = account.send(call()).await.unwrap();
    let next = page.next_link().unwrap().unwrap();
    account.send(call().follow(Some(next.as_str()))).await.unwrap();
    assert_eq!(server.seen()[1].line(), "GET /keys?disabled=show&kind=a%26b&from=3&limit=5");
}

#[tokio::test]
async fn the_next_link_may_be_in_any_header() {
    let headers = [("link", "</k?p=1>; rel=\"prev\""), ("link", "</k?p=3>; rel=\"next\"")];
    let last = [("link", "</k?p=9>; rel=\"next\"; results=\"false\"")];
    let server = Server::start([reply(200, &headers, "{}"), reply(200, &last, "{}")]).await;
    let account = client(&server.url()).build();
    let page = account.send(get()).await.unwrap();
    assert_eq!(page.next_link().unwrap().unwrap().as_str(), "p=3");
    let page = account.send(get()).await.unwrap();
    assert_eq!(page.next_link().unwrap(), None);
}

#[tokio::test]
async fn a_malformed_link_is_not_a_last_page() {
    for link in ["</k?p=3", "</k>; rel=\"next\"", "<http://[>; rel=next", "\u{fa}"] {
        let server = Server::start([reply(200, &[("link", link)], "{}")]).await;
        let page = client(&server.url()).build().send(get()).await.unwrap();
        assert_eq!(page.next_link().unwrap_err().kind(), ErrorKind::Decode, "{link}");
    }
}

#[tokio::test]
async fn a_request_that_returns_a_secret_is_sent_once() {
    for request in [
        Request::put(Operation::RotateKey, "/keys/{id}/value").segment("7"),
        Request::patch(Operation::RotateKey, "/keys/{id}").segment("7"),
        Request::idempotent_post(Operation::CreateKey, "/keys"),
    ] {
        let server = Server::start([reply(502, &[], "")]).await;
        let error = client(&server.url()).build().send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate);
        assert_eq!(server.seen().len(), 1);
    }
    let server = Server::start([reply(502, &[], ""), reply(200, &[], "{}")]).await;
    let request = Request::idempotent_post(Operation::UpdateKey, "/keys/{id}").segment("7");
    client(&server.url()).build().send(request).await.unwrap();
    assert_eq!(server.seen().len(), 2, "an update is retried");
    assert_eq!(server.seen()[1].line(), "POST /keys/7");
}
