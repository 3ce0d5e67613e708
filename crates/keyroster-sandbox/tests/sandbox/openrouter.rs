//! OpenRouter's operations.

use std::collections::BTreeSet;

use keyroster_sandbox::{InvalidBoolean, ListRefusal, Sandbox, UnknownWorkspace};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::openrouter::{ALL, by_name, delete, list, post, text, with};
use crate::support::{Fixture, Reply, all, send};

async fn patch(fixture: &Fixture, hash: &Value, body: &Value) -> Reply {
    let path = format!("/keys/{}", text(hash));
    send(fixture.openrouter(Method::PATCH, &path, Some(body))).await.unwrap()
}

async fn workspaces(fixture: &Fixture) -> Vec<Value> {
    fixture.get_openrouter("/workspaces").await.json()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_listing_hides_disabled_and_expired_keys() {
    let fixture = Fixture::start().await;
    let truth = fixture.truth("openrouter");
    let workspaces = workspaces(&fixture).await;
    assert_eq!(all(&workspaces, "name"), ["Production", "Staging", "Research"]);
    let expired =
        |key: &Value| ["hackathon", "old-staging-bot", "demo-day"].contains(&text(&key["name"]));
    for (number, workspace) in workspaces.iter().enumerate() {
        let id = text(&workspace["id"]);
        for (disabled, dead) in [(false, false), (true, false), (false, true), (true, true)] {
            let query =
                format!("include_disabled={disabled}&include_expired={dead}&workspace_id={id}");
            let listed = list(&fixture, &query).await;
            let shown = |key: &&Value| {
                key["workspace_id"] == *id
                    && (disabled || key["disabled"] == false)
                    && (dead || !expired(key))
            };
            let wanted: Vec<_> = truth.iter().filter(shown).cloned().collect();
            assert_eq!(all(&listed, "hash"), all(&wanted, "hash"), "{query}");
            if number == 0 && !disabled && !dead {
                assert_eq!(list(&fixture, "").await, listed, "the default is the first workspace");
                assert!(listed.len() < all(&truth, "hash").len());
            }
        }
    }
    assert_eq!(list(&fixture, "offset=3").await, list(&fixture, "").await[3..]);
    assert_eq!(list(&fixture, "offset=1000").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_page_has_a_hundred_keys() {
    let builder = Sandbox::builder().openrouter_keys(250).openrouter_workspaces(1);
    let fixture = Fixture::of(builder).await;
    let mut listed = Vec::new();
    for length in [100, 100, 50, 0] {
        let page = list(&fixture, &format!("{ALL}&offset={}", listed.len())).await;
        assert_eq!(page.len(), length);
        listed.extend(page);
    }
    assert_eq!(listed, fixture.truth("openrouter"));
    let created = all(&listed, "created_at");
    assert!(created.is_sorted_by(|a, b| text(a) >= text(b)));
}

#[tokio::test]
async fn wrong_queries_are_refused() {
    let fixture = Fixture::start().await;
    let unknown = "workspace_id=00000000-0000-4000-8000-000000000000";
    for (query, status) in [
        ("offset=-1", 400),
        ("offset=x", 400),
        ("offset=null", 200),
        ("include_disabled=maybe", 400),
        ("include_expired=1", 400),
        ("workspace_id=x", 400),
        (unknown, 404),
        ("unknown=1", 200),
    ] {
        let reply = fixture.get_openrouter(&format!("/keys?{query}")).await;
        assert_eq!(reply.status, status, "{query}");
        if status != 200 {
            assert_eq!(reply.json()["error"]["code"], status, "{query}");
            assert_eq!(reply.header("content-type"), "application/json");
        }
    }
    assert_eq!(fixture.get_openrouter("/nothing").await.status, 404);
    let put = send(fixture.openrouter(Method::PUT, "/keys", None)).await.unwrap();
    assert_eq!(put.status, 405);
    assert_eq!(fixture.get_openrouter("/keys/").await.status, 200, "a trailing slash is accepted");

    for (quirk, status) in [(UnknownWorkspace::BadRequest, 400), (UnknownWorkspace::Empty, 200)] {
        let fixture = with(|it| {
            it.unknown_workspace = quirk;
            it.invalid_boolean = InvalidBoolean::Ignored;
        })
        .await;
        let reply = fixture.get_openrouter(&format!("/keys?{unknown}")).await;
        assert_eq!(reply.status, status);
        assert_eq!(fixture.get_openrouter("/keys?include_disabled=maybe").await.status, 200);
    }
}

#[tokio::test]
async fn only_the_management_key_may_manage_keys() {
    let fixture = Fixture::start().await;
    let made = post(&fixture, &json!({"name": "x"})).await.json();
    let (key, hash) = (text(&made["key"]), &made["data"]["hash"]);
    let status = async |key: &str, method: Method, path: &str| {
        fixture.openrouter_as(key, method, path).await.status
    };
    let own = format!("/keys/{}", text(hash));
    for (method, path) in [
        (Method::GET, "/keys"),
        (Method::POST, "/keys"),
        (Method::GET, own.as_str()),
        (Method::PATCH, own.as_str()),
        (Method::DELETE, own.as_str()),
        (Method::GET, "/workspaces"),
        (Method::GET, "/credits"),
        (Method::GET, "/activity"),
    ] {
        assert_eq!(status(key, method.clone(), path).await, 403, "{method} {path}");
        assert_eq!(status("sk-or-v1-wrong", method.clone(), path).await, 401, "{method} {path}");
    }
    for path in ["/key", "/auth/key", "/key/"] {
        assert_eq!(status(key, Method::GET, path).await, 200, "{path}");
    }
    let url = format!("{}/keys", fixture.sandbox.openrouter().base_url);
    for header in [None, Some("Basic eDp5".to_owned()), Some(format!("Bearer \"{key}\""))] {
        let mut request = fixture.client.get(&url);
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let reply = send(request).await.unwrap();
        assert_eq!(reply.status, 401, "{header:?}");
        assert_eq!(reply.json()["error"]["message"], "Missing Authentication header");
    }
    let fixture = with(|it| it.list_refusal = ListRefusal::Unauthorized).await;
    let made = post(&fixture, &json!({"name": "x"})).await.json();
    let key = text(&made["key"]);
    assert_eq!(fixture.openrouter_as(key, Method::GET, "/keys").await.status, 401);
    assert_eq!(fixture.openrouter_as(key, Method::GET, "/credits").await.status, 403);
}

#[tokio::test]
async fn a_key_describes_itself_while_it_is_active() {
    let fixture = with(|it| it.dead_key_message = "Gone.".to_owned()).await;
    let body = json!({"name": "x", "limit": 3.5, "limit_reset": "weekly", "label": "ignored",
        "disabled": true});
    let reply = post(&fixture, &body).await;
    assert_eq!(reply.status, 201);
    let made = reply.json();
    let key = text(&made["key"]);
    assert_eq!(key.len(), 73);
    let data = &made["data"];
    let label = format!("{}...{}", &key[..12], &key[69..]);
    assert_eq!(data["label"], *label);
    assert_eq!(data["disabled"], false, "only PATCH disables");
    assert_eq!(data["updated_at"], Value::Null);
    for field in ["external_user", "last_used_at", "expires_at"] {
        assert!(data.as_object().unwrap().contains_key(field), "{field}");
    }
    let me = fixture.openrouter_as(key, Method::GET, "/key").await.json();
    assert_eq!(me["data"]["label"], *label);
    assert_eq!(me["data"]["limit_remaining"], 3.5);
    assert_eq!(me["data"]["is_management_key"], false);
    assert_eq!(me["data"]["effective_budget"]["reset_interval"], "weekly");
    assert_eq!(me["data"]["rate_limit"]["requests"], -1);
    let owner = fixture.get_openrouter("/key").await.json();
    assert_eq!(owner["data"]["is_management_key"], true);
    assert_eq!(owner["data"]["limit"], Value::Null);

    let hash = &data["hash"];
    let status = async || fixture.openrouter_as(key, Method::GET, "/key").await.status;
    patch(&fixture, hash, &json!({"disabled": true})).await;
    assert_eq!(status().await, 401);
    patch(&fixture, hash, &json!({"disabled": false})).await;
    assert_eq!(status().await, 200);
    assert_eq!(delete(&fixture, hash).await.json(), json!({"deleted": true}));
    let dead = fixture.openrouter_as(key, Method::GET, "/key").await;
    assert_eq!(dead.json(), json!({"error": {"code": 401, "message": "Gone."}}));
    assert_eq!(delete(&fixture, hash).await.status, 404);
    assert_eq!(patch(&fixture, hash, &json!({"name": "y"})).await.status, 404);
    assert!(!fixture.truth("openrouter").iter().any(|key| &key["hash"] == hash));

    let expired = json!({"name": "old", "expires_at": "2020-01-01T00:00:00Z"});
    let expired = post(&fixture, &expired).await.json();
    let reply = fixture.openrouter_as(text(&expired["key"]), Method::GET, "/key").await;
    assert_eq!(reply.status, 401);
    assert_eq!(expired["data"]["expires_at"], "2020-01-01T00:00:00Z");
}

#[tokio::test]
async fn an_update_changes_only_its_fields() {
    let fixture = Fixture::start().await;
    let body = json!({"name": "x", "limit": 10, "limit_reset": "daily"});
    let made = post(&fixture, &body).await.json();
    let hash = &made["data"]["hash"];
    for nothing in [json!({}), json!({"label": "x"}), json!({"expires_at": null})] {
        let reply = patch(&fixture, hash, &nothing).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["error"]["message"], "No update fields provided");
    }
    let changed = patch(&fixture, hash, &json!({"name": "y"})).await.json();
    let changed = &changed["data"];
    assert_eq!((&changed["name"], &changed["limit"]), (&json!("y"), &json!(10)));
    assert!(text(&changed["updated_at"]) >= text(&changed["created_at"]));
    let body = json!({"limit": null, "limit_reset": null, "include_byok_in_limit": true});
    let changed = patch(&fixture, hash, &body).await.json();
    let changed = &changed["data"];
    assert_eq!(changed["limit"], Value::Null);
    assert_eq!(changed["limit_remaining"], Value::Null);
    assert_eq!(changed["limit_reset"], Value::Null);
    assert_eq!(changed["include_byok_in_limit"], true);
    for wrong in [
        json!({"name": null}),
        json!({"name": ""}),
        json!({"name": "x".repeat(257)}),
        json!({"limit": -0.01}),
        json!({"limit": 1_000_000}),
        json!({"limit": "1"}),
        json!({"limit_reset": "yearly"}),
        json!({"disabled": "true"}),
        json!({"workspace_id": "x"}),
        json!([]),
    ] {
        assert_eq!(patch(&fixture, hash, &wrong).await.status, 400, "{wrong}");
        assert_eq!(post(&fixture, &merge(&wrong)).await.status, 400, "{wrong}");
    }
    let accepted = json!({"name": "é".repeat(256), "limit": 999_999.99});
    assert_eq!(patch(&fixture, hash, &accepted).await.status, 200);

    let quiet = with(|it| it.noop_patch_updates = false).await;
    let made = post(&quiet, &json!({"name": "x"})).await.json();
    let same = patch(&quiet, &made["data"]["hash"], &json!({"name": "x"})).await.json();
    assert_eq!(same["data"]["updated_at"], Value::Null);
}

/// Adds a name to the wrong fields, so that a create fails for the same reason. A create ignores a wrong
/// `disabled`, so the name is removed then.
fn merge(wrong: &Value) -> Value {
    let mut body = wrong.clone();
    if let Some(fields) = body.as_object_mut()
        && !fields.contains_key("disabled")
    {
        fields.entry("name").or_insert("x".into());
    }
    body
}

#[tokio::test]
async fn a_key_moves_between_workspaces() {
    let fixture = Fixture::start().await;
    let workspaces = workspaces(&fixture).await;
    let made = post(&fixture, &json!({"name": "x", "workspace_id": workspaces[1]["id"]})).await;
    let made = made.json();
    let hash = &made["data"]["hash"];
    let home = async |id: &Value| {
        let listed = list(&fixture, &format!("workspace_id={}", text(id))).await;
        all(&listed, "hash").contains(&hash)
    };
    assert!(home(&workspaces[1]["id"]).await);
    let moved = patch(&fixture, hash, &json!({"workspace_id": workspaces[2]["id"]})).await.json();
    assert_eq!(moved["data"]["workspace_id"], workspaces[2]["id"]);
    assert!(!home(&workspaces[1]["id"]).await);
    assert!(home(&workspaces[2]["id"]).await);
    let nowhere = json!({"workspace_id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(patch(&fixture, hash, &nowhere).await.status, 404);
    assert_eq!(post(&fixture, &merge(&nowhere)).await.status, 400);
    let truth = fixture.truth("openrouter");
    let contractor = by_name(&truth, "contractor");
    let away = json!({"workspace_id": workspaces[0]["id"]});
    let refused = patch(&fixture, &contractor["hash"], &away).await;
    assert_eq!(refused.status, 409);
    assert!(text(&refused.json()["error"]["message"]).contains("not a member"));
    let stay = json!({"workspace_id": contractor["workspace_id"]});
    assert_eq!(patch(&fixture, &contractor["hash"], &stay).await.status, 200);
}

#[tokio::test]
async fn workspaces_are_paged_and_found_by_slug() {
    let fixture = Fixture::of(Sandbox::builder().openrouter_workspaces(120)).await;
    let mut names = BTreeSet::new();
    for (query, length) in [("", 50), ("?offset=50&limit=100", 70), ("?offset=120", 0)] {
        let page = fixture.get_openrouter(&format!("/workspaces{query}")).await.json();
        assert_eq!(page["total_count"], 120);
        let page = page["data"].as_array().unwrap();
        assert_eq!(page.len(), length, "{query}");
        names.extend(page.iter().map(|it| text(&it["slug"]).to_owned()));
    }
    assert_eq!(names.len(), 120);
    let get = async |path: &str| fixture.get_openrouter(path).await;
    for wrong in ["limit=0", "limit=101", "offset=-1"] {
        assert_eq!(get(&format!("/workspaces?{wrong}")).await.status, 400, "{wrong}");
    }
    let by_slug = get("/workspaces/customer-support").await.json();
    let by_id = get(&format!("/workspaces/{}", text(&by_slug["data"]["id"]))).await.json();
    assert_eq!(by_slug, by_id);
    assert_eq!(get("/workspaces/default").await.json()["data"]["slug"], "production");
    assert_eq!(get("/workspaces/nothing").await.status, 404);

    let fixture = with(|it| it.workspaces_forbidden = true).await;
    assert_eq!(fixture.get_openrouter("/workspaces").await.status, 403);
    assert_eq!(fixture.get_openrouter("/keys").await.status, 200);
}

#[tokio::test]
async fn credits_are_the_sum_of_usage() {
    let fixture = Fixture::start().await;
    let credits = fixture.get_openrouter("/credits").await.json();
    let truth = fixture.truth("openrouter");
    let used: f64 = all(&truth, "usage").iter().map(|usage| usage.as_f64().unwrap()).sum();
    assert!((credits["data"]["total_usage"].as_f64().unwrap() - used).abs() < 1e-6);
    assert!(credits["data"]["total_credits"].as_f64().unwrap() > used);
    assert_eq!(fixture.get_openrouter("/activity").await.json(), json!({"data": []}));
    assert_eq!(fixture.get_openrouter("/activity?date=today").await.status, 400);
}
