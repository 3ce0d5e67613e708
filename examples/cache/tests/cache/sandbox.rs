//! Around an account that a registry built, at a made-up vendor that counts its requests.

use std::time::Duration;

use cache::Cached;
use keyroster::{Access, CreateKey, ListKeys, Provider, Settings};
use keyroster_sandbox::Sandbox;

const LONG: Duration = Duration::from_hours(1);

fn account(sandbox: &Sandbox, time_to_live: Duration) -> Provider {
    let access = sandbox.pinata();
    let settings = Settings::new().with("jwt", access.jwt).with("base-url", access.base_url);
    let account = keyroster::registry().build("pinata", &settings).unwrap();
    account.with_account("prod").wrap(|inner| Cached::new(inner, time_to_live))
}

#[tokio::test]
async fn a_second_listing_asks_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let account = account(&sandbox, LONG);
    assert_eq!(account.account(), Some("prod"), "a wrapped account keeps its name");

    let first = account.list(ListKeys::all()).await.unwrap();
    let asked = sandbox.requests().len();
    let second = account.list(ListKeys::all()).await.unwrap();

    assert_eq!(second, first);
    assert_eq!(sandbox.requests().len(), asked);
}

#[tokio::test]
async fn answers_expire() {
    let sandbox = Sandbox::start().await.unwrap();
    let account = account(&sandbox, Duration::ZERO);

    let first = account.list(ListKeys::all()).await.unwrap();
    let asked = sandbox.requests().len();
    let second = account.list(ListKeys::all()).await.unwrap();

    assert_eq!(second, first);
    assert!(sandbox.requests().len() > asked);
}

#[tokio::test]
async fn a_change_is_seen_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let account = account(&sandbox, LONG);
    let before = account.list(ListKeys::all()).await.unwrap();

    let request = CreateKey::new("ci").access(Access::scoped(["data:pinList"]));
    let created = account.create(&request).await.unwrap();

    let after = account.list(ListKeys::all()).await.unwrap();
    assert_eq!(after.keys.len(), before.keys.len() + 1);
    assert!(after.keys.iter().any(|key| key.id == created.key.id));
}
