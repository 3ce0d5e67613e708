//! Neither a credential nor a body reaches a second host.

use keyroster_core::{ErrorKind, Operation, Secret};
use keyroster_http::{Credential, Request};

use crate::support::server::{Reply, Server, fine, reply};
use crate::support::{CANARY, client, get, naive, shown};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// The headers of Pinata's legacy API, which no HTTP client treats as sensitive.
fn pair() -> Credential {
    let (key, secret) = (Secret::from("fa4efa4e-key"), Secret::from("fa4efa4e-secret"));
    let pair = [("pinata_api_key", "", &key), ("pinata_secret_api_key", "", &secret)];
    Credential::headers(pair).unwrap()
}

/// A redirect to another listener.
fn to(target: &Server, status: u16) -> Reply {
    let location = format!("{}/elsewhere?fa4efa4e-query=1", target.url());
    reply(status, &[("location", &location)], "")
}

#[tokio::test]
async fn redirects_to_another_host_are_not_followed() {
    let target = Server::start([fine()]).await;
    for status in STATUSES {
        for own_headers in [false, true] {
            let origin = Server::start([to(&target, status)]).await;
            let mut account = client(&origin.url());
            if own_headers {
                account = account.credential(pair());
            }
            let account = account.build();
            let route = "/keys/{id}";
            for (request, kind) in [
                (Request::get(Operation::GetKey, route), ErrorKind::Decode),
                (Request::put(Operation::RevokeKey, route), ErrorKind::Decode),
                (Request::create(Operation::CreateKey, route), ErrorKind::Indeterminate),
            ] {
                let request = request.segment("fa4efa4e-id").query("name", "fa4efa4e-name");
                let error = account.send(request.json(&"fa4efa4e-body")).await.unwrap_err();
                assert_eq!(error.kind(), kind, "{status}: {error}");
                assert_eq!(error.status(), Some(status));
                assert!(!shown(&error).contains(CANARY), "{status}: {error:?}");
                assert!(!shown(&error).contains("elsewhere"), "{status}: {error:?}");
            }
            assert_eq!(origin.seen().len(), 3, "a redirect is not retried");
        }
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_default_client_leaks_header_and_body() {
    for (status, method) in [(302, "GET"), (307, "POST")] {
        let target = Server::start([fine()]).await;
        let origin = Server::start([to(&target, status)]).await;
        let request = naive::client().post(format!("{}/keys", origin.url()));
        let request = request.header("pinata_secret_api_key", "fa4efa4e-secret");
        request.body("fa4efa4e-body").send().await.unwrap();
        let stolen = &target.seen()[0];
        assert!(stolen.line().starts_with(method));
        assert_eq!(stolen.header("pinata_secret_api_key"), Some("fa4efa4e-secret"));
        assert_eq!(stolen.body.is_empty(), method == "GET");
    }
}

#[tokio::test]
async fn redirects_to_the_same_host_are_not_followed() {
    let origin = Server::start([reply(302, &[("location", "/other")], ""), fine()]).await;
    let error = client(&origin.url()).build().send(get()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("a redirect, which is not followed"), "{error}");
    assert_eq!(origin.seen().len(), 1);
}
