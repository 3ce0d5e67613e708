//! The conformance suite, with Pinata's legacy routes.

use keyroster_core::{Access, KeyProvider, Result};
use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, Samples, Suite, VendorApi};
use provider_pinata::Pinata;
use serde_json::{Value, json};

struct Legacy;

impl VendorApi for Legacy {
    fn provider(&self, account: &HttpAccount) -> Result<Box<dyn KeyProvider>> {
        let builder = Pinata::builder().jwt(account.secret()).http(account.options());
        Ok(Box::new(builder.build()?))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({
            "id": format!("uuid-{}", key.number), "name": key.name, "key": key.id,
            "secret": key.secret.expose(), "max_uses": 5, "uses": 2, "user_id": "user-1",
            "scopes": {"admin": false, "endpoints": {"data": {"pinList": true}}},
            "revoked": key.revoked, "createdAt": key.created_at, "updatedAt": key.created_at,
        })
    }

    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["users", "apiKeys"]) => {
                let page = keys.by_offset(call.number("offset"));
                Reply::json(json!({ "keys": page.rows, "count": page.total }))
            }
            ("POST", ["users", "generateApiKey"]) => {
                let key = keys.create(call.text("keyName").unwrap_or_default());
                let secret = key.secret.expose();
                let parts =
                    json!({ "JWT": secret, "pinata_api_key": key.id, "pinata_api_secret": secret });
                Reply::json(parts)
            }
            ("PUT", ["users", "revokeApiKey"]) => {
                keys.revoke(call.text("apiKey").unwrap_or_default());
                Reply::json("Revoked")
            }
            ("GET", ["data", "testAuthentication"]) => {
                Reply::json(json!({ "message": "Congratulations!" }))
            }
            _ => Reply::error(404),
        }
    }

    fn samples(&self) -> Samples {
        Samples::default()
            .with_access(Access::Admin)
            .with_scopes(["data:pinList", "pinning:unpin"])
            .with_secret(|canary| format!("e30.e30.{canary}"))
    }
}

keyroster_testkit::conformance!(Suite::http(Legacy));
