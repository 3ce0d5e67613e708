//! Acme's answers and requests, byte for byte.

use keyroster_core::{
    Access, Change, CreateKey, ErrorKind, KeyId, ListKeys, Provider, RotateKey, Timestamp,
    UpdateKey,
};
use keyroster_http::{HttpOptions, RetryPolicy};
use keyroster_testkit::{Expected, Reply, Script, ScriptServer, assert_keys_snapshot};
use provider_acme::Acme;
use serde_json::{Value, json};

fn account(server: &ScriptServer) -> Provider {
    let options = HttpOptions::default().base_url(server.base_url()).retry(RetryPolicy::never());
    let builder = Acme::builder().admin_key("acme_fa4efa4ecanary00").http(options);
    Provider::new(builder.build().unwrap())
}

/// The vendor's first key, in the form of every answer that contains one.
fn a_key() -> Value {
    let keys: Value = serde_json::from_str(include_str!("fixtures/keys.json")).unwrap();
    keys[0].clone()
}

#[tokio::test]
async fn an_answer_of_acmes_becomes_these_records() {
    let answer: Value = serde_json::from_str(include_str!("fixtures/keys.json")).unwrap();
    let list = Expected::new("GET", "/keys?disabled=show");
    let server = Script::new().on(list, Reply::json(answer)).start().unwrap();
    let keys = account(&server).list(ListKeys::all()).await.unwrap().keys;
    assert!(!format!("{keys:?}").contains("fa4efa4e"));
    assert_keys_snapshot!("records", keys);
}

#[tokio::test]
async fn a_create_and_a_change_are_sent_as_forms() {
    let create = "label=ci&role=limited&grant=read&grant=write&expires=1798761600000&project=12\
                  &rate=10&burst=40";
    let change = "label=cd&enabled=false&expires=never";
    let mut changed = a_key();
    changed["enabled"] = false.into();
    let server = Script::new()
        .on(Expected::new("POST", "/keys").with_text(create), Reply::json(a_key()).with_status(201))
        .on(Expected::new("POST", "/keys/4711").with_text(change), Reply::json(changed))
        .on(Expected::new("POST", "/keys/4711/rotate"), Reply::json(a_key()))
        .start()
        .unwrap();
    let account = account(&server);
    let mut request = CreateKey::new("ci");
    request.access = Access::scoped(["write", "read"]);
    request.expires_at = Timestamp::from_millis(1_798_761_600_000);
    request.container = Some("12".to_owned());
    request.extras = [("rate", json!(10)), ("burst", json!(40))].into_iter().collect();
    let created = account.create(&request).await.unwrap();
    assert_eq!(created.secret.expose(), "acme_fa4efa4ecanary01");
    assert!(created.complete && created.key.id.as_str() == "4711");

    let mut update = UpdateKey::new().disabled(true);
    update.name = Some("cd".to_owned());
    update.expires_at = Change::Clear;
    drop(account.update(&KeyId::from("4711"), &update).await.unwrap());
    let rotated = account.rotate(&KeyId::from("4711"), &RotateKey::default()).await.unwrap();
    assert_eq!(rotated.secret.expose(), "acme_fa4efa4ecanary01");
    assert_eq!(server.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_option_that_cannot_be_right_is_refused_before_anything_is_sent() {
    let server = Script::new().start().unwrap();
    for wrong in [json!(0), json!(-1), json!(1.5), json!("10"), json!(null)] {
        let mut request = CreateKey::new("ci");
        request.extras = [("rate", wrong)].into_iter().collect();
        let error = account(&server).create(&request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("`rate`"), "{error}");
    }
    assert_eq!(server.complaints(), [""; 0]);
}

/// Only Acme's own answer says that a key is gone. A gateway's 404 looks different.
#[tokio::test]
async fn a_gateways_404_does_not_pass_for_a_revocation() {
    let revoke = || Expected::new("DELETE", "/keys/4711");
    let reply = |body: Value| Reply::json(body).with_status(404);
    let server = Script::new()
        .on(revoke(), reply(json!({ "message": "no route matched" })))
        .on(revoke(), reply(json!({ "fault": "no_such_key", "detail": "no key 4711" })))
        .start()
        .unwrap();
    let account = account(&server);
    let error = account.revoke(&KeyId::from("4711")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let gone = account.revoke(&KeyId::from("4711")).await.unwrap();
    assert_eq!(gone, keyroster_core::Revocation::AlreadyGone);
}
