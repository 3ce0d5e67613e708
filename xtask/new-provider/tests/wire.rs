//! What Acme answers, and the records that it becomes.

use keyroster_core::{ListKeys, Provider};
use keyroster_http::HttpOptions;
use keyroster_testkit::{Expected, Reply, Script, ScriptServer, assert_keys_snapshot};
use provider_acme::Acme;
use serde_json::Value;

fn account(server: &ScriptServer) -> Provider {
    let http = HttpOptions::default().base_url(server.base_url());
    Provider::new(Acme::builder().admin_key("fa4efa4e-admin").http(http).build().unwrap())
}

/// Replace the fixture by an answer from the vendor's documents or from an account of yours. Remove
/// `should_panic` once `list_page` is written. The first run with `INSTA_UPDATE=always` then writes the snapshot:
/// compare it line by line with the vendor's documents before you commit it.
#[tokio::test]
#[should_panic(expected = "listing is not written yet")]
async fn an_answer_becomes_these_records() {
    let answer: Value = serde_json::from_str(include_str!("fixtures/keys.json")).unwrap();
    let list = Expected::new("GET", "/keys");
    let server = Script::new().on(list, Reply::json(answer)).start().unwrap();
    let keys = account(&server).list(ListKeys::all()).await.unwrap().keys;
    assert!(!format!("{keys:?}").contains("fa4efa4e"));
    assert_keys_snapshot!("records", keys);
}
