//! The effects of faults.

use std::time::{Duration, Instant};

use keyroster_sandbox::{Fault, RequestRecord, Sandbox, Vendor};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Fixture, Reply, send};

async fn create(fixture: &Fixture) -> Result<Reply, reqwest::Error> {
    let body = json!({"name": "made under a fault"});
    send(fixture.openrouter(Method::POST, "/keys", Some(&body))).await
}

fn made(fixture: &Fixture) -> usize {
    fixture.truth("openrouter").len() - 30
}

fn last(fixture: &Fixture) -> RequestRecord {
    fixture.sandbox.requests().pop().unwrap()
}

#[tokio::test]
async fn a_response_replaces_the_reply() {
    let fixture = Fixture::start().await;
    fixture.sandbox.add_fault(
        Fault::respond(502).header("retry-after", "7").body("<html>Bad gateway</html>").limit(1),
    );
    let reply = create(&fixture).await.unwrap();
    assert_eq!((reply.status, reply.header("retry-after")), (502, "7"));
    assert_eq!(reply.text, "<html>Bad gateway</html>");
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!((made(&fixture), last(&fixture).status), (0, Some(502)));
    assert_eq!(create(&fixture).await.unwrap().status, 201, "the limit is reached");

    fixture.sandbox.clear_faults();
    fixture.sandbox.add_fault(Fault::respond(500).commit());
    let reply = create(&fixture).await.unwrap();
    let wanted = json!({"error": {"code": 500, "message": "Internal Server Error"}});
    assert_eq!((reply.status, reply.json()), (500, wanted));
    assert_eq!(made(&fixture), 2, "done before the error");
    let pinata = fixture.get_pinata("/users/apiKeys").await.json();
    assert_eq!(pinata["error"]["reason"], "INTERNAL_SERVER_ERROR");
    let pinata = fixture.get_pinata("/v3/api_keys").await.json();
    assert_eq!(pinata["error"]["code"], 500);
    fixture.sandbox.clear_faults();
    fixture.sandbox.add_fault(Fault::respond(200).body(json!({"data": []})));
    assert_eq!(create(&fixture).await.unwrap().json(), json!({"data": []}));
}

#[tokio::test]
async fn a_cut_sends_no_reply() {
    let fixture = Fixture::start().await;
    for (fault, left) in [(Fault::cut(), 0), (Fault::cut_after_commit(), 1)] {
        fixture.sandbox.reset();
        fixture.sandbox.add_fault(fault.clone());
        let error = create(&fixture).await.expect_err("a cut connection");
        assert!(error.is_request(), "{error:?}");
        assert_eq!(made(&fixture), left, "{fault:?}");
        assert_eq!(last(&fixture).status, None);
    }
    fixture.sandbox.clear_faults();
    assert_eq!(fixture.get_openrouter("/keys").await.status, 200);
}

#[tokio::test]
async fn a_truncated_reply_is_shorter_than_its_length() {
    let fixture = Fixture::start().await;
    let whole = fixture.get_openrouter("/keys").await.text;
    for bytes in [0, 1, 100, whole.len() - 1] {
        fixture.sandbox.clear_faults();
        fixture.sandbox.add_fault(Fault::truncate(bytes));
        let answer = raw(&fixture, "/keys").await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        let length = format!("content-length: {}", whole.len());
        assert!(head.to_lowercase().contains(&length), "{head}");
        assert_eq!(body, &whole[..bytes]);
        assert!(send(fixture.openrouter(Method::GET, "/keys", None)).await.is_err());
        assert_eq!(last(&fixture).status, Some(200));
    }
    fixture.sandbox.clear_faults();
    fixture.sandbox.add_fault(Fault::truncate(whole.len()));
    assert_eq!(fixture.get_openrouter("/keys").await.text, whole, "nothing is left to cut off");
}

/// Returns everything that the server sends until it closes the connection.
async fn raw(fixture: &Fixture, path: &str) -> String {
    let access = fixture.sandbox.openrouter();
    let (address, prefix) = access.base_url["http://".len()..].split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /{prefix}{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n",
        access.management_key
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn delays_add_up() {
    let fixture = Fixture::of(Sandbox::builder().latency(Duration::from_millis(50))).await;
    fixture.sandbox.add_fault(Fault::delay(100));
    fixture.sandbox.add_fault(Fault::respond(503).delay_ms(200).nth([2]));
    let begun = Instant::now();
    assert_eq!(create(&fixture).await.unwrap().status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(create(&fixture).await.unwrap().status, 503);
    assert!(begun.elapsed() >= Duration::from_millis(350), "{:?}", begun.elapsed());
    assert_eq!(made(&fixture), 1);
}

#[tokio::test]
async fn an_operation_is_carried_out_even_if_the_client_gives_up() {
    let fixture = Fixture::start().await;
    fixture.sandbox.add_fault(Fault::delay(3_600_000));
    let (arrived, mut requests) = tokio::sync::mpsc::unbounded_channel();
    fixture.sandbox.on_request(move |request| {
        let arrived = arrived.clone();
        async move { arrived.send(request).unwrap() }
    });
    tokio::select! {
        _ = create(&fixture) => panic!("the reply is an hour late"),
        request = requests.recv() => assert_eq!(request.unwrap().path, "/api/v1/keys"),
    }
    assert_eq!(made(&fixture), 1);
    assert_eq!(last(&fixture).status, None);
}

#[tokio::test]
async fn a_rule_applies_only_to_what_it_selects() {
    let fixture = Fixture::start().await;
    let status = async |method: Method, path: &str| {
        send(fixture.openrouter(method, path, None)).await.unwrap().status
    };
    fixture.sandbox.add_fault(Fault::respond(418).vendor(Vendor::Pinata));
    assert_eq!(status(Method::GET, "/keys").await, 200);
    assert_eq!(fixture.get_pinata("/users/apiKeys").await.status, 418);
    fixture.sandbox.clear_faults();
    fixture.sandbox.add_fault(Fault::respond(418).method("DELETE").path("/api/v1/keys/*"));
    assert_eq!(status(Method::GET, "/keys/x").await, 404);
    assert_eq!(status(Method::DELETE, "/keys/x").await, 418);
    fixture.sandbox.clear_faults();
    fixture.sandbox.add_fault(Fault::respond(418).path("/api/v1/keys"));
    assert_eq!(
        status(Method::GET, "/keys?offset=1").await,
        418,
        "the query is not part of the path"
    );
    assert_eq!(status(Method::GET, "/keys/").await, 200);
    fixture.sandbox.clear_faults();
    fixture.sandbox.add_fault(Fault::respond(418).path("/api/v1/keys").nth([2, 4]).limit(1));
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(status(Method::GET, "/keys").await);
        status(Method::GET, "/credits").await;
    }
    assert_eq!(seen, [200, 418, 200, 200]);
}

#[tokio::test]
async fn a_share_follows_from_the_seed() {
    let pattern = async |seed: u64| {
        let fixture = Fixture::of(Sandbox::builder().seed(seed)).await;
        fixture.sandbox.add_fault(Fault::respond(503).share(0.25));
        let mut hits = Vec::new();
        for _ in 0..200 {
            hits.push(fixture.get_openrouter("/key").await.status == 503);
        }
        hits
    };
    let one = pattern(1).await;
    assert_eq!(one, pattern(1).await);
    assert_ne!(one, pattern(2).await);
    let count = one.iter().filter(|hit| **hit).count();
    assert!((25..=75).contains(&count), "{count} of 200 at a share of 0.25");
}

#[tokio::test]
async fn rules_are_set_by_the_control_api() {
    let fixture = Fixture::start().await;
    let rules = json!([
        {"vendor": "openrouter", "method": "POST", "path": "/api/v1/keys*", "nth": [1],
            "action": {"cut": {"commit": true}}},
        {"share": 1, "limit": 3, "delay_ms": 1,
            "action": {"respond": {"status": 429, "headers": {"Retry-After": "1"}}}},
        {"action": {"truncate": {"bytes": 3}}},
        {"action": {"delay": {"ms": 2}}},
    ]);
    let reply = fixture.control(Method::POST, "/faults", Some(&rules)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(create(&fixture).await.is_err());
    assert_eq!(made(&fixture), 1);
    assert_eq!(create(&fixture).await.unwrap().status, 429);
    let active = fixture.control(Method::GET, "/faults", None).await.json();
    assert_eq!((&active[0]["seen"], &active[0]["fired"]), (&json!(2), &json!(1)));
    assert_eq!((&active[1]["seen"], &active[1]["fired"]), (&json!(2), &json!(1)));
    assert_eq!(active[0]["path"], "/api/v1/keys*");
    let reply = fixture.control(Method::DELETE, "/faults", None).await;
    assert_eq!(reply.json(), json!([]));
    assert_eq!(create(&fixture).await.unwrap().status, 201);
    // Rules round-trip.
    for rule in rules.as_array().unwrap() {
        let fault: Fault = serde_json::from_value(rule.clone()).unwrap();
        let written = serde_json::to_value(&fault).unwrap();
        assert_eq!(serde_json::from_value::<Fault>(written).unwrap(), fault);
    }
}

#[tokio::test]
async fn an_error_names_the_wrong_field_of_a_rule() {
    let fixture = Fixture::start().await;
    let cut = json!({"cut": {}});
    let cases: [(Value, &str, &str); 17] = [
        (json!({}), "action", "respond, delay, cut, truncate"),
        (json!({"action": "cut"}), "action", "respond, delay, cut, truncate"),
        (json!({"action": {"drop": {}}}), "action", "respond, delay, cut, truncate"),
        (json!({"action": cut, "verb": "GET"}), "verb", "vendor, method, path"),
        (json!({"action": cut, "vendor": "aws"}), "vendor", "pinata"),
        (json!({"action": cut, "method": "get"}), "method", "capitals"),
        (json!({"action": cut, "path": "keys"}), "path", "begins with /"),
        (json!({"action": cut, "path": "/a*b"}), "path", "at its end"),
        (json!({"action": cut, "nth": 1}), "nth", "array"),
        (json!({"action": cut, "nth": [0]}), "nth", "from 1"),
        (json!({"action": cut, "share": 1.5}), "share", "up to 1"),
        (json!({"action": cut, "limit": 0}), "limit", "from 1"),
        (json!({"action": {"respond": {"status": 99}}}), "action.respond.status", "200 to 599"),
        (json!({"action": {"respond": {"code": 200}}}), "action.respond.code", "status, headers"),
        (json!({"action": {"truncate": {}}}), "action.truncate.bytes", "whole number"),
        (json!({"action": {"delay": {"ms": -1}}}), "action.delay.ms", "milliseconds"),
        (json!([{"action": cut}, {"action": {"cut": 1}}]), "[1].action.cut", "an object"),
    ];
    for (rule, field, allowed) in cases {
        let reply = fixture.control(Method::POST, "/faults", Some(&rule)).await;
        assert_eq!(reply.status, 400, "{rule}");
        let message = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("{field}:")), "{rule}: {message}");
        assert!(message.contains(allowed), "{rule}: {message}");
    }
    let none = fixture.control(Method::GET, "/faults", None).await.json();
    assert_eq!(none, json!([]), "a list with one wrong rule adds none");
}
