//! What the handle adds to a provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use keyroster_core::{
    Capabilities, CreateKey, CreatedKey, Error, ErrorKind, Field, KeyId, KeyProvider, ListKeys,
    Operation, Page, PageRequest, Paging, Provider, ProviderId, ProviderInfo, Result, RotateKey,
    Secret, Timestamp, UpdateKey, async_trait,
};

use crate::support::vendor::{TEN, key, keys, slice, vendor};

#[test]
fn a_key_is_found_by_listing_where_the_vendor_cannot_look_it_up() {
    let all = keys(25);
    let provider = vendor(TEN, move |request, _| Page::new(slice(&all, request, 10)));
    let key = provider.get(&KeyId::from("k17")).now_or_never().unwrap().unwrap();
    assert_eq!(key.id.as_str(), "k17");
    let error = provider.get(&KeyId::from("k99")).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.operation(), Some(Operation::GetKey));
}

#[test]
fn what_is_not_declared_is_refused_by_name() {
    let provider = vendor(TEN, |_, _| Page::default()).with_account("made-up-prod");
    let id = KeyId::from("k1");
    let errors = [
        provider.create(&CreateKey::new("x")).now_or_never().unwrap().unwrap_err(),
        provider.update(&id, &UpdateKey::disabled(true)).now_or_never().unwrap().unwrap_err(),
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
fn an_error_can_be_kept_and_shown_again() {
    let provider = vendor(TEN, |_, _| Page::default());
    let error = provider.revoke(&KeyId::from("k1")).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.clone().to_string(), error.to_string());
}

/// A vendor that gives its one key a new secret in place, and whose answer to that may get lost.
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

#[test]
fn a_rotated_key_comes_with_its_record_and_a_lost_one_with_advice() {
    let can = Capabilities::LIST_ONLY.with_rotate(&[Field::Overlap]);
    let id = ProviderId::from_static("made-up");
    let info = ProviderInfo::new(id, "Made up", "https://made.example", Paging::Single, can);
    let rotate = |lost| {
        let provider = Provider::new(Rotating { info: info.clone(), lost });
        let mut request = RotateKey::default();
        request.old_works_until = Timestamp::from_seconds(4_000_000_000);
        provider.rotate(&KeyId::from("k0"), &request).now_or_never().unwrap()
    };
    let rotated = rotate(false).unwrap();
    assert!(rotated.complete && rotated.secret.expose() == "fa4efa4e-new", "{rotated:?}");
    let error = rotate(true).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Indeterminate, Some(Operation::RotateKey))
    );
    assert!(error.help().contains("rotate the key again"), "{error}");
    assert!(error.orphan().is_none(), "no key was made");

    let provider = Provider::new(Rotating { info, lost: false });
    let mut request = RotateKey::default();
    request.expires_at = Timestamp::from_seconds(4_000_000_000);
    let refused = provider.check_rotate(&request).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported, "{refused}");
    let mut request = RotateKey::default();
    request.old_works_until = Timestamp::from_seconds(1);
    let refused = provider.check_rotate(&request).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest, "{refused}");
}

#[test]
fn a_shared_implementation_is_the_same_behind_each_handle() {
    let (id, can) = (ProviderId::from_static("counting"), Capabilities::LIST_ONLY);
    let info = ProviderInfo::new(id, "Counting", "https://c.example", Paging::Single, can);
    let shared: Arc<dyn KeyProvider> = Arc::new(Counting(info, AtomicUsize::new(0)));
    let one = Provider::from_arc(Arc::clone(&shared)).with_account("one");
    let other = Provider::from_arc(shared);
    for provider in [&one, &other] {
        provider.list(ListKeys::all()).now_or_never().unwrap().unwrap();
    }
    assert_eq!((one.account(), other.account()), (Some("one"), None));
    let asked = |provider: &Provider| {
        provider.downcast_ref::<Counting>().map(|it| it.1.load(Ordering::Relaxed))
    };
    assert_eq!((asked(&one), asked(&other)), (Some(2), Some(2)));
}

/// A vendor that counts how often it is asked.
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
