//! An imitated Acme: its routes and its JSON.

use keyroster_core::{Provider, Result};
use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, VendorApi};
use provider_acme::Acme;
use serde_json::{Value, json};

pub(crate) struct AcmeApi;

impl VendorApi for AcmeApi {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        let builder = Acme::builder().admin_key(account.secret()).http(account.options());
        Ok(Provider::new(builder.build()?))
    }

    /// Every field that the vendor documents.
    fn row(&self, key: &FakeKey) -> Value {
        json!({ "id": key.id, "name": key.name })
    }

    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["keys"]) => {
                // If lists omit keys unless asked: `keys.hide(|key| key.disabled && …)`.
                let page = keys.by_cursor(call.query("after"));
                Reply::json(json!({ "data": page.rows, "next": page.next }))
            }
            _ => Reply::error(404),
        }
    }

    /// An error in the vendor's JSON.
    fn error(&self, status: u16, message: &str) -> Value {
        json!({ "error": { "code": status, "message": message } })
    }
}
