//! What the handle adds to a provider.

use futures_util::FutureExt;
use keyroster_core::{CreateKey, ErrorKind, KeyId, Operation, Page, Secret, UpdateKey};

use crate::vendor::{TEN, keys, slice, vendor};

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
