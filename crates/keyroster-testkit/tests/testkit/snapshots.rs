//! Snapshots of records are canonical, and redact only what the test names.

use keyroster_core::{Amount, ApiKey, Container, ProviderId, Unit, Usage};
use keyroster_testkit::{assert_keys_snapshot, keys_snapshot};
use serde_json::json;

fn keys() -> Vec<ApiKey> {
    let key = |id: &str| ApiKey::new(ProviderId::from_static("acme"), id);
    let mut second = key("k-2");
    second.container = Some(Container::new("project", "p-1"));
    second.created_at = "2026-01-01T00:00:00Z".parse().ok();
    let mut usage = Usage::new("requests");
    usage.total = Some(Amount::new(7, Unit::REQUESTS));
    second.usage = vec![usage];
    second.extras.insert("plan", json!({"tier": 2, "name": "team", "notes": []}));
    vec![second, key("k-1")]
}

#[test]
fn records_are_sorted_canonical_and_redacted() {
    let redacted = ["created_at", "usage.total", "quota.used"];
    assert_keys_snapshot!("records", keys(), redact = ["created_at", "usage.total", "quota.used"]);
    let mut backwards = keys();
    backwards.reverse();
    assert_eq!(keys_snapshot(&keys(), &redacted), keys_snapshot(&backwards, &redacted));
}

#[tokio::test]
async fn records_may_be_awaited() {
    let list = async || -> keyroster_core::Result<Vec<ApiKey>> { Ok(keys()) };
    assert_keys_snapshot!(
        "records",
        list().await.unwrap(),
        redact = ["created_at", "usage.total", "quota.used"]
    );
}

#[test]
fn nothing_is_redacted_by_default() {
    let text = keys_snapshot(&keys(), &[]);
    assert!(text.contains("2026-01-01T00:00:00Z") && !text.contains("[redacted]"), "{text}");
}
