//! The spans that are a contract: one for each operation, one for each page of a listing.
//!
//! They are a test binary of their own, because the first subscriber has to come before the first span.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Once;

use futures_util::FutureExt;
use keyroster_core::{
    ApiKey, Capabilities, Container, ContainerPage, CreateKey, CreatedKey, Field as KeyField,
    Identification, KeyId, KeyProvider, ListKeys, Liveness, Page, PageRequest, Paging, Principal,
    Provider, ProviderId, ProviderInfo, Result, Revocation, RotateKey, Secret, UpdateKey,
    async_trait,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The fields of a span, its name and its level among them.
type Span = BTreeMap<&'static str, String>;

/// Keeps the spans of each thread, and with them those of each test.
struct Spans;

thread_local! {
    static SPANS: RefCell<Vec<Span>> = const { RefCell::new(Vec::new()) };
}

struct Fields<'a>(&'a mut Span);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").replace('"', ""));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let metadata = attributes.metadata();
        let mut span = Span::from([("span", metadata.name().to_owned())]);
        assert_eq!(*metadata.level(), Level::DEBUG);
        attributes.record(&mut Fields(&mut span));
        SPANS.with_borrow_mut(|spans| spans.push(span));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Runs something that needs no runtime, and returns its spans.
fn spans(run: impl FnOnce()) -> Vec<Span> {
    static SET: Once = Once::new();
    SET.call_once(|| tracing::subscriber::set_global_default(Spans).unwrap());
    SPANS.take();
    run();
    SPANS.take()
}

fn key(id: &str) -> ApiKey {
    ApiKey::new(ProviderId::from_static("made-up"), id)
}

/// A vendor with one project and one key, `k0`, that supports every operation.
#[derive(Debug)]
struct Vendor(ProviderInfo);

fn account() -> Provider {
    let capabilities = Capabilities::LIST_ONLY
        .with_get()
        .with_create(&[KeyField::Scopes])
        .with_update(&[KeyField::Name])
        .with_rotate(&[KeyField::KeepOld])
        .with_revoke()
        .with_whoami()
        .with_identify();
    let id = ProviderId::from_static("made-up");
    let docs = "https://made.example";
    let info = ProviderInfo::new(id, "Made up", docs, Paging::Single, capabilities);
    let info = info.with_containers("project", Paging::Single);
    Provider::new(Vendor(info)).with_account("prod")
}

#[async_trait]
impl KeyProvider for Vendor {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        Ok(Page::new(vec![key("k0")]))
    }

    async fn list_containers(&self, _: &PageRequest) -> Result<ContainerPage> {
        Ok(ContainerPage::new(vec![Container::new("project", "p1")]))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        Ok(key(id.as_str()))
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        Ok(CreatedKey::new(key(&request.name), Secret::from("fa4efa4e-new")))
    }

    async fn update(&self, id: &KeyId, _: &UpdateKey) -> Result<ApiKey> {
        Ok(key(id.as_str()))
    }

    async fn rotate(&self, id: &KeyId, _: &RotateKey) -> Result<CreatedKey> {
        Ok(CreatedKey::new(key(id.as_str()), Secret::from("fa4efa4e-newer")))
    }

    async fn revoke(&self, _: &KeyId) -> Result<Revocation> {
        Ok(Revocation::Revoked)
    }

    async fn whoami(&self) -> Result<Principal> {
        Ok(Principal::new())
    }

    async fn identify(&self, _: &Secret) -> Result<Identification> {
        Ok(Identification::new(Liveness::Live, Principal::new()))
    }
}

#[test]
fn every_operation_has_a_span_with_provider_account_and_operation() {
    let account = account();
    let id = KeyId::from("k0");
    let secret = Secret::from("fa4efa4e");
    let spans = spans(|| {
        let _ = account.page(&PageRequest::default()).now_or_never().unwrap().unwrap();
        let _ = account.get(&id).now_or_never().unwrap().unwrap();
        let _ = account.create(&CreateKey::new("x")).now_or_never().unwrap().unwrap();
        let _ = account.update(&id, &UpdateKey::new().name("y")).now_or_never().unwrap().unwrap();
        let _ = account.rotate(&id, &RotateKey::new()).now_or_never().unwrap().unwrap();
        let _ = account.revoke(&id).now_or_never().unwrap().unwrap();
        let _ = account.whoami().now_or_never().unwrap().unwrap();
        let _ = account.identify(&secret).now_or_never().unwrap().unwrap();
    });
    let operations: Vec<&str> = spans.iter().map(|span| span["operation"].as_str()).collect();
    assert_eq!(
        operations,
        ["list", "get", "create", "update", "rotate", "revoke", "whoami", "identify"]
    );
    for span in &spans {
        let names: Vec<&str> = span.keys().copied().collect();
        assert_eq!(names, ["account", "operation", "provider", "span"]);
        assert_eq!((span["span"].as_str(), span["account"].as_str()), ("keys.operation", "prod"));
        assert_eq!(span["provider"], "made-up");
    }
    assert!(!format!("{spans:?}").contains("fa4e"), "{spans:?}");
}

#[test]
fn a_listing_has_a_span_for_each_page_of_keys_and_of_containers() {
    let account = account();
    let spans = spans(|| {
        let _ = account.list(ListKeys::all()).now_or_never().unwrap().unwrap();
    });
    let [containers, page] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(containers["operation"], "list-containers");
    assert_eq!(containers["account"], "prod");
    assert_eq!(page["span"], "keys.list_page");
    assert_eq!((page["account"].as_str(), page["page"].as_str()), ("prod", "1"));
}
