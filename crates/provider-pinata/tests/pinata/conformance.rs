//! The conformance suite for each generation of Pinata's API.

use keyroster_core::{Access, Provider, Result};
use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, Samples, Suite, VendorApi};
use provider_pinata::{Generation, Pinata};
use serde_json::{Value, json};

struct Api(Generation);

impl VendorApi for Api {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        let builder = Pinata::builder().jwt(account.secret()).http(account.options());
        Ok(Provider::new(builder.generation(self.0).build()?))
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
        match (self.0, call.method(), &call.segments()[..]) {
            (Generation::Legacy, "GET", ["users", "apiKeys"])
            | (Generation::V3, "GET", ["v3", "api_keys"])
            | (Generation::V3Sdk, "GET", ["v3", "pinata", "keys"]) => {
                let page = keys.by_offset(call.number("offset"));
                Reply::json(json!({ "keys": page.rows, "count": page.total }))
            }
            (Generation::Legacy, "POST", ["users", "generateApiKey"])
            | (Generation::V3, "POST", ["v3", "api_keys"])
            | (Generation::V3Sdk, "POST", ["v3", "pinata", "keys"]) => {
                let key = keys.create(call.text("keyName").unwrap_or_default());
                let secret = key.secret.expose();
                let parts =
                    json!({ "JWT": secret, "pinata_api_key": key.id, "pinata_api_secret": secret });
                Reply::json(parts)
            }
            (Generation::Legacy, "PUT", ["users", "revokeApiKey"]) => {
                keys.revoke(call.text("apiKey").unwrap_or_default());
                Reply::json("Revoked")
            }
            (Generation::V3, "DELETE", ["v3", "api_keys", key])
            | (Generation::V3Sdk, "PUT", ["v3", "pinata", "keys", key])
                if keys.revoke(key) =>
            {
                Reply::json("Revoked")
            }
            (_, "GET", ["data", "testAuthentication"]) => {
                let message = "Congratulations! You are communicating with the Pinata API!";
                Reply::json(json!({ "message": message }))
            }
            _ => Reply::error(404),
        }
    }

    /// The legacy routes have errors of their own. The credential is always tested by one of them.
    fn error(&self, status: u16, message: &str) -> Value {
        let reason = match status {
            401 => "INVALID_CREDENTIALS",
            404 => "OBJECT_NOT_FOUND",
            _ => "NO_SCOPES_FOUND",
        };
        json!({ "error": { "reason": reason, "details": message } })
    }

    fn samples(&self) -> Samples {
        Samples::default()
            .with_access(Access::Admin)
            .with_scopes(["data:pinList", "pinning:unpin"])
            .with_secret(|canary| format!("e30.e30.{canary}"))
    }
}

mod legacy {
    use super::*;

    keyroster_testkit::conformance!(Suite::http(Api(Generation::Legacy)));
}

mod v3 {
    use super::*;

    keyroster_testkit::conformance!(Suite::http(Api(Generation::V3)));
}

mod v3_sdk {
    use super::*;

    keyroster_testkit::conformance!(Suite::http(Api(Generation::V3Sdk)));
}
