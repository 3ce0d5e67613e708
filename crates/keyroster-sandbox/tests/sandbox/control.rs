//! The control API, the log, and starting and stopping.

use std::time::{Duration, UNIX_EPOCH};

use keyroster_sandbox::{Fault, Sandbox, Vendor};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Fixture, send};

#[tokio::test]
async fn the_ready_line_has_every_address_and_credential() {
    let sandbox = Sandbox::start().await.unwrap();
    let line = sandbox.ready_line();
    assert!(!line.contains('\n'));
    let ready: Value = serde_json::from_str(&line).unwrap();
    let (pinata, openrouter) = (sandbox.pinata(), sandbox.openrouter());
    let wanted = json!({
        "pinata": {"base_url": pinata.base_url, "jwt": pinata.jwt, "api_key": pinata.api_key,
            "api_secret": pinata.api_secret},
        "openrouter": {"base_url": openrouter.base_url,
            "management_key": openrouter.management_key},
        "control_url": sandbox.control_url(),
    });
    assert_eq!(ready, wanted);
    assert_eq!(openrouter.base_url, format!("{}/api/v1", pinata.base_url));
    assert_eq!(sandbox.control_url(), format!("{}/__sandbox", pinata.base_url));
}

#[tokio::test]
async fn the_log_has_requests_and_no_credentials() {
    let fixture = Fixture::start().await;
    let jwt = fixture.sandbox.pinata().jwt;
    let key = fixture.sandbox.openrouter().management_key;
    fixture.get_pinata("/v3/pinata/keys?offset=10&name=a+b").await;
    fixture.get_openrouter(&format!("/keys/{key}?token={jwt}")).await;
    fixture.control(Method::GET, "/requests", None).await;
    let log = fixture.control(Method::GET, "/requests", None).await.json();
    assert_eq!(log, serde_json::to_value(fixture.sandbox.requests()).unwrap());
    let wanted = json!([
        {"vendor": "pinata", "method": "GET", "path": "/v3/pinata/keys",
            "query": "offset=10&name=a+b", "status": 200},
        {"vendor": "openrouter", "method": "GET", "path": "/api/v1/keys/sk-or-v1-[secret]",
            "query": "token=[secret]", "status": 404},
    ]);
    assert_eq!(log, wanted);
    assert_eq!(fixture.sandbox.requests()[1].vendor, Vendor::OpenRouter);
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seeded_state() {
    let fixture =
        Fixture::of(Sandbox::builder().now(UNIX_EPOCH + Duration::from_hours(500_000))).await;
    let before = fixture.sandbox.truth();
    let body = json!({"name": "x"});
    let made = send(fixture.openrouter(Method::POST, "/keys", Some(&body))).await.unwrap().json();
    let secret = made["key"].as_str().unwrap().to_owned();
    let own = fixture.sandbox.pinata().api_key;
    let revoke = fixture.pinata(Method::DELETE, &format!("/v3/api_keys/{own}"), None);
    assert_eq!(send(revoke).await.unwrap().status, 200);
    assert_eq!(
        fixture.get_pinata("/users/apiKeys").await.status,
        403,
        "the credential has revoked itself"
    );
    fixture.sandbox.add_fault(Fault::respond(500));
    assert_ne!(fixture.sandbox.truth(), before);

    let reply = fixture.control(Method::POST, "/reset", None).await;
    assert_eq!(reply.json(), json!({"reset": true}));
    assert_eq!(fixture.sandbox.truth(), before);
    assert_eq!(fixture.control(Method::GET, "/keys", None).await.json(), before);
    assert!(fixture.sandbox.requests().is_empty());
    assert_eq!(fixture.get_pinata("/users/apiKeys").await.status, 200);
    assert_eq!(fixture.openrouter_as(&secret, Method::GET, "/key").await.status, 401);
    assert!(fixture.sandbox.secrets().contains(&secret), "it stays a secret");
}

#[tokio::test]
async fn the_control_api_knows_its_routes() {
    let fixture = Fixture::start().await;
    for (method, path) in [(Method::GET, ""), (Method::PUT, "/keys"), (Method::GET, "/reset")] {
        let reply = fixture.control(method, path, None).await;
        assert_eq!(reply.status, 404);
        assert!(reply.text.contains("POST /__sandbox/faults"), "{}", reply.text);
    }
    assert_eq!(fixture.control(Method::GET, "/keys/", None).await.status, 200);
    // Not below the prefix, so it is Pinata's.
    assert_eq!(fixture.get_pinata("/__sandboxes").await.status, 404);
    assert_eq!(fixture.sandbox.requests().len(), 1);
}

#[tokio::test]
async fn only_loopback_addresses_are_accepted() {
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let error = Sandbox::builder().listen(address.parse().unwrap()).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}

#[tokio::test]
async fn stopping_frees_the_port_and_cuts_connections() {
    let fixture = Fixture::start().await;
    let address = fixture.sandbox.pinata().base_url["http://".len()..].to_owned();
    let mut idle = TcpStream::connect(&address).await.unwrap();
    fixture.get_pinata("/users/apiKeys").await;
    fixture.sandbox.stop().await;
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(&address).await.is_err());

    let dropped = Sandbox::start().await.unwrap();
    let address = dropped.pinata().base_url["http://".len()..].to_owned();
    drop(dropped);
    // The runtime drops the aborted task the next time it runs.
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn rude_clients_do_no_harm() {
    let fixture = Fixture::start().await;
    let address = fixture.sandbox.pinata().base_url["http://".len()..].to_owned();
    for rude in [
        "nonsense\r\n\r\n".to_owned(),
        "POST /users/generateApiKey HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{".to_owned(),
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n", "a".repeat(100_000)),
    ] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let _ = stream.write_all(rude.as_bytes()).await;
        drop(stream);
    }
    let large = Value::from("x".repeat(1024 * 1024));
    let large = fixture.pinata(Method::POST, "/users/generateApiKey", Some(&large));
    match send(large).await {
        Ok(reply) => assert_eq!(reply.status, 413),
        // The connection may be closed while the body is still being written.
        Err(error) => assert!(error.is_request(), "{error:?}"),
    }
    assert_eq!(fixture.get_pinata("/users/apiKeys").await.status, 200);
    assert_eq!(fixture.truth("pinata").len(), 24);
}

#[tokio::test]
async fn only_a_create_returns_a_usable_secret() {
    let fixture = Fixture::start().await;
    let mut shown = String::new();
    let mut listed = Vec::new();
    for offset in [0, 10, 20] {
        let legacy = fixture.get_pinata(&format!("/users/apiKeys?offset={offset}")).await;
        for key in legacy.json()["keys"].as_array().unwrap() {
            listed.push(key["secret"].as_str().unwrap().to_owned());
        }
        shown += &legacy.text;
        shown += &fixture.get_pinata(&format!("/v3/api_keys?offset={offset}")).await.text;
    }
    for path in ["/keys", "/key", "/workspaces", "/credits", "/keys?include_disabled=true"] {
        shown += &fixture.get_openrouter(path).await.text;
    }
    let mut usable = fixture.sandbox.secrets();
    usable.retain(|secret| !listed.contains(secret));
    assert_eq!((listed.len(), usable.len()), (24, 31 + 24 * 2));
    for secret in &usable {
        assert!(!shown.contains(secret), "{secret}");
    }
}
