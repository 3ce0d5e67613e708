//! Shortcuts for requests to OpenRouter.

use keyroster_sandbox::OpenRouterQuirks;
use reqwest::Method;
use serde_json::Value;

use super::{Fixture, Reply, frozen, send};

pub(crate) async fn with(change: impl FnOnce(&mut OpenRouterQuirks)) -> Fixture {
    Fixture::of(frozen().openrouter_quirks(OpenRouterQuirks::with(change))).await
}

pub(crate) async fn post(fixture: &Fixture, body: &Value) -> Reply {
    send(fixture.openrouter(Method::POST, "/keys", Some(body))).await.unwrap()
}

pub(crate) async fn delete(fixture: &Fixture, hash: &Value) -> Reply {
    let path = format!("/keys/{}", text(hash));
    send(fixture.openrouter(Method::DELETE, &path, None)).await.unwrap()
}

pub(crate) async fn list(fixture: &Fixture, query: &str) -> Vec<Value> {
    let reply = fixture.get_openrouter(&format!("/keys?{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.text);
    reply.json()["data"].as_array().unwrap().clone()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(crate) fn by_name<'a>(keys: &'a [Value], name: &str) -> &'a Value {
    keys.iter().find(|key| key["name"] == name).unwrap()
}

/// The query for all keys of a workspace.
pub(crate) const ALL: &str = "include_disabled=true&include_expired=true";
