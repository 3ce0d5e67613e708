//! The harness of a vendor that is imitated over HTTP on loopback.

use std::sync::{Arc, Weak};

use keyroster_core::{Error, ErrorKind, KeyId, Provider, Result};
use serde_json::Value;

use super::call::Call;
use super::reply::{Body, Reply};
use super::server::{Server, Wire};
use super::vendor_api::{HttpAccount, VendorApi};
use crate::fake::{FakeContainer, FakeKey, FakeVendor, Fault};
use crate::harness::Harness;
use crate::json;
use crate::samples::Samples;

/// The JSON of a proxy that knows nothing about the vendor's keys.
const FOREIGN: &str = r#"{"zz_proxy":{"rule":7,"said":"not on this route"}}"#;

/// The harness of a vendor that is asked over HTTP.
#[derive(Debug)]
pub(crate) struct Loopback<A>(Arc<A>);

impl<A: VendorApi> Loopback<A> {
    pub(crate) fn new(api: A) -> Self {
        Self(Arc::new(api))
    }
}

impl<A: VendorApi> Harness for Loopback<A> {
    fn provider(&self, vendor: Arc<FakeVendor>) -> Result<Provider> {
        let api = Arc::clone(&self.0);
        let weak = Arc::downgrade(&vendor);
        let server = Server::start(Arc::new(move |call: &Call| answer(&*api, &weak, call)));
        let server = server.map_err(|error| {
            Error::new(ErrorKind::Configuration, format!("cannot start a server: {error}"))
        })?;
        let account = HttpAccount { base_url: server.url(), secret: vendor.secret() };
        vendor.attach(server);
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

    fn bad_credential_status(&self) -> u16 {
        self.0.bad_credential().status
    }

    fn imitates_faults(&self) -> bool {
        true
    }

    fn speaks_http(&self) -> bool {
        true
    }
}

/// Answers a call, with the fault of the scenario if there is one.
fn answer(api: &impl VendorApi, vendor: &Weak<FakeVendor>, call: &Call) -> Option<Wire> {
    let vendor = vendor.upgrade()?;
    let (reply, fault) = vendor.perform(call.line(), call.target.clone(), |keys| {
        if !FakeVendor::authenticate(keys, |secret| api.authenticates(call, secret)) {
            return api.bad_credential();
        }
        let reply = api.answer(call, keys);
        if keys.lacks_container() { api.unknown_container() } else { reply }
    });
    let write = |reply: &Reply| wire(api, reply, vendor.reversed());
    // An empty response if the call was not carried out.
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
        Some(Fault::Foreign(status)) => page(status, "application/json", FOREIGN),
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
            json::to_text(value, reversed)
        }
        Body::Text(text) => text.clone(),
        Body::Error => {
            typed("application/json");
            json::to_text(&api.error(reply.status, "refused by the imitated vendor"), reversed)
        }
    };
    Wire { status: reply.status, headers, body: body.into_bytes(), broken_off: false }
}
