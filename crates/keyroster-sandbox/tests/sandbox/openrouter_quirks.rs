//! OpenRouter's quirks, lags, expiries and rate limits.

use std::collections::BTreeSet;
use std::time::Duration;

use keyroster_sandbox::{HashInput, RateLimit, TieBreak};
use reqwest::Method;
use serde_json::json;

use crate::support::openrouter::{ALL, by_name, delete, list, post, text, with};
use crate::support::{Fixture, NOW, all, frozen};

#[tokio::test]
async fn ties_are_broken_by_the_quirk() {
    let tied = async |tie_break| {
        let fixture = with(|it| it.tie_break = tie_break).await;
        let mut orders = BTreeSet::new();
        for _ in 0..20 {
            let listed = list(&fixture, ALL).await;
            let names = listed.iter().map(|key| text(&key["name"]).to_owned());
            orders.insert(names.filter(|name| name.starts_with("tf-worker")).collect::<Vec<_>>());
            let created = all(&listed, "created_at");
            assert!(created.is_sorted_by(|a, b| text(a) >= text(b)));
        }
        orders
    };
    let last: Vec<String> = ["3", "2", "1"].iter().map(|n| format!("tf-worker-{n}")).collect();
    assert_eq!(tied(TieBreak::LastInserted).await, BTreeSet::from([last]));
    assert_eq!(tied(TieBreak::Hash).await.len(), 1);
    assert!(tied(TieBreak::Unstable).await.len() > 1);
}

#[tokio::test]
async fn quirks_change_hash_label_and_remainder() {
    let mut hashes = BTreeSet::new();
    for input in [HashInput::Key, HashInput::HexDigits, HashInput::Bytes, HashInput::Unrelated] {
        let fixture = with(|it| {
            it.hash_input = input;
            it.label_tail = 3;
            it.limit_remaining_clamped = true;
            it.page_size = 7;
        })
        .await;
        let truth = fixture.truth("openrouter");
        let over = by_name(&truth, "research-notebook");
        assert_eq!(over["limit_remaining"], 0);
        assert_eq!(text(&over["label"]).len(), "sk-or-v1-fa4...123".len());
        assert_eq!(list(&fixture, ALL).await.len(), 7);
        hashes.insert(text(&over["hash"]).to_owned());
        let path = format!("/keys/{}", text(&over["hash"]));
        assert_eq!(fixture.get_openrouter(&path).await.json()["data"], *over);
    }
    assert_eq!(hashes.len(), 4);
    let fixture = Fixture::start().await;
    let truth = fixture.truth("openrouter");
    assert_eq!(by_name(&truth, "research-notebook")["limit_remaining"], -3.41);
}

#[tokio::test]
async fn a_listing_may_lag_and_a_deletion_too() {
    let fixture = with(|it| {
        it.list_lag_ms = 1_000;
        it.delete_lag_ms = 1_000;
    })
    .await;
    let made = post(&fixture, &json!({"name": "x"})).await.json();
    let hash = &made["data"]["hash"];
    let listed = async || all(&list(&fixture, "").await, "hash").contains(&hash);
    assert!(!listed().await);
    let path = format!("/keys/{}", text(hash));
    assert_eq!(fixture.get_openrouter(&path).await.status, 200);
    let pause = Duration::from_secs(1);
    fixture.sandbox.advance(pause);
    assert!(listed().await);
    delete(&fixture, hash).await;
    let status =
        async || fixture.openrouter_as(text(&made["key"]), Method::GET, "/key").await.status;
    assert_eq!(status().await, 200);
    assert_eq!(fixture.get_openrouter(&path).await.status, 404);
    fixture.sandbox.advance(pause);
    assert_eq!(status().await, 401);
}

#[tokio::test]
async fn a_listing_notices_that_a_key_expires() {
    let fixture = Fixture::of(frozen()).await;
    let now = jiff::Timestamp::UNIX_EPOCH + NOW;
    let at = (now + jiff::SignedDuration::from_secs(90)).to_string();
    let made = post(&fixture, &json!({"name": "x", "expires_at": at})).await.json();
    let hash = &made["data"]["hash"];
    let listed = async |query: &str| all(&list(&fixture, query).await, "hash").contains(&hash);
    fixture.sandbox.advance(Duration::from_secs(89));
    assert!(listed("").await);
    fixture.sandbox.advance(Duration::from_secs(1));
    assert!(!listed("").await);
    assert!(listed("include_expired=true").await);
}

#[tokio::test]
async fn a_rate_limit_has_headers_only_on_429() {
    let fixture = with(|it| it.rate_limit = Some(RateLimit::per_minute(2))).await;
    for _ in 0..2 {
        let reply = fixture.get_openrouter("/keys").await;
        assert_eq!((reply.status, reply.header("x-ratelimit-limit")), (200, ""));
    }
    let refused = fixture.get_openrouter("/keys").await;
    assert_eq!((refused.status, refused.header("x-ratelimit-limit")), (429, "2"));
    assert_eq!(refused.header("retry-after"), "60");
    let reset = (NOW + Duration::from_mins(1)).as_millis().to_string();
    assert_eq!(refused.header("x-ratelimit-reset"), reset);
    assert_eq!(refused.json()["error"]["metadata"]["error_type"], "rate_limit_exceeded");
}
