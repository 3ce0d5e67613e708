//! The conformance suite for OpenRouter's API.

use keyroster_core::{Provider, Result};
use keyroster_testkit::{
    Call, FakeContainer, FakeKey, HttpAccount, Keys, Reply, Samples, Suite, VendorApi,
};
use provider_openrouter::OpenRouter;
use serde_json::{Value, json};

struct Api;

impl VendorApi for Api {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        let builder = OpenRouter::builder().management_key(account.secret());
        Ok(Provider::new(builder.http(account.options()).build()?))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({
            "hash": key.id, "name": key.name, "label": "sk-or-v1-fa4...0001", "disabled": key.disabled,
            "limit": 25.5, "limit_remaining": 20.25, "limit_reset": "monthly",
            "include_byok_in_limit": false, "usage": 5.25, "usage_daily": 1, "usage_weekly": 2.5,
            "usage_monthly": 5.25, "byok_usage": 0, "byok_usage_daily": 0, "byok_usage_weekly": 0,
            "byok_usage_monthly": 0, "created_at": key.created_at, "updated_at": key.created_at,
            "last_used_at": "2026-03-01T00:00:00Z", "expires_at": key.expires_at,
            "creator_user_id": "user_1", "external_user": "customer-1", "workspace_id": key.container,
        })
    }

    fn container(&self, container: &FakeContainer) -> Value {
        json!({ "id": container.id, "name": container.name, "slug": container.id })
    }

    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["keys"]) => {
                keys.in_container(call.query("workspace_id"));
                keys.hide(|key| key.disabled && call.query("include_disabled") != Some("true"));
                keys.hide(|key| key.has_expired() && call.query("include_expired") != Some("true"));
                Reply::json(json!({ "data": keys.by_offset(call.number("offset")).rows }))
            }
            ("GET", ["workspaces"]) => {
                let page = keys.containers_by_offset(call.number("offset"));
                Reply::json(json!({ "data": page.rows, "total_count": page.total }))
            }
            ("GET", ["keys", id]) => Reply::found(keys.get(id).map(data)),
            ("POST", ["keys"]) => {
                keys.in_container(call.text("workspace_id"));
                let mut key = keys.create(call.text("name").unwrap_or_default());
                if let Some(at) = call.text("expires_at").and_then(|at| at.parse().ok()) {
                    key.expires_at = at;
                    keys.update(&key.id, |own| own.expires_at = at);
                }
                Reply::json(json!({ "data": keys.row(&key), "key": key.secret.expose() }))
            }
            ("PATCH", ["keys", id]) => {
                let changed = keys.update(id, |key| {
                    key.name = call.text("name").unwrap_or(&key.name).to_owned();
                    key.disabled = call.json()["disabled"].as_bool().unwrap_or(key.disabled);
                });
                Reply::found(changed.map(data))
            }
            ("DELETE", ["keys", id]) if keys.delete(id) => Reply::json(json!({ "deleted": true })),
            ("GET", ["key"]) => Reply::json(data(keys.row(keys.caller()))),
            _ => Reply::error(404),
        }
    }

    fn samples(&self) -> Samples {
        Samples::default()
            .with_option("include_byok_in_limit", [true.into(), false.into()])
            .with_secret(|canary| format!("sk-or-v1-{canary}"))
    }
}

fn data(row: impl Into<Value>) -> Value {
    json!({ "data": row.into() })
}

keyroster_testkit::conformance!(Suite::http(Api));
