//! Normalized records are a contract, which these golden files define.

use keyroster::{ListKeys, PageRequest, Provider};

use crate::support::{NOW, answer_with, openrouter, pinata, read, sandbox};

const PINATA: [&str; 3] = ["legacy-page", "v3-example", "every-shape"];
const OPENROUTER: [&str; 3] = ["openapi-example", "schema-of-2025", "every-shape"];

/// The records of a page as JSON.
async fn normalized(provider: &Provider) -> String {
    let page = provider.page(&PageRequest::default()).await.unwrap();
    serde_json::to_string_pretty(&page.keys).unwrap()
}

fn assert_golden(name: &str, text: &str) {
    assert!(!text.contains("canary"), "a secret is in the record");
    insta::with_settings!({
        snapshot_path => "../golden", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[tokio::test]
async fn pinata_pages_become_records() {
    let sandbox = sandbox().start().await.unwrap();
    let provider = pinata(&sandbox);
    for name in PINATA {
        answer_with(&sandbox, read(&format!("pinata/{name}.json")));
        assert_golden(&format!("pinata-{name}"), &normalized(&provider).await);
    }
}

#[tokio::test]
async fn openrouter_pages_become_records() {
    let sandbox = sandbox().start().await.unwrap();
    let provider = openrouter(&sandbox);
    for name in OPENROUTER {
        answer_with(&sandbox, read(&format!("openrouter/{name}.json")));
        assert_golden(&format!("openrouter-{name}"), &normalized(&provider).await);
    }
}

#[tokio::test]
async fn keys_of_both_vendors_become_records() {
    let sandbox = sandbox().pinata_keys(8).openrouter_keys(8).start().await.unwrap();
    let now = NOW.parse().unwrap();
    let mut text = String::new();
    for provider in [pinata(&sandbox), openrouter(&sandbox)] {
        for key in provider.list(ListKeys::all()).await.unwrap().keys {
            let record = serde_json::to_string_pretty(&key).unwrap();
            text += &format!("{}: {record}\n", key.status_at(now));
        }
    }
    assert_golden("mixed-roster", &text);
}

#[tokio::test]
async fn records_round_trip_as_json() {
    let sandbox = sandbox().start().await.unwrap();
    for provider in [pinata(&sandbox), openrouter(&sandbox)] {
        for key in provider.list(ListKeys::all()).await.unwrap().keys {
            let text = serde_json::to_string(&key).unwrap();
            let back: keyroster::ApiKey = serde_json::from_str(&text).unwrap();
            assert_eq!(back, key);
        }
    }
}

#[test]
fn no_golden_file_is_left_over() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
    files.sort();
    let fixtures = PINATA.iter().map(|name| format!("pinata-{name}.snap"));
    let fixtures = fixtures.chain(OPENROUTER.iter().map(|name| format!("openrouter-{name}.snap")));
    let mut expected: Vec<String> = fixtures.chain(["mixed-roster.snap".to_owned()]).collect();
    expected.sort();
    assert_eq!(files, expected);
}
