//! What a listing makes of the vendor's answers.

use std::collections::BTreeSet;

use keyroster::ListKeys;
use keyroster_testkit::assert_keys_snapshot;
use serde_json::{Value, json};

use crate::vendor;

/// A change of this snapshot is a change of what our reports say: read it before accepting it.
#[tokio::test]
async fn normalized_records_are_as_agreed() {
    let answer: Vec<Value> = serde_json::from_str(include_str!("files/pinata.json")).unwrap();
    let server = vendor::start(answer).await;
    let account = vendor::account(&server);
    // What a key has used changes with every use. The rest only changes when someone changes the key.
    assert_keys_snapshot!(
        "pinata",
        account.list(ListKeys::all()).await.unwrap().keys,
        redact = ["quota.used", "usage.total"]
    );
}

#[tokio::test]
async fn every_page_is_read() {
    let keys = (0..25).map(|number| json!({ "key": format!("key-{number:02}"), "name": "ci" }));
    let keys: Vec<Value> = keys.collect();
    let server = vendor::start(keys.clone()).await;

    let list = vendor::account(&server).list(ListKeys::all()).await.unwrap();

    let listed: Vec<&str> = list.keys.iter().map(|key| key.id.as_str()).collect();
    let expected: Vec<&str> = keys.iter().filter_map(|key| key["key"].as_str()).collect();
    assert_eq!(listed, expected);
    assert!(list.warnings.is_empty(), "{:?}", list.warnings);

    let requests = server.received_requests().await.unwrap();
    let offsets: BTreeSet<usize> = requests.iter().map(vendor::offset).collect();
    assert!(offsets.len() >= 3, "25 keys are three pages: {offsets:?}");
}
