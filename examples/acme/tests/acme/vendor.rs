//! An imitated Acme: its routes, its JSON and its `Link` headers.

use keyroster_core::{Provider, Result, Timestamp};
use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, Samples, VendorApi};
use provider_acme::Acme;
use serde_json::{Value, json};

pub(crate) struct AcmeApi;

impl VendorApi for AcmeApi {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        let builder = Acme::builder().admin_key(account.secret()).http(account.options());
        Ok(Provider::new(builder.build()?))
    }

    /// Every field that Acme documents, including the key itself.
    fn row(&self, key: &FakeKey) -> Value {
        json!({
            "id": number(&key.id), "label": key.name, "value": key.secret.expose(),
            "enabled": !key.disabled, "role": "limited", "grants": ["read", "write"], "project": 12,
            "rate": { "unit": "requests/second", "sustained": 10, "burst": 40 },
            "created": key.created_at.as_millis(), "expires": key.expires_at.as_millis(),
            "seen": 1_772_323_200_000_u64,
        })
    }

    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["keys"]) => {
                keys.hide(|key| key.disabled && call.query("disabled") != Some("show"));
                let page = keys.by_cursor(call.query("from"));
                let reply = Reply::json(page.rows);
                match page.next {
                    Some(next) => reply.with_header("link", next_link(&next)),
                    None => reply,
                }
            }
            ("POST", ["keys"]) => {
                let key = keys.create(call.form("label").unwrap_or_default());
                let row = keys.update(&key.id, |key| expire(key, call));
                Reply::json(row.unwrap_or_default()).with_status(201)
            }
            ("GET", ["keys", id]) => Reply::found(keys.get(id)),
            ("POST", ["keys", id]) => Reply::found(keys.update(id, |key| {
                key.name = call.form("label").unwrap_or(&key.name).to_owned();
                key.disabled =
                    call.form("enabled").map_or(key.disabled, |enabled| enabled == "false");
                expire(key, call);
            })),
            ("POST", ["keys", id, "rotate"]) => {
                let key = keys.rotate(id);
                Reply::found(key.map(|key| keys.row(&key)))
            }
            ("DELETE", ["keys", id]) if keys.delete(id) => Reply::text("").with_status(204),
            ("GET", ["me"]) => Reply::json(json!({ "key": number(&keys.caller().id) })),
            _ => Reply::error(404),
        }
    }

    fn error(&self, status: u16, message: &str) -> Value {
        json!({ "fault": format!("F{status}"), "detail": message })
    }

    fn samples(&self) -> Samples {
        Samples::default()
            .with_id(|number| (4700 + number).to_string())
            .with_scopes(["read", "write"])
            .with_option("rate", [10.into(), 20.into()])
            .with_option("burst", [40.into(), 80.into()])
            .with_secret(|canary| format!("acme_{canary}"))
    }
}

/// Lets a key expire when the call says.
fn expire(key: &mut FakeKey, call: &Call) {
    let at = call.form("expires").and_then(|at| at.parse().ok()).and_then(Timestamp::from_millis);
    key.expires_at = at.unwrap_or(key.expires_at);
}

/// The link to the next page. As at Acme, it has the vendor's own address, and omits the request's other
/// parameters.
fn next_link(cursor: &str) -> String {
    let cursor = cursor.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    let next = format!("<https://api.acme.example/2/keys?from={cursor}>; rel=\"next\"");
    format!("</2/keys>; rel=\"first\", {next}")
}

/// Acme's ids are numbers. The id of a key that does not exist may be any text.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| id.into(), Value::from)
}
