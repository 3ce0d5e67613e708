//! Pinata's three generations of its API.

use std::time::Duration;

use keyroster_sandbox::{
    ExhaustedError, ExhaustedFilter, ListOrder, NoCredentials, PinataQuirks, RateLimit,
    ResourceScopes, RevokeAnswer, ZeroUses,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Fixture, all, frozen, send};

async fn with(change: impl FnOnce(&mut PinataQuirks)) -> Fixture {
    Fixture::of(frozen().pinata_quirks(PinataQuirks::with(change))).await
}

async fn create(fixture: &Fixture, body: Value) -> Value {
    let reply = send(fixture.pinata(Method::POST, "/v3/pinata/keys", Some(&body))).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn pages_of_ten_newest_first_with_the_total() {
    let fixture = Fixture::start().await;
    let truth = fixture.truth("pinata");
    for path in ["/users/apiKeys", "/v3/pinata/keys", "/v3/api_keys"] {
        let mut listed = Vec::new();
        for (offset, length) in [(0, 10), (10, 10), (20, 4), (24, 0), (9999, 0)] {
            let page = fixture.get_pinata(&format!("{path}?offset={offset}")).await.json();
            assert_eq!(page["count"], 24);
            assert_eq!(page["keys"].as_array().unwrap().len(), length, "{path} at {offset}");
            listed.extend(page["keys"].as_array().unwrap().clone());
        }
        assert_eq!(all(&listed, "key"), all(&truth, "key"), "{path}");
        let created = all(&listed, "createdAt");
        assert!(created.is_sorted_by(|a, b| text(a) > text(b)), "{path}");
        // Only the legacy listing has a secret, which is not the usable one.
        let legacy = path.starts_with("/users");
        assert!(listed.iter().all(|key| key["secret"].is_string() == legacy), "{path}");
    }
}

#[tokio::test]
async fn filters_narrow_the_page_and_the_count() {
    type Test<'a> = &'a dyn Fn(&Value) -> bool;
    let fixture = Fixture::start().await;
    let truth = fixture.truth("pinata");
    let limited = |key: &Value| !key["max_uses"].is_null();
    let spent = |key: &Value| limited(key) && key["uses"] == key["max_uses"];
    let cases: [(&str, Test<'_>); 8] = [
        ("revoked=true", &|key| key["revoked"] == true),
        ("revoked=false", &|key| key["revoked"] == false),
        ("limitedUse=true", &limited),
        ("limitedUse=false", &|key| !limited(key)),
        ("limitedUse=true&exhausted=true", &spent),
        ("limitedUse=true&exhausted=false", &|key| limited(key) && !spent(key)),
        ("exhausted=true", &|_| true),
        ("name=CI-deploy&revoked=true", &|key| {
            key["name"] == "ci-deploy" && key["revoked"] == true
        }),
    ];
    for (query, filter) in cases {
        let page = fixture.get_pinata(&format!("/v3/api_keys?{query}")).await.json();
        let wanted: Vec<_> = truth.iter().filter(|key| filter(key)).cloned().collect();
        assert!(!wanted.is_empty(), "{query} selects nothing");
        assert_eq!(page["count"], wanted.len(), "{query}");
        let first = &wanted[..wanted.len().min(10)];
        assert_eq!(all(page["keys"].as_array().unwrap(), "key"), all(first, "key"), "{query}");
    }
    let plus = fixture.get_pinata("/v3/api_keys?name=macbook+p").await.json();
    assert_eq!(plus["count"], 1);
    // Not a wildcard.
    assert_eq!(fixture.get_pinata("/v3/api_keys?name=ci%25deploy").await.json()["count"], 0);
    assert_eq!(fixture.get_pinata("/users/apiKeys?revoked=true").await.json()["count"], 24);
    for query in ["offset=-1", "offset=x", "revoked=maybe"] {
        let reply = fixture.get_pinata(&format!("/v3/api_keys?{query}")).await;
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (400, &json!(400)), "{query}");
    }
}

#[tokio::test]
async fn each_version_checks_what_a_key_may_do() {
    let fixture = Fixture::start().await;
    let base = fixture.sandbox.pinata().base_url;
    let scoped = create(&fixture, json!({"keyName": "scoped"})).await;
    let issuer = json!({"keyName": "issuer", "permissions": {"resources": ["org:write"]}});
    let issuer = create(&fixture, issuer).await;
    let admin = create(&fixture, json!({"keyName": "a", "permissions": {"admin": true}})).await;
    for (key, legacy, v3) in [(&scoped, 403, 403), (&issuer, 403, 200), (&admin, 200, 200)] {
        let jwt = text(&key["JWT"]);
        let status = async |path| fixture.pinata_as(jwt, Method::GET, path).await.status;
        assert_eq!(status("/data/testAuthentication").await, 200);
        assert_eq!(status("/v3/data/testAuthentication").await, 200);
        assert_eq!(status("/users/apiKeys").await, legacy);
        assert_eq!(status("/v3/pinata/keys").await, v3);
        assert_eq!(status("/v3/api_keys").await, v3);
    }
    // Only the legacy API accepts the pair of headers.
    let pair = async |path: &str, key: &Value, secret: &str| {
        let request = fixture.client.get(format!("{base}{path}"));
        let request = request.header("pinata_api_key", text(key));
        send(request.header("pinata_secret_api_key", secret)).await.unwrap()
    };
    let (key, secret) = (&admin["pinata_api_key"], text(&admin["pinata_api_secret"]));
    assert_eq!(pair("/users/apiKeys", key, secret).await.status, 200);
    assert_eq!(pair("/v3/api_keys", key, secret).await.status, 401);
    let wrong = pair("/users/apiKeys", key, "fa4e").await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json()["error"]["details"], "Invalid secret API key provided");
    let unknown = pair("/users/apiKeys", &json!("00"), secret).await;
    assert_eq!(unknown.json()["error"]["details"], "Invalid API key provided");
    // The secret of the listing does not authenticate.
    let listed = fixture.get_pinata("/users/apiKeys").await.json();
    assert_eq!(&listed["keys"][0]["key"], key);
    let listed = text(&listed["keys"][0]["secret"]);
    assert!(listed.starts_with("fa4efa4e") && listed.len() == 64);
    assert_eq!(pair("/users/apiKeys", key, listed).await.status, 401);
}

#[tokio::test]
async fn each_generation_has_its_own_errors() {
    let fixture = Fixture::start().await;
    let base = fixture.sandbox.pinata().base_url;
    let none = async |path: &str| send(fixture.client.get(format!("{base}{path}"))).await.unwrap();
    let legacy = none("/users/apiKeys").await;
    assert_eq!(legacy.status, 401);
    assert_eq!(legacy.json()["error"]["reason"], "KEYS_MUST_BE_STRINGS");
    assert_eq!(legacy.text.len(), 117);
    assert_eq!(legacy.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(legacy.header("x-powered-by"), "Express");
    assert!(legacy.header("etag").starts_with("W/\"75-"));
    assert_eq!(legacy.header("x-request-id").len(), 32);
    let v3 = none("/v3/pinata/keys").await;
    assert_eq!(v3.status, 401);
    let wanted = json!({"error": {"code": 401, "message": "no Authorization header found"}});
    assert_eq!(v3.json(), wanted);
    assert_eq!(v3.header("x-request-id").len(), 32);

    let garbage = fixture.pinata_as("garbage", Method::GET, "/users/apiKeys").await;
    assert_eq!(garbage.text.len(), 82);
    assert_eq!(garbage.json()["error"]["reason"], "INVALID_CREDENTIALS");
    let mut forged = fixture.sandbox.pinata().jwt;
    forged.pop();
    assert_eq!(fixture.pinata_as(&forged, Method::GET, "/v3/api_keys").await.status, 401);
    assert_eq!(fixture.get_pinata("/v3/nothing").await.status, 404);
    assert_eq!(fixture.get_pinata("/users/generateApiKey").await.status, 404);
}

#[tokio::test]
async fn json_is_checked_before_the_credential_and_the_body_after_the_scope() {
    let fixture = Fixture::start().await;
    let scoped = create(&fixture, json!({"keyName": "scoped"})).await;
    let base = fixture.sandbox.pinata().base_url;
    let post = async |jwt: &str, body: &'static str| {
        let request = fixture.client.post(format!("{base}/users/generateApiKey")).bearer_auth(jwt);
        let request = request.header("content-type", "application/json");
        send(request.body(body)).await.unwrap().status
    };
    let jwt = fixture.sandbox.pinata().jwt;
    assert_eq!(post("garbage", "{").await, 400);
    assert_eq!(post("garbage", "{}").await, 401);
    assert_eq!(post(text(&scoped["JWT"]), "{}").await, 403);
    assert_eq!(post(&jwt, "{}").await, 400);
    assert_eq!(post(&jwt, r#"{"keyName":"x"}"#).await, 400, "legacy wants permissions");
    for body in [
        r#"{"keyName":"","permissions":{}}"#,
        r#"{"keyName":1,"permissions":{}}"#,
        r#"{"keyName":"x","permissions":{"admin":"yes"}}"#,
        r#"{"keyName":"x","permissions":{},"maxUses":-1}"#,
        r#"{"keyName":"x","permissions":{},"maxUses":"2"}"#,
        r#"{"keyName":"x","permissions":{"endpoints":{"psa":{}}}}"#,
        "[]",
    ] {
        assert_eq!(post(&jwt, body).await, 400, "{body}");
    }
    assert_eq!(fixture.truth("pinata").len(), 25, "none of these made a key");
    assert_eq!(post(&jwt, r#"{"keyName":"x","permissions":{"admin":true}}"#).await, 200);
    let strange = json!({"keyName": "x", "permissions": {"resources": ["org:everything"]}});
    let strange = fixture.pinata(Method::POST, "/v3/api_keys", Some(&strange));
    assert_eq!(send(strange).await.unwrap().status, 400);
}

#[tokio::test]
async fn a_new_key_has_the_requested_fields() {
    let fixture = Fixture::start().await;
    let made = create(
        &fixture,
        json!({"keyname": "alias", "maxUses": 2,
            "permissions": {"admin": false, "endpoints": {"data": {"pinList": true}}}}),
    )
    .await;
    assert_eq!(made.as_object().unwrap().len(), 3);
    let newest = &fixture.truth("pinata")[0];
    assert_eq!(newest["key"], made["pinata_api_key"]);
    assert_eq!(newest["name"], "alias");
    assert_eq!(newest["max_uses"], 2);
    let scopes = json!({"admin": false, "endpoints": {"data": {"pinList": true}}});
    assert_eq!(newest["scopes"], scopes);
    assert_eq!((text(&newest["key"]).len(), text(&made["pinata_api_secret"]).len()), (20, 64));

    let test = async || {
        let path = "/data/testAuthentication";
        fixture.pinata_as(text(&made["JWT"]), Method::GET, path).await.status
    };
    // A request that is refused because of its scopes also counts as a use.
    assert_eq!(test().await, 200);
    assert_eq!(fixture.truth("pinata")[0]["uses"], 1);
    assert_eq!(
        fixture.pinata_as(text(&made["JWT"]), Method::GET, "/v3/api_keys").await.status,
        403
    );
    assert_eq!(test().await, 403);
    let newest = &fixture.truth("pinata")[0];
    assert_eq!(newest["uses"], 2);
    assert!(text(&newest["updatedAt"]) >= text(&newest["createdAt"]));
    create(&fixture, json!({"keyName": "zero", "maxUses": 0})).await;
    assert_eq!(fixture.truth("pinata")[0]["max_uses"], Value::Null);
}

#[tokio::test]
async fn revoking_is_idempotent_and_final() {
    let fixture = Fixture::start().await;
    let made = create(&fixture, json!({"keyName": "x", "permissions": {"admin": true}})).await;
    let key = text(&made["pinata_api_key"]);
    let ways = [
        (Method::PUT, "/users/revokeApiKey".to_owned(), Some(json!({"apiKey": key}))),
        (Method::PUT, format!("/v3/pinata/keys/{key}"), None),
        (Method::DELETE, format!("/v3/api_keys/{key}"), None),
        (Method::DELETE, "/v3/api_keys/00000000000000000000".to_owned(), None),
        (Method::PUT, "/users/revokeApiKey".to_owned(), Some(json!({"apiKey": "unknown"}))),
    ];
    let mut updated = None;
    for (method, path, body) in ways {
        let reply = send(fixture.pinata(method, &path, body.as_ref())).await.unwrap();
        assert_eq!((reply.status, &*reply.text), (200, "\"Revoked\""), "{path}");
        let truth = fixture.truth("pinata");
        assert_eq!(truth[0]["revoked"], true);
        assert_eq!(truth.iter().filter(|key| key["revoked"] == true).count(), 5);
        let first = updated.get_or_insert(truth[0]["updatedAt"].clone());
        assert_eq!(first, &truth[0]["updatedAt"], "a second time changes nothing");
    }
    let dead = fixture.pinata_as(text(&made["JWT"]), Method::GET, "/data/testAuthentication").await;
    assert_eq!(dead.status, 403);
    assert_eq!(dead.json()["error"]["reason"], "API_KEY_REVOKED");
    let no_key = send(fixture.pinata(Method::PUT, "/users/revokeApiKey", Some(&json!({})))).await;
    assert_eq!(no_key.unwrap().status, 400);
    for (method, path) in [(Method::DELETE, "/v3/pinata/keys/x"), (Method::PUT, "/v3/api_keys/x")] {
        assert_eq!(send(fixture.pinata(method, path, None)).await.unwrap().status, 404, "{path}");
    }
}

#[tokio::test]
async fn quirks_change_the_listing() {
    let fixture = with(|it| {
        it.page_size = 5;
        it.order = ListOrder::OldestFirst;
        it.count_is_page_length = true;
        it.v3_secret = true;
        it.legacy_secret = false;
        it.legacy_filters = true;
        it.name_wildcards = true;
        it.exhausted_filter = ExhaustedFilter::BadRequest;
        it.resource_scopes = ResourceScopes::Empty;
    })
    .await;
    let page = fixture.get_pinata("/v3/api_keys?offset=20").await.json();
    assert_eq!(page["count"], 4);
    let mut oldest = fixture.truth("pinata");
    oldest.reverse();
    assert_eq!(all(page["keys"].as_array().unwrap(), "key"), all(&oldest[20..], "key"));
    assert!(page["keys"][0]["secret"].is_string());
    let legacy = fixture.get_pinata("/users/apiKeys?revoked=true").await.json();
    assert_eq!(legacy["count"], 4);
    assert!(legacy["keys"][0]["secret"].is_null());
    assert_eq!(fixture.get_pinata("/v3/api_keys?name=ci%25deploy").await.json()["count"], 3);
    assert_eq!(fixture.get_pinata("/v3/api_keys?exhausted=true").await.status, 400);
    let grafana = oldest.iter().find(|key| key["name"] == "grafana").unwrap();
    assert_eq!(grafana["scopes"], json!({}));

    let unstable = with(|it| {
        it.order = ListOrder::Unstable;
        it.page_size = 100;
    })
    .await;
    let one = unstable.get_pinata("/v3/api_keys").await.json();
    let other = unstable.get_pinata("/v3/api_keys").await.json();
    let sorted = |page: &Value| {
        let keys = page["keys"].as_array().unwrap();
        let mut keys: Vec<_> = all(keys, "key").into_iter().map(Value::to_string).collect();
        keys.sort();
        keys
    };
    assert_ne!(one, other);
    assert_eq!(sorted(&one), sorted(&other));
    assert_eq!(sorted(&one).len(), 24);
}

#[tokio::test]
async fn quirks_change_the_checks() {
    let fixture = with(|it| {
        it.no_credentials = NoCredentials::BadRequest;
        it.exhausted_error = ExhaustedError::TooManyRequests;
        it.strict_admin_xor_endpoints = true;
        it.accept_keyname = false;
        it.zero_uses = ZeroUses::Exhausted;
        it.v3_revoke_unknown = RevokeAnswer::NotFound;
        it.v3_revoke_again = RevokeAnswer::NotFound;
        it.v3_any_verb = true;
        it.v3_header_pair = true;
    })
    .await;
    let access = fixture.sandbox.pinata();
    let none = send(fixture.client.get(format!("{}/users/apiKeys", access.base_url))).await;
    assert_eq!(none.unwrap().status, 400);
    let made = create(&fixture, json!({"keyName": "zero", "maxUses": 0})).await;
    let spent =
        fixture.pinata_as(text(&made["JWT"]), Method::GET, "/data/testAuthentication").await;
    assert_eq!(spent.status, 429);
    for body in [
        json!({"keyName": "x", "permissions": {"admin": true, "endpoints": {}}}),
        json!({"keyname": "x"}),
    ] {
        let reply = send(fixture.pinata(Method::POST, "/v3/api_keys", Some(&body))).await.unwrap();
        assert_eq!(reply.status, 400, "{body}");
    }
    let key = text(&made["pinata_api_key"]);
    for (path, status) in [
        (format!("/v3/pinata/keys/{key}"), 200),
        (format!("/v3/pinata/keys/{key}"), 404),
        ("/v3/pinata/keys/unknown".to_owned(), 404),
    ] {
        let reply = send(fixture.pinata(Method::DELETE, &path, None)).await.unwrap();
        assert_eq!(reply.status, status, "{path}");
    }
    let pair = fixture.client.get(format!("{}/v3/api_keys", access.base_url));
    let pair = pair.header("pinata_api_key", access.api_key);
    let pair = pair.header("pinata_secret_api_key", access.api_secret);
    assert_eq!(send(pair).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_new_key_may_need_time() {
    let fixture = with(|it| it.activation_delay_ms = 1_000).await;
    let made = create(&fixture, json!({"keyName": "x"})).await;
    let status = async || {
        let path = "/data/testAuthentication";
        fixture.pinata_as(text(&made["JWT"]), Method::GET, path).await.status
    };
    assert_eq!(status().await, 401);
    fixture.sandbox.advance(Duration::from_secs(1));
    assert_eq!(status().await, 200);
}

#[tokio::test]
async fn a_rate_limit_counts_per_key() {
    let fixture = with(|it| it.rate_limit = Some(RateLimit::per_minute(3).window_ms(1_500))).await;
    let other = create(&fixture, json!({"keyName": "x"})).await;
    for left in ["1", "0"] {
        let reply = fixture.get_pinata("/data/testAuthentication").await;
        assert_eq!((reply.status, reply.header("x-ratelimit-remaining")), (200, left));
        assert_eq!(reply.header("x-ratelimit-limit"), "3");
        assert_eq!(reply.header("retry-after"), "");
    }
    let refused = fixture.get_pinata("/data/testAuthentication").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "2"));
    let path = "/data/testAuthentication";
    assert_eq!(fixture.pinata_as(text(&other["JWT"]), Method::GET, path).await.status, 200);
    fixture.sandbox.advance(Duration::from_millis(1_500));
    assert_eq!(fixture.get_pinata(path).await.status, 200);

    let bare = RateLimit::per_minute(0).retry_after(false).headers(false);
    let fixture = with(|it| it.rate_limit = Some(bare)).await;
    let refused = fixture.get_pinata(path).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, ""));
    assert_eq!(refused.header("x-ratelimit-limit"), "");
}
