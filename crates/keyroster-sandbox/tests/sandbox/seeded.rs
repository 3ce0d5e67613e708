//! The seeded data.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyroster_sandbox::{Sandbox, SandboxBuilder};
use serde_json::Value;

use crate::support::{Fixture, all};

fn at_noon() -> SystemTime {
    // 2026-10-30T12:00:00Z
    UNIX_EPOCH + Duration::from_hours(498_156)
}

fn fixed() -> SandboxBuilder {
    Sandbox::builder().seed(3).now(at_noon())
}

#[tokio::test]
async fn the_same_seed_and_time_make_the_same_keys() {
    let one = fixed().start().await.unwrap();
    let same = fixed().start().await.unwrap();
    assert_eq!(one.truth(), same.truth());
    assert_eq!(one.secrets(), same.secrets());
    assert_eq!(one.pinata().jwt, same.pinata().jwt);
    let other = fixed().seed(4).start().await.unwrap();
    assert_ne!(one.truth(), other.truth());
    assert_ne!(one.openrouter().management_key, other.openrouter().management_key);
}

#[tokio::test]
async fn seeded_times_move_with_the_clock() {
    let one = fixed().start().await.unwrap();
    let later = fixed().now(at_noon() + Duration::from_hours(24)).start().await.unwrap();
    let time = |sandbox: &Sandbox| {
        let created = sandbox.truth()["pinata"][0]["createdAt"].clone();
        created.as_str().unwrap().to_owned()
    };
    let (one, later) = (time(&one), time(&later));
    assert_ne!(one[..10], later[..10]);
    assert_eq!(one[11..], later[11..]);
}

#[tokio::test]
async fn the_default_account_has_one_of_each() {
    let sandbox = fixed().start().await.unwrap();
    let truth = sandbox.truth();
    let pinata = truth["pinata"].as_array().unwrap();
    assert_eq!(pinata.len(), 24);
    let has = |kind: &str, test: &dyn Fn(&Value) -> bool| {
        assert!(pinata.iter().any(test), "no Pinata key is {kind}");
    };
    let exhausted = |key: &Value| key["uses"].as_u64() >= key["max_uses"].as_u64();
    has("admin", &|key| key["scopes"]["admin"] == true);
    has("exhausted", &|key| !key["max_uses"].is_null() && exhausted(key));
    has("limited", &|key| !key["max_uses"].is_null() && !exhausted(key));
    has("revoked", &|key| key["revoked"] == true);
    has("psa", &|key| key["scopes"]["endpoints"]["psa"].is_object());
    has("of v3 scopes", &|key| key["scopes"]["resources"].is_array());
    has("unicode", &|key| !key["name"].as_str().unwrap().is_ascii());
    has("quoted", &|key| key["name"].as_str().unwrap().contains('"'));
    let own = sandbox.pinata().api_key;
    has("the credential itself", &|key| key["key"] == own && key["scopes"]["admin"] == true);
    assert!(distinct(pinata, "name") < 24, "no name is there twice");
    assert_eq!(distinct(pinata, "createdAt"), 24);
    assert_eq!(distinct(pinata, "key"), 24);

    let keys = truth["openrouter"].as_array().unwrap();
    assert_eq!(keys.len(), 30);
    let now = "2026-10-30T12:00:00Z";
    let has = |kind: &str, test: &dyn Fn(&Value) -> bool| {
        assert!(keys.iter().any(test), "no OpenRouter key is {kind}");
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    has("disabled", &|key| key["disabled"] == true);
    has("expired", &|key| text(&key["expires_at"]).is_some_and(|at| *at < *now));
    has("about to expire", &|key| text(&key["expires_at"]).is_some_and(|at| *at > *now));
    has("over its limit", &|key| key["limit_remaining"].as_f64().is_some_and(|left| left < 0.0));
    has("unlimited", &|key| key["limit"].is_null());
    has("of limit 0", &|key| key["limit"] == 0);
    has("never used", &|key| key["last_used_at"].is_null() && key["usage"] == 0);
    has("of BYOK alone", &|key| key["usage"] == 0 && key["byok_usage"].as_f64() > Some(0.0));
    has("a partner's", &|key| key["external_user"] == "partner-user-123");
    assert_eq!(distinct(keys, "workspace_id"), 3);
    assert_eq!(distinct(keys, "hash"), 30);
    assert_eq!(distinct(keys, "created_at"), 27, "three share an instant, and two another");
    assert!(distinct(keys, "name") < 30, "no name is there twice");
}

fn distinct(list: &[Value], field: &str) -> usize {
    all(list, field).iter().map(ToString::to_string).collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn usage_windows_are_nested() {
    let sandbox = fixed().openrouter_keys(500).start().await.unwrap();
    for key in sandbox.truth()["openrouter"].as_array().unwrap() {
        for prefix in ["", "byok_"] {
            let usage = |suffix: &str| key[format!("{prefix}usage{suffix}")].as_f64().unwrap();
            assert!(usage("_daily") <= usage("_weekly"), "{key}");
            assert!(usage("_daily") <= usage("_monthly"), "{key}");
            assert!(usage("_weekly") <= usage("") && usage("_monthly") <= usage(""), "{key}");
        }
        let Some(limit) = key["limit"].as_f64() else {
            assert!(key["limit_remaining"].is_null(), "{key}");
            continue;
        };
        let suffix = key["limit_reset"].as_str().map_or("", |reset| match reset {
            "daily" => "_daily",
            "weekly" => "_weekly",
            _ => "_monthly",
        });
        let mut used = key[format!("usage{suffix}")].as_f64().unwrap();
        if key["include_byok_in_limit"] == true {
            used += key[format!("byok_usage{suffix}")].as_f64().unwrap();
        }
        let left = key["limit_remaining"].as_f64().unwrap();
        assert!((left - (limit - used)).abs() < 1e-6, "{key}");
    }
}

#[tokio::test]
async fn any_number_of_keys_is_consistent() {
    for keys in [1, 2, 5, 11, 300] {
        let builder = fixed().pinata_keys(keys).openrouter_keys(keys).openrouter_workspaces(1);
        let fixture = Fixture::of(builder).await;
        assert_eq!(fixture.truth("pinata").len(), keys);
        assert_eq!(fixture.truth("openrouter").len(), keys);
        let own = fixture.sandbox.pinata().api_key;
        assert!(fixture.truth("pinata").iter().any(|key| key["key"] == own));
        assert_eq!(fixture.get_pinata("/v3/pinata/keys").await.json()["count"], keys);
        let listed =
            fixture.get_openrouter("/keys?include_disabled=true&include_expired=true").await;
        let listed = listed.json()["data"].as_array().unwrap().len();
        assert_eq!(listed, keys.min(100));
    }
}

#[tokio::test]
async fn every_secret_looks_fake_and_none_is_shown() {
    let sandbox = fixed().start().await.unwrap();
    let secrets = sandbox.secrets();
    // A management key, 30 keys, and for each Pinata key a secret, a listed secret and a token.
    assert_eq!(secrets.len(), 31 + 24 * 3);
    for secret in &secrets {
        let fake = secret.starts_with("sk-or-v1-fa4efa4e")
            || secret.starts_with("fa4efa4e")
            || secret.starts_with("eyJ");
        assert!(fake, "{secret}");
    }
    let shown =
        format!("{sandbox:?}{:?}{:?}{}", sandbox.pinata(), sandbox.openrouter(), sandbox.truth());
    assert!(shown.contains(&sandbox.pinata().api_key));
    for secret in &secrets {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_large_account_is_listed_completely() {
    let builder = Sandbox::builder().pinata_keys(10_000).openrouter_keys(10_000);
    let fixture = Fixture::of(builder.openrouter_workspaces(1)).await;
    let mut listed = BTreeSet::new();
    let mut requests = 0;
    loop {
        requests += 1;
        let offset = listed.len();
        let query = format!("/keys?include_disabled=true&include_expired=true&offset={offset}");
        let page = fixture.get_openrouter(&query).await.json();
        let page = page["data"].as_array().unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(all(page, "hash").iter().map(ToString::to_string));
    }
    assert_eq!(listed.len(), 10_000);
    assert_eq!(requests, 101, "a page has a hundred keys, and the last page is empty");
    let last = fixture.get_pinata("/v3/pinata/keys?revoked=false&offset=5000").await.json();
    assert_eq!(last["keys"].as_array().unwrap().len(), 10);
}
