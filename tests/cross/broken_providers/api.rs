//! The sample vendor's API.

use keyroster::{Provider, Result, Timestamp};
use keyroster_testkit::{
    Call, FakeContainer, FakeKey, HttpAccount, Keys, Reply, Samples, Suite, VendorApi,
};
use serde_json::{Value, json};

use super::flaws::Flaw;
use super::provider::Sample;

/// The suite for the sample provider with this flaw.
pub(crate) fn suite(flaw: Flaw) -> Suite {
    Suite::http(SampleApi(flaw))
}

struct SampleApi(Flaw);

impl VendorApi for SampleApi {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        Ok(Provider::new(Sample::new(self.0, account)?))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({
            "id": key.id, "name": key.name, "role": "member", "scopes": ["read", "write"],
            "disabled": key.disabled, "revoked": key.revoked, "limit": 12.5, "used": 2,
            "expires_at": key.expires_at, "last_used_at": "2026-02-03T04:05:06Z", "created_at": key.created_at,
            "owner": {"id": "user-1", "name": "Ann"}, "project": key.container, "plan": {"tier": 2},
        })
    }

    fn container(&self, container: &FakeContainer) -> Value {
        json!({ "id": container.id, "name": container.name })
    }

    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["keys"]) => {
                keys.in_container(call.query("project"));
                keys.hide(|key| key.disabled && call.query("all") != Some("true"));
                let page = match call.query("offset") {
                    Some(_) => keys.by_offset(call.number("offset")),
                    None => keys.by_cursor(call.query("cursor")),
                };
                Reply::json(json!({ "data": page.rows, "next": page.next }))
            }
            ("GET", ["projects"]) => {
                let page = keys.containers_by_cursor(call.query("cursor"));
                Reply::json(json!({ "data": page.rows, "next": page.next }))
            }
            ("GET", ["keys", id]) => Reply::found(keys.get(id)),
            ("POST", ["keys"]) => {
                keys.in_container(call.text("project"));
                let mut key = keys.create(call.text("name").unwrap_or_default());
                // In seconds since 1970.
                if let Some(at) = call.json()["expires_at"].as_i64().map(Timestamp::from_seconds) {
                    key.expires_at = at.unwrap_or(key.created_at);
                    keys.update(&key.id, |own| own.expires_at = key.expires_at);
                }
                Reply::json(json!({ "key": keys.row(&key), "secret": key.secret.expose() }))
            }
            ("PATCH", ["keys", id]) => Reply::found(keys.update(id, |key| {
                key.name = call.text("name").unwrap_or(&key.name).to_owned();
                key.disabled = call.json()["disabled"].as_bool().unwrap_or(key.disabled);
            })),
            ("POST", ["keys", id, "rotate"]) => match keys.rotate(id) {
                Some(key) => {
                    Reply::json(json!({ "key": keys.row(&key), "secret": key.secret.expose() }))
                }
                None => Reply::error(404),
            },
            ("DELETE", ["keys", id]) if keys.delete(id) => Reply::json(json!({ "revoked": true })),
            ("GET", ["me"]) => Reply::json(keys.row(keys.caller())),
            _ => Reply::error(404),
        }
    }

    fn samples(&self) -> Samples {
        Samples::default()
            .with_scopes(["read", "write"])
            .with_option("burst", [1.into(), 2.into()])
            .with_secret(|canary| format!("smp_{canary}"))
    }
}
