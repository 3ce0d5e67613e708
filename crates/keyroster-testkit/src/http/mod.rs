//! An imitated vendor over HTTP on loopback.

mod call;
mod cassette;
mod record;
mod reply;
mod safety;
mod script;
pub(crate) mod server;

use std::sync::{Arc, Weak};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, KeyId, KeyProvider, Result, Secret};
use keyroster_http::{HttpOptions, RetryPolicy};
use serde_json::{Value, json};

pub use call::Call;
pub use cassette::Cassette;
pub use record::Recorder;
use reply::Body;
pub use reply::Reply;
pub use safety::cassette_complaints;
pub use script::{Expected, Script, ScriptServer};
use server::{Server, Wire};

use crate::{FakeContainer, FakeKey, FakeVendor, Fault, Harness, Keys, Samples, mutate};

/// How a vendor's key-management API answers over HTTP, as far as its provider asks.
///
/// The suite keeps the keys, checks the credential, pages, goes wrong on purpose and watches; this trait
/// tells where the vendor's routes are and how it wraps what they answer.
///
/// ```no_run
/// use keyroster_core::{KeyProvider, Result};
/// use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, VendorApi};
/// use serde_json::{Value, json};
///
/// struct Acme;
///
/// impl VendorApi for Acme {
///     fn provider(&self, account: &HttpAccount) -> Result<Box<dyn KeyProvider>> {
///         # let _ = account;
///         # unreachable!()
///         // Ok(Box::new(Acme::builder().key(account.secret()).http(account.options()).build()?))
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
    /// The provider, as this account.
    fn provider(&self, account: &HttpAccount) -> Result<Box<dyn KeyProvider>>;

    /// A key as the vendor shows it, with every field that the provider reads.
    fn row(&self, key: &FakeKey) -> Value;

    /// What the vendor answers to a call.
    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply;

    /// A container as the vendor shows it.
    fn container(&self, container: &FakeContainer) -> Value {
        let _ = container;
        Value::Null
    }

    /// An error in the vendor's own words.
    fn error(&self, status: u16, message: &str) -> Value {
        json!({ "error": { "code": status, "message": message } })
    }

    /// Whether a call carries this secret as its credential. Without a say, it does if a header holds it;
    /// a vendor that takes Basic authentication decodes it first.
    fn authenticates(&self, call: &Call, secret: &str) -> bool {
        call.headers.values().any(|value| value.contains(secret))
    }

    /// What the provider's operations name a key by, where that is not the key's own id.
    fn key_id(&self, key: &FakeKey) -> KeyId {
        KeyId::from(key.id.as_str())
    }

    /// What scenarios ask for.
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
    base_url: String,
    secret: Secret,
}

impl HttpAccount {
    /// The address of the vendor's API, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The secret of the account's credential.
    #[must_use]
    pub fn secret(&self) -> Secret {
        self.secret.clone()
    }

    /// That address, three attempts, and hardly a wait between them.
    pub fn options(&self) -> HttpOptions {
        let retry = RetryPolicy::default()
            .with_max_attempts(3)
            .with_base(Duration::from_millis(1))
            .with_deadline(Duration::from_secs(20));
        HttpOptions::default().base_url(self.base_url.as_str()).retry(retry)
    }
}

/// The harness of a vendor that is asked over HTTP.
#[derive(Debug)]
pub(crate) struct Loopback<A>(Arc<A>);

impl<A: VendorApi> Loopback<A> {
    pub(crate) fn new(api: A) -> Self {
        Self(Arc::new(api))
    }
}

impl<A: VendorApi> Harness for Loopback<A> {
    fn provider(&self, vendor: Arc<FakeVendor>) -> Result<Box<dyn KeyProvider>> {
        let (api, weak) = (Arc::clone(&self.0), Arc::downgrade(&vendor));
        let server = Server::start(Arc::new(move |call: &Call| answer(&*api, &weak, call)));
        let server = server.map_err(|error| {
            Error::new(ErrorKind::Configuration, format!("no server can start: {error}"))
        })?;
        let account = HttpAccount { base_url: server.url(), secret: vendor.secret() };
        vendor.keep(server);
        self.0.provider(&account)
    }

    fn row(&self, key: &FakeKey) -> Value {
        self.0.row(key)
    }

    fn container(&self, container: &FakeContainer) -> Value {
        self.0.container(container)
    }

    fn key_id(&self, key: &FakeKey) -> KeyId {
        self.0.key_id(key)
    }

    fn samples(&self) -> Samples {
        self.0.samples()
    }

    fn imitates_faults(&self) -> bool {
        true
    }

    fn speaks_http(&self) -> bool {
        true
    }
}

/// The answer to a call, after the suite has had its way with it.
fn answer(api: &impl VendorApi, vendor: &Weak<FakeVendor>, call: &Call) -> Option<Wire> {
    let vendor = vendor.upgrade()?;
    let (reply, fault) = vendor.perform(call.line(), call.target.clone(), |keys| {
        if !FakeVendor::authenticate(keys, |secret| api.authenticates(call, secret)) {
            return Reply::error(401);
        }
        api.answer(call, keys)
    });
    let write = |reply: &Reply| wire(api, reply, vendor.reversed());
    // What was not carried out would have been answered so.
    let whole = || reply.as_ref().map(write).unwrap_or_default();
    let refusal = |status: u16| write(&Reply::error(status));
    let page = |status: u16, kind: &str, body: &str| Wire {
        status,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec(),
        broken_off: false,
    };
    Some(match fault {
        None => whole(),
        Some(Fault::Status(status)) => refusal(status),
        Some(Fault::Throttled(wait)) => {
            let mut wire = refusal(429);
            wire.headers.push(("retry-after".to_owned(), wait.as_secs().to_string()));
            wire
        }
        Some(Fault::Echo(status, secret)) => {
            let said = call.header("authorization").unwrap_or_default();
            let message = format!("`{said}` of {} may not read {secret}", vendor.secret().expose());
            let body = api.error(status, &message);
            write(&Reply::json(body).with_status(status))
        }
        Some(Fault::Cut) => return None,
        Some(Fault::BrokenOff) => Wire { broken_off: true, ..whole() },
        Some(Fault::Html(status)) => {
            let html = "<!doctype html><title>Sign in</title><p>Sign in.";
            page(status, "text/html; charset=utf-8", html)
        }
        Some(Fault::Empty) => page(200, "application/json", ""),
        Some(Fault::HalfJson) => {
            let mut wire = whole();
            wire.body.truncate(wire.body.len() / 2);
            wire
        }
        Some(Fault::Json(body)) => page(200, "application/json", &body),
    })
}

fn wire(api: &impl VendorApi, reply: &Reply, reversed: bool) -> Wire {
    let mut headers = reply.headers.clone();
    let mut typed = |kind: &str| {
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("content-type".to_owned(), kind.to_owned()));
        }
    };
    let body = match &reply.body {
        Body::Json(value) => {
            typed("application/json");
            mutate::write(value, reversed)
        }
        Body::Text(text) => text.clone(),
        Body::Error => {
            typed("application/json");
            mutate::write(&api.error(reply.status, "the imitated vendor refuses"), reversed)
        }
    };
    Wire { status: reply.status, headers, body: body.into_bytes(), broken_off: false }
}
