//! Arbitrary JSON instead of a vendor's never causes a panic, and a record needs no field except its id.

use std::sync::OnceLock;

use keyroster::{ErrorKind, PageRequest, Provider, Result};
use keyroster_http::withhold;
use keyroster_sandbox::Sandbox;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::support::{answer_with, openrouter, pinata, sandbox};

struct Bench {
    runtime: Runtime,
    sandbox: Sandbox,
    pinata: Provider,
    openrouter: Provider,
}

/// One sandbox per test, since its faults would affect the requests of another test.
fn bench(cell: &'static OnceLock<Bench>) -> &'static Bench {
    cell.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let sandbox = runtime.block_on(sandbox().start()).unwrap();
        let (pinata, openrouter) = (pinata(&sandbox), openrouter(&sandbox));
        Bench { runtime, sandbox, pinata, openrouter }
    })
}

impl Bench {
    fn page(&self, provider: &Provider, body: &str) -> Result<keyroster::Page> {
        answer_with(&self.sandbox, body);
        self.runtime.block_on(provider.page(&PageRequest::default()))
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("2026-01-01T00:00:00Z")),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z_]{0,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A vendor's record in which only the id is valid.
fn record(id: &'static str, fields: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let fields: Vec<&str> = fields.iter().copied().filter(|field| *field != id).collect();
    let known = prop::sample::subsequence(fields.clone(), 0..=fields.len());
    known.prop_flat_map(move |known| {
        let values = prop::collection::vec(json(), known.len());
        let more = prop::collection::btree_map("x_[a-z]{1,6}", json(), 0..3);
        (Just(known), values, more, "[a-f0-9]{4,10}").prop_map(
            move |(known, values, more, text)| {
                let mut members: Map<String, Value> = more.into_iter().collect();
                members.extend(known.iter().map(|name| (*name).to_owned()).zip(values));
                members.insert(id.to_owned(), text.into());
                Value::Object(members)
            },
        )
    })
}

const PINATA: &[&str] = &[
    "id",
    "name",
    "key",
    "secret",
    "max_uses",
    "uses",
    "user_id",
    "scopes",
    "revoked",
    "createdAt",
    "updatedAt",
];

const OPENROUTER: &[&str] = &[
    "hash",
    "name",
    "label",
    "disabled",
    "limit",
    "limit_remaining",
    "limit_reset",
    "include_byok_in_limit",
    "usage",
    "usage_daily",
    "usage_weekly",
    "usage_monthly",
    "byok_usage",
    "byok_usage_daily",
    "byok_usage_weekly",
    "byok_usage_monthly",
    "created_at",
    "updated_at",
    "last_used_at",
    "expires_at",
    "creator_user_id",
    "external_user",
    "workspace_id",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_pinata_key_only_needs_its_key(keys in prop::collection::vec(record("key", PINATA), 0..5)) {
        static BENCH: OnceLock<Bench> = OnceLock::new();
        let bench = bench(&BENCH);
        let body = json!({ "keys": keys, "count": keys.len() }).to_string();
        let page = bench.page(&bench.pinata, &body).unwrap();
        prop_assert_eq!(page.keys.len(), keys.len());
        for (key, wire) in page.keys.iter().zip(&keys) {
            prop_assert_eq!(wire["key"].as_str(), Some(key.id.as_str()));
            // The vendor's value is in its field or in the extras.
            if let Some(name) = wire.get("name").filter(|name| !name.is_null()) {
                let kept = key.name.as_deref().map(Value::from);
                // Members whose names speak of secrets, such as `jwt`, are withheld from the extras.
                let extra = || withhold("name", name.clone());
                let expected = if kept.is_some() { name.clone() } else { extra() };
                let found = kept.or_else(|| key.extras.get("name").cloned());
                prop_assert_eq!(found, Some(expected));
            }
        }
    }

    #[test]
    fn an_openrouter_key_only_needs_its_hash(
        keys in prop::collection::vec(record("hash", OPENROUTER), 0..5),
    ) {
        static BENCH: OnceLock<Bench> = OnceLock::new();
        let bench = bench(&BENCH);
        let body = json!({ "data": keys }).to_string();
        let page = bench.page(&bench.openrouter, &body).unwrap();
        prop_assert_eq!(page.keys.len(), keys.len());
        for (key, wire) in page.keys.iter().zip(&keys) {
            prop_assert_eq!(wire["hash"].as_str(), Some(key.id.as_str()));
            for name in wire.as_object().unwrap().keys().filter(|name| name.starts_with("x_")) {
                prop_assert!(key.extras.get(name).is_some(), "{} is lost", name);
            }
        }
    }

    #[test]
    fn any_json_is_keys_or_an_error(body in json()) {
        static BENCH: OnceLock<Bench> = OnceLock::new();
        let bench = bench(&BENCH);
        for provider in [&bench.pinata, &bench.openrouter] {
            if let Err(error) = bench.page(provider, &body.to_string()) {
                prop_assert_eq!(error.kind(), ErrorKind::Decode);
            } else {
                // Only an object with an array of keys is a page.
                prop_assert!(body.is_object());
            }
        }
    }

    #[test]
    fn any_text_is_keys_or_an_error(body in "\\PC{0,40}") {
        static BENCH: OnceLock<Bench> = OnceLock::new();
        let bench = bench(&BENCH);
        for provider in [&bench.pinata, &bench.openrouter] {
            let error = bench.page(provider, &body).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::Decode);
        }
    }
}
