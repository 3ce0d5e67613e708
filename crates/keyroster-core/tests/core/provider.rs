//! What `Provider` adds to a vendor's implementation.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use keyroster_core::{
    Access, Amount, Capabilities, Change, CreateKey, CreatedKey, Error, ErrorKind, Field, KeyId,
    KeyProvider, ListKeys, Operation, Page, PageRequest, Paging, Provider, ProviderId,
    ProviderInfo, Reset, Result, RotateKey, Secret, Timestamp, Unit, UpdateKey, async_trait,
};

use crate::support::vendor::{TEN, key, keys, slice, vendor};

#[test]
fn get_lists_if_the_vendor_has_no_lookup() {
    let all = keys(25);
    let provider = vendor(TEN, move |request, _| Page::new(slice(&all, request, 10)));
    let key = provider.get(&KeyId::from("k17")).now_or_never().unwrap().unwrap();
    assert_eq!(key.id.as_str(), "k17");
    let error = provider.get(&KeyId::from("k99")).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.operation(), Some(Operation::GetKey));
}

#[test]
fn undeclared_operations_are_refused() {
    let provider = vendor(TEN, |_, _| Page::default()).with_account("made-up-prod");
    let id = KeyId::from("k1");
    let errors = [
        provider.create(&CreateKey::new("x")).now_or_never().unwrap().unwrap_err(),
        provider.update(&id, &UpdateKey::new().disabled(true)).now_or_never().unwrap().unwrap_err(),
        provider.rotate(&id, &RotateKey::default()).now_or_never().unwrap().unwrap_err(),
        provider.revoke(&id).now_or_never().unwrap().unwrap_err(),
        provider.whoami().now_or_never().unwrap().unwrap_err(),
        provider.identify(&Secret::from("x")).now_or_never().unwrap().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let message = error.to_string();
        assert!(message.starts_with("made-up, account `made-up-prod`: cannot "), "{message}");
    }
}

#[test]
fn errors_can_be_cloned() {
    let provider = vendor(TEN, |_, _| Page::default());
    let error = provider.revoke(&KeyId::from("k1")).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.clone().to_string(), error.to_string());
}

/// A vendor that rotates its one key. The response to that may be lost.
#[derive(Debug)]
struct Rotating {
    info: ProviderInfo,
    lost: bool,
}

#[async_trait]
impl KeyProvider for Rotating {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        Ok(Page::new(keys(1)))
    }

    async fn rotate(&self, id: &KeyId, _: &RotateKey) -> Result<CreatedKey> {
        if self.lost {
            return Err(Error::new(ErrorKind::Indeterminate, "no answer"));
        }
        Ok(CreatedKey::without_record(key(id.as_str()), Secret::from("fa4efa4e-new")))
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

#[test]
fn a_rotated_key_has_its_record_and_a_lost_one_has_help() {
    let can = Capabilities::LIST_ONLY.with_rotate(&[Field::KeepOld]);
    let id = ProviderId::from_static("made-up");
    let info = ProviderInfo::new(id, "Made up", "https://made.example", Paging::Single, can);
    let rotate = |lost| {
        let provider = Provider::new(Rotating { info: info.clone(), lost });
        let request = RotateKey::new().keep_old_until(at(4_000_000_000));
        provider.rotate(&KeyId::from("k0"), &request).now_or_never().unwrap()
    };
    let rotated = rotate(false).unwrap();
    assert!(rotated.complete && rotated.secret.expose() == "fa4efa4e-new", "{rotated:?}");
    let error = rotate(true).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Indeterminate, Some(Operation::RotateKey))
    );
    assert!(error.help().contains("rotate the key once more"), "{error}");
    assert!(error.orphan().is_none(), "no key was made");

    let provider = Provider::new(Rotating { info, lost: false });
    let request = RotateKey::new().expires_at(at(4_000_000_000));
    let refused = provider.check_rotate(&request).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported, "{refused}");
    let request = RotateKey::new().keep_old_until(at(1));
    let refused = provider.check_rotate(&request).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest, "{refused}");
}

#[test]
fn providers_can_share_an_implementation() {
    let (id, can) = (ProviderId::from_static("counting"), Capabilities::LIST_ONLY);
    let info = ProviderInfo::new(id, "Counting", "https://c.example", Paging::Single, can);
    let shared: Arc<dyn KeyProvider> = Arc::new(Counting(info, AtomicUsize::new(0)));
    let one = Provider::from_arc(Arc::clone(&shared)).with_account("one");
    let other = Provider::from_arc(shared);
    for provider in [&one, &other] {
        assert_eq!(provider.list(ListKeys::all()).now_or_never().unwrap().unwrap().keys, []);
    }
    assert_eq!((one.account(), other.account()), (Some("one"), None));
    let asked = |provider: &Provider| {
        provider.downcast_ref::<Counting>().map(|it| it.1.load(Ordering::Relaxed))
    };
    assert_eq!((asked(&one), asked(&other)), (Some(2), Some(2)));
    // Without the account's name, it is the same implementation.
    assert_eq!(asked(&Provider::from_arc(one.into_inner())), Some(2));
}

/// A vendor that counts its requests.
#[derive(Debug)]
struct Counting(ProviderInfo, AtomicUsize);

#[async_trait]
impl KeyProvider for Counting {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(Page::default())
    }
}

/// A decorator that counts the requested pages.
#[derive(Debug)]
struct Counted {
    inner: Arc<dyn KeyProvider>,
    pages: AtomicUsize,
}

#[async_trait]
impl KeyProvider for Counted {
    fn info(&self) -> &ProviderInfo {
        self.inner.info()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.inner.list_page(request).await
    }
}

#[test]
fn a_wrapped_provider_keeps_its_name_and_can_be_unwrapped() {
    let (id, can) = (ProviderId::from_static("counting"), Capabilities::LIST_ONLY);
    let info = ProviderInfo::new(id, "Counting", "https://c.example", Paging::Single, can);
    let account = Provider::new(Counting(info, AtomicUsize::new(0))).with_account("prod");
    let account = account.wrap(|inner| Counted { inner, pages: AtomicUsize::new(0) });
    assert_eq!(account.account(), Some("prod"));
    assert_eq!(account.list(ListKeys::all()).now_or_never().unwrap().unwrap().keys, []);
    let counted: &Counted = account.downcast_ref().unwrap();
    assert_eq!(counted.pages.load(Ordering::Relaxed), 1);
    let inner: &dyn Any = &*counted.inner;
    assert!(inner.downcast_ref::<Counting>().is_some());
    assert!(account.downcast_ref::<Counting>().is_none());
}

#[test]
fn requests_are_built_from_bare_names() {
    let limit = Amount::new(25, Unit::USD);
    let create = CreateKey::new("ci")
        .access(Access::scoped(["keys:read"]))
        .limit(limit.clone())
        .reset(Reset::Monthly)
        .expires_at(at(4_000_000_000))
        .container("w1")
        .owner("u1")
        .extra("note", "x");
    assert_eq!(create.limit.as_ref(), Some(&limit));
    assert_eq!(create.extras.get("note"), Some(&"x".into()));
    let update = UpdateKey::new().limit(limit.clone()).reset(Change::Clear).expires_at(at(1));
    assert_eq!((update.limit, update.reset), (Change::Set(limit), Change::Clear));
    assert!(UpdateKey::new().is_empty() && !UpdateKey::new().disabled(false).is_empty());
    assert_eq!(ListKeys::all().container("w1").container.as_deref(), Some("w1"));
}
