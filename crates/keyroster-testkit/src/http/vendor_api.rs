//! What the author of an HTTP provider declares about the vendor's API.

use std::time::Duration;

use keyroster_core::{KeyId, Provider, Result, Secret};
use keyroster_http::{HttpOptions, RetryPolicy};
use serde_json::{Value, json};

use super::call::Call;
use super::reply::Reply;
use crate::fake::{FakeContainer, FakeKey, Keys};
use crate::samples::Samples;

/// The part of a vendor's key-management API that its provider uses.
///
/// The suite stores the keys, checks the credential, pages, injects faults and records calls. This trait
/// declares the vendor's routes and the JSON of their responses.
///
/// ```no_run
/// use keyroster_core::{Provider, Result};
/// use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, VendorApi};
/// use serde_json::{Value, json};
///
/// struct Acme;
///
/// impl VendorApi for Acme {
///     fn provider(&self, account: &HttpAccount) -> Result<Provider> {
///         # let _ = account;
///         # unreachable!()
///         // Ok(Provider::new(Acme::builder().key(account.secret()).http(account.options()).build()?))
///     }
///
///     fn row(&self, key: &FakeKey) -> Value {
///         json!({ "id": key.id, "name": key.name, "created_at": key.created_at, "role": "owner" })
///     }
///
///     fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
///         match (call.method(), &call.segments()[..]) {
///             ("GET", ["keys"]) => {
///                 let page = keys.by_cursor(call.query("cursor"));
///                 Reply::json(json!({ "data": page.rows, "next": page.next }))
///             }
///             ("DELETE", ["keys", id]) if keys.delete(id) => Reply::text("").with_status(204),
///             _ => Reply::error(404),
///         }
///     }
/// }
/// ```
pub trait VendorApi: Send + Sync + 'static {
    /// Builds the provider of this account.
    fn provider(&self, account: &HttpAccount) -> Result<Provider>;

    /// A key in the vendor's JSON, with every field that the provider reads.
    fn row(&self, key: &FakeKey) -> Value;

    /// Answers a call.
    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply;

    /// A container in the vendor's JSON.
    fn container(&self, container: &FakeContainer) -> Value {
        let _ = container;
        Value::Null
    }

    /// An error in the vendor's JSON.
    fn error(&self, status: u16, message: &str) -> Value {
        json!({ "error": { "code": status, "message": message } })
    }

    /// Whether a call carries this secret as its credential. By default, it does if a header contains it. A
    /// vendor with Basic authentication has to decode the header first.
    fn authenticates(&self, call: &Call, secret: &str) -> bool {
        call.headers.values().any(|value| value.contains(secret))
    }

    /// The answer to a call whose credential the vendor does not know. Some vendors always say 403.
    fn bad_credential(&self) -> Reply {
        Reply::error(401)
    }

    /// The answer to a list of the keys of a container that does not exist any more.
    fn unknown_container(&self) -> Reply {
        Reply::error(404)
    }

    /// The id by which the provider's operations select a key, if that is not [`FakeKey::id`].
    fn key_id(&self, key: &FakeKey) -> KeyId {
        KeyId::from(key.id.as_str())
    }

    /// The values that scenarios use.
    fn samples(&self) -> Samples {
        Samples::default()
    }
}

/// An account at an imitated vendor.
///
/// ```
/// use keyroster_core::Result;
/// use keyroster_http::{Credential, HttpClient, Limits};
/// use keyroster_testkit::HttpAccount;
///
/// fn client(account: &HttpAccount) -> Result<HttpClient> {
///     let credential = Credential::bearer(&account.secret())?;
///     account.options().client(credential, "https://api.acme.example", Limits::none())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct HttpAccount {
    pub(super) base_url: String,
    pub(super) secret: Secret,
}

impl HttpAccount {
    /// The base URL of the vendor's API, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The secret of the account's credential.
    #[must_use]
    pub fn secret(&self) -> Secret {
        self.secret.clone()
    }

    /// HTTP options with the base URL, and three attempts with a short wait between them.
    pub fn options(&self) -> HttpOptions {
        let retry = RetryPolicy::default()
            .with_max_attempts(3)
            .with_base(Duration::from_millis(1))
            .with_deadline(Duration::from_secs(20));
        HttpOptions::default().base_url(self.base_url.as_str()).retry(retry)
    }
}
