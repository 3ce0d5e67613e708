//! The operations on a key through the handle, each compared with the sandbox, and what is refused before anything
//! is sent.

mod openrouter;
mod pinata;

use keyroster::pinata::Generation;
use keyroster::{
    Access, Amount, Change, CreateKey, Error, ErrorKind, KeyId, KeyProvider, Provider, Reset,
    Revocation, Timestamp, Unit, UpdateKey,
};
use keyroster_sandbox::{PinataQuirks, RevokeAnswer, Sandbox};
use serde_json::Value;

/// The vendor's record of a key; none if it is gone.
fn row(sandbox: &Sandbox, vendor: &str, id: &KeyId) -> Option<Value> {
    let truth = sandbox.truth();
    let rows = truth[vendor].as_array().unwrap();
    rows.iter().find(|row| row["hash"] == id.as_str() || row["key"] == id.as_str()).cloned()
}

/// Parses an instant or an amount.
fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn usd(amount: &str) -> Amount {
    Amount::new(parse::<keyroster::Decimal>(amount), Unit::USD)
}

fn creating(change: impl FnOnce(&mut CreateKey)) -> CreateKey {
    let mut request = CreateKey::new("never-made");
    change(&mut request);
    request
}

fn changing(change: impl FnOnce(&mut UpdateKey)) -> UpdateKey {
    let mut update = UpdateKey::default();
    change(&mut update);
    update
}

fn past() -> Timestamp {
    parse("2020-01-01T00:00:00Z")
}

fn future() -> Timestamp {
    parse("2099-12-31T23:59:59Z")
}

/// Asserts that the error has this kind, contains these words, and says what to do.
fn assert_says(error: &Error, kind: ErrorKind, words: &[&str]) {
    let message = format!("{error}\nhint: {}", error.help());
    assert_eq!(error.kind(), kind, "{message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
    assert!(!error.help().is_empty() && message.lines().count() == 2, "{message}");
    assert!(error.provider().is_some() && error.operation().is_some(), "{message}");
}

#[tokio::test]
async fn unsupported_fields_are_refused_before_any_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let (pinata, openrouter) =
        (crate::support::pinata(&sandbox), crate::support::openrouter(&sandbox));
    let admin = |change: &dyn Fn(&mut CreateKey)| {
        creating(|it| {
            it.access = Access::Admin;
            change(it);
        })
    };
    for (provider, request, field) in [
        (&pinata, admin(&|it| it.expires_at = Some(future())), "expiry"),
        (&pinata, admin(&|it| it.limit = Some(usd("5"))), "USD"),
        (&pinata, admin(&|it| it.container = Some("w".to_owned())), "container"),
        (&pinata, admin(&|it| it.owner = Some("u".to_owned())), "owner"),
        (&pinata, admin(&|it| it.extras.insert("plan", "x".into())), "plan"),
        (&openrouter, admin(&|_| {}), "admin"),
        (&openrouter, creating(|it| it.access = Access::scoped(["inference"])), "scopes"),
        (&openrouter, creating(|it| it.limit = Some(Amount::new(5, Unit::REQUESTS))), "requests"),
    ] {
        let error = provider.create(&request).await.unwrap_err();
        assert_says(&error, ErrorKind::Unsupported, &[field, "nothing was sent"]);
    }
    let legacy = creating(|it| it.access = Access::scoped(["org:files:read"]));
    let error = pinata.create(&legacy).await.unwrap_err();
    assert_says(&error, ErrorKind::Unsupported, &["org:files:read", "v3"]);

    let id = KeyId::from("any");
    for change in [UpdateKey::new().disabled(true), changing(|it| it.name = Some("x".to_owned()))] {
        let error = pinata.update(&id, &change).await.unwrap_err();
        assert_says(&error, ErrorKind::Unsupported, &["does not support"]);
    }
    for change in [
        changing(|it| it.expires_at = Change::Set(future())),
        changing(|it| it.expires_at = Change::Clear),
        changing(|it| it.access = Some(Access::Admin)),
        changing(|it| it.limit = Change::Set(Amount::new(5, Unit::REQUESTS))),
    ] {
        let error = openrouter.update(&id, &change).await.unwrap_err();
        assert_says(&error, ErrorKind::Unsupported, &["does not support", "nothing was sent"]);
    }
    assert_eq!(sandbox.requests(), []);
}

#[tokio::test]
async fn bad_input_is_named_and_changes_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let (pinata, openrouter) =
        (crate::support::pinata(&sandbox), crate::support::openrouter(&sandbox));
    let before = sandbox.truth();
    let invalid = ErrorKind::InvalidRequest;
    let named = |name: &str| creating(|it| it.name = name.to_owned());
    let limited = |limit: &str| creating(|it| it.limit = Some(usd(limit)));
    let uses = |uses: &str| {
        creating(|it| {
            it.access = Access::Admin;
            it.limit = Some(Amount::new(parse::<keyroster::Decimal>(uses), Unit::REQUESTS));
        })
    };
    let scoped = |scope: &str| creating(|it| it.access = Access::scoped([scope]));
    let long = "é".repeat(257);
    for (provider, request, words) in [
        (&pinata, named(""), &["the name is empty", "set a name"][..]),
        (&openrouter, named(" \t"), &["the name is empty", "set a name"]),
        (&openrouter, named(&long), &["257", "256"]),
        (&openrouter, limited("-0.01"), &["-0.01", "negative"]),
        (&openrouter, limited("1000000"), &["1000000", "below"]),
        (&pinata, uses("-1"), &["-1", "negative"]),
        (&pinata, uses("0"), &["positive whole number"]),
        (&pinata, uses("1.5"), &["1.5", "whole number"]),
        (&pinata, scoped("pinning:pinFileToIpfs"), &["Ipfs`", "mean `pinning:pinFileToIPFS`"]),
        (&pinata, scoped("pinlist"), &["`pinlist`", "mean `data:pinList`"]),
        (&pinata, creating(|it| it.access = Access::scoped::<&str>([])), &["at least one scope"]),
        (&pinata, creating(|_| {}), &["no scopes"]),
        (&openrouter, creating(|it| it.expires_at = Some(past())), &["expiry is in the past"]),
        (&pinata, creating(|it| it.expires_at = Some(past())), &["expiry is in the past"]),
        (&openrouter, creating(|it| it.reset = Some(Reset::Daily)), &["reset", "needs a limit"]),
    ] {
        let error = provider.create(&request).await.unwrap_err();
        assert_says(&error, invalid, words);
    }
    let id = KeyId::from("any");
    for (change, words) in [
        (UpdateKey::default(), &["nothing is to be changed"][..]),
        (changing(|it| it.name = Some(String::new())), &["the name is empty"]),
        (changing(|it| it.name = Some(long.clone())), &["257", "256"]),
        (changing(|it| it.limit = Change::Set(usd("-5"))), &["-5 USD", "negative"]),
    ] {
        let error = openrouter.update(&id, &change).await.unwrap_err();
        assert_says(&error, invalid, words);
    }
    for id in ["", ".", ".."] {
        let error = openrouter.revoke(&KeyId::from(id)).await.unwrap_err();
        assert_says(&error, invalid, &["not a valid identifier"]);
    }
    assert_eq!(sandbox.requests(), [], "all of that is refused before anything is sent");

    // Only the vendor can know this.
    let elsewhere = "00000000-0000-4000-8000-000000000000".to_owned();
    let request = creating(|it| it.container = Some(elsewhere));
    let error = openrouter.create(&request).await.unwrap_err();
    assert_says(&error, invalid, &["status 400"]);
    assert_eq!(sandbox.truth(), before);
}

#[tokio::test]
async fn an_unknown_key_is_not_found_and_nothing_changes() {
    let quirks = PinataQuirks::with(|it| it.v3_revoke_unknown = RevokeAnswer::NotFound);
    let sandbox = Sandbox::builder().pinata_quirks(quirks).start().await.unwrap();
    let pinata = crate::support::pinata_of(&sandbox, Generation::V3);
    let openrouter = crate::support::openrouter(&sandbox);
    let before = sandbox.truth();
    for provider in [&pinata, &openrouter] {
        for id in ["no-such-key", "a/b?c=d", &"0e".repeat(32)] {
            let id = KeyId::from(id);
            let error = provider.get(&id).await.unwrap_err();
            assert_says(&error, ErrorKind::NotFound, &["list the keys again"]);
            assert_eq!(provider.revoke(&id).await.unwrap(), Revocation::AlreadyGone);
        }
    }
    let error = openrouter.update(&KeyId::from("none"), &UpdateKey::new().disabled(true)).await;
    assert_says(&error.unwrap_err(), ErrorKind::NotFound, &["list the keys again"]);
    assert_eq!(sandbox.truth(), before);
}

/// Uses `downcast_ref` to get the vendor's own type behind the handle.
#[tokio::test]
async fn a_page_beyond_the_end_is_empty() {
    let sandbox = Sandbox::start().await.unwrap();
    let openrouter: Provider = crate::support::openrouter(&sandbox);
    let own = openrouter.downcast_ref::<keyroster::openrouter::OpenRouter>().unwrap();
    let beyond = keyroster::PageRequest::new(keyroster::PageStart::Offset(10_000));
    assert_eq!(own.list_page(&beyond).await.unwrap().keys, []);
}
