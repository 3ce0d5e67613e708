//! keyroster's conformance suite on a decorated provider: what every provider promises still holds.

use std::sync::Arc;
use std::time::Duration;

use cache::Cached;
use keyroster::pinata::Pinata;
use keyroster::{Access, Provider, Result};
use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, Samples, Suite, VendorApi};
use serde_json::{Value, json};

/// Pinata, as far as its provider asks: where its routes are, and how it wraps what they answer.
struct PinataApi;

impl VendorApi for PinataApi {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        let pinata = Pinata::builder().jwt(account.secret()).http(account.options()).build()?;
        Ok(Provider::new(Cached::new(Arc::new(pinata), Duration::from_hours(1))))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({
            "id": format!("uuid-{}", key.number), "key": key.id, "name": key.name,
            "secret": key.secret.expose(), "max_uses": 5, "uses": 2, "user_id": "user-1",
            "scopes": { "admin": false, "endpoints": { "data": { "pinList": true } } },
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
                Reply::json(json!({
                    "JWT": secret, "pinata_api_key": key.id, "pinata_api_secret": secret,
                }))
            }
            ("PUT", ["users", "revokeApiKey"]) => {
                keys.revoke(call.text("apiKey").unwrap_or_default());
                Reply::json("Revoked")
            }
            ("GET", ["data", "testAuthentication"]) => Reply::json(
                json!({ "message": "Congratulations! You are communicating with the Pinata API!" }),
            ),
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

keyroster_testkit::conformance!(Suite::http(PinataApi));
