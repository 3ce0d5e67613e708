//! OpenRouter: creating, changing, disabling, moving, identifying and deleting keys.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use keyroster::openrouter::OpenRouter;
use keyroster::{
    Access, ApiKey, Change, Container, CreateKey, CreatedKey, ErrorKind, Expiry, Limit, ListKeys,
    Liveness, Owner, Provider, Reset, Revocation, Secret, UpdateKey,
};
use keyroster_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{changing, future, row, usd};
use crate::support::{openrouter, quick};

/// The vendor's own option.
const BYOK_IN_LIMIT: &str = "include_byok_in_limit";

async fn start() -> (Sandbox, Provider) {
    let sandbox = Sandbox::start().await.unwrap();
    let provider = openrouter(&sandbox);
    (sandbox, provider)
}

/// A workspace that is not the default one.
async fn other_workspace(provider: &Provider) -> Container {
    let page = provider.container_page(&keyroster::PageRequest::default()).await.unwrap();
    page.containers.into_iter().flatten().nth(1).unwrap()
}

async fn limited(provider: &Provider) -> CreatedKey {
    let mut request = CreateKey::new("limited");
    request.limit = Some(usd("25.5"));
    request.reset = Some(Reset::Monthly);
    provider.create(&request).await.unwrap()
}

#[tokio::test]
async fn a_new_key_has_every_requested_field() {
    let (sandbox, provider) = start().await;
    let workspace = other_workspace(&provider).await;
    let mut request = CreateKey::new("ci, \"deploy\" — ü");
    request.limit = Some(usd("25.1"));
    request.reset = Some(Reset::Weekly);
    request.expires_at = Some(future());
    request.container = Some(workspace.id.clone());
    request.owner = Some("user_2dHFtVWx2n56w6HkM0000000000".to_owned());
    request.extras.insert(BYOK_IN_LIMIT, true.into());
    let created = provider.create(&request).await.unwrap();

    let key = &created.key;
    assert!(created.complete && created.warnings.is_empty() && created.parts.is_empty());
    assert_eq!(key.name.as_deref(), Some(request.name.as_str()));
    assert_eq!(key.quota.limit, Limit::Amount(usd("25.1")), "to the cent");
    assert_eq!(key.quota.reset, Reset::Weekly);
    assert_eq!(key.expiry, Expiry::At { at: future() });
    assert_eq!(key.owner, request.owner.map(Owner::new));
    assert_eq!(key.container.as_ref().unwrap().id, workspace.id);
    assert_eq!(key.extras.get(BYOK_IN_LIMIT), Some(&true.into()));
    let truth = row(&sandbox, "openrouter", &key.id).unwrap();
    assert_eq!(truth["limit"], json!(25.1));
    assert_eq!(truth["limit_reset"], "weekly");
    assert_eq!(truth["workspace_id"], workspace.id.as_str());
    assert!(truth["expires_at"].as_str().unwrap().starts_with("2099-12-31T23:59:59"), "{truth}");

    let mut found = provider.get(&key.id).await.unwrap();
    assert_eq!(&found, key);
    let listed =
        provider.list(ListKeys::all().container(workspace.id.as_str())).await.unwrap().keys;
    let same: Vec<_> = listed.iter().filter(|listed| listed.id == key.id).collect();
    found.container = Some(Container::new("workspace", workspace.id));
    let mut listed = same[0].clone();
    listed.container = found.container.clone();
    assert_eq!((same.len(), listed), (1, found), "except for the workspace's name");

    let me = provider.identify(&created.secret).await.unwrap();
    assert_eq!((me.liveness, me.keys[0].id.clone()), (Liveness::Live, key.id.clone()));
    assert!(!format!("{created:?}").contains(created.secret.expose()));
}

#[tokio::test]
async fn a_new_key_without_fields_has_the_vendors_defaults() {
    let (sandbox, provider) = start().await;
    let key = provider.create(&CreateKey::new("plain")).await.unwrap().key;
    assert_eq!(key.quota.limit, Limit::Unlimited);
    assert_eq!((key.quota.reset.clone(), key.expiry), (Reset::Never, Expiry::Never));
    assert!(row(&sandbox, "openrouter", &key.id).unwrap()["limit"].is_null());
}

#[tokio::test]
async fn an_update_changes_only_its_fields() {
    let (sandbox, provider) = start().await;
    let workspace = other_workspace(&provider).await;
    let id = limited(&provider).await.key.id;
    let mut truth = row(&sandbox, "openrouter", &id).unwrap();
    let set = |change: &mut UpdateKey| change.limit = Change::Set(usd("0.1"));
    for (change, changed) in [
        (changing(|it| it.name = Some("renamed".to_owned())), json!({"name": "renamed"})),
        (changing(|it| it.disabled = Some(true)), json!({"disabled": true})),
        (changing(|it| it.disabled = Some(false)), json!({"disabled": false})),
        (changing(set), json!({"limit": 0.1, "limit_remaining": 0.1})),
        (changing(|it| it.limit = Change::Clear), json!({"limit": null, "limit_remaining": null})),
        (changing(set), json!({"limit": 0.1, "limit_remaining": 0.1})),
        (changing(|it| it.reset = Change::Set(Reset::Daily)), json!({"limit_reset": "daily"})),
        (changing(|it| it.reset = Change::Set(Reset::Never)), json!({"limit_reset": null})),
        (changing(|it| it.reset = Change::Set(Reset::Weekly)), json!({"limit_reset": "weekly"})),
        (changing(|it| it.reset = Change::Clear), json!({"limit_reset": null})),
        (
            changing(|it| it.extras.insert(BYOK_IN_LIMIT, true.into())),
            json!({"include_byok_in_limit": true}),
        ),
        (
            changing(|it| it.container = Some(workspace.id.clone())),
            json!({"workspace_id": workspace.id}),
        ),
    ] {
        let updated = provider.update(&id, &change).await.unwrap();
        assert_eq!(updated.warnings, []);
        let key = updated.key;
        let now = row(&sandbox, "openrouter", &id).unwrap();
        truth.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        truth["updated_at"] = now["updated_at"].clone();
        assert_eq!(now, truth, "{changed}");
        assert_eq!(key, provider.get(&id).await.unwrap());
    }
    // A moved key leaves the list of its old workspace.
    let listed = provider.list(ListKeys::all()).await.unwrap().keys;
    let homes: Vec<_> = listed.iter().filter(|key| key.id == id).map(container).collect();
    assert_eq!(homes, [workspace.id.as_str()]);
}

fn container(key: &ApiKey) -> &str {
    &key.container.as_ref().unwrap().id
}

/// Answers one request with a record, and returns the body of the request.
fn overheard(listener: &TcpListener) -> (String, Value) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut text = String::new();
    loop {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).unwrap();
        text += std::str::from_utf8(&bytes[..count]).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str::<Value>(body) {
            // The new record has what was sent.
            let mut record = body.clone();
            record["hash"] = "h".into();
            let answer = serde_json::json!({"data": record}).to_string();
            let length = answer.len();
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{answer}").unwrap();
            return (head.lines().next().unwrap().to_owned(), body);
        }
    }
}

#[tokio::test]
async fn a_cleared_field_is_sent_as_null_and_a_kept_one_not_at_all() {
    let clear = changing(|it| {
        it.limit = Change::Clear;
        it.reset = Change::Clear;
    });
    let cents = changing(|it| it.limit = Change::Set(usd("25.10")));
    for (change, sent) in [
        (changing(|it| it.limit = Change::Clear), r#"{"limit":null}"#),
        (clear, r#"{"limit":null,"limit_reset":null}"#),
        (changing(|it| it.name = Some("x".to_owned())), r#"{"name":"x"}"#),
        (UpdateKey::new().disabled(false), r#"{"disabled":false}"#),
        (cents, r#"{"limit":25.10}"#),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let vendor = std::thread::spawn(move || overheard(&listener));
        let builder = OpenRouter::builder().management_key("sk-or-v1-fa4efa4e");
        let provider = Provider::new(builder.http(quick().base_url(base)).build().unwrap());
        drop(provider.update(&"h".into(), &change).await.unwrap());
        let (line, body) = vendor.join().unwrap();
        assert_eq!(line, "PATCH /keys/h HTTP/1.1");
        assert_eq!(body, serde_json::from_str::<Value>(sent).unwrap());
    }
}

#[tokio::test]
async fn a_key_is_turned_off_and_on_again() {
    let (sandbox, provider) = start().await;
    let created = limited(&provider).await;
    for (disabled, liveness) in [(true, Liveness::Dead), (false, Liveness::Live)] {
        let change = UpdateKey::new().disabled(disabled);
        let key = provider.update(&created.key.id, &change).await.unwrap().key;
        assert_eq!(key.state.disabled, Some(disabled));
        assert_eq!(row(&sandbox, "openrouter", &key.id).unwrap()["disabled"], disabled);
        let found = provider.identify(&created.secret).await.unwrap();
        assert_eq!(found.liveness, liveness);
    }
}

#[tokio::test]
async fn a_revoked_key_is_gone_and_may_be_revoked_again() {
    let (sandbox, provider) = start().await;
    let created = limited(&provider).await;
    let id = &created.key.id;
    assert_eq!(provider.revoke(id).await.unwrap(), Revocation::Revoked);
    assert!(row(&sandbox, "openrouter", id).is_none());
    let truth = sandbox.truth();
    assert_eq!(provider.revoke(id).await.unwrap(), Revocation::AlreadyGone);
    assert_eq!(sandbox.truth(), truth);
    let error = provider.get(id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let error = provider.update(id, &UpdateKey::new().disabled(true)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let listed = provider.list(ListKeys::all()).await.unwrap().keys;
    assert!(listed.iter().all(|key| key.id != *id));
    let found = provider.identify(&created.secret).await.unwrap();
    assert_eq!((found.liveness, found.keys.len()), (Liveness::Dead, 0));
}

#[tokio::test]
async fn a_management_key_knows_itself_and_is_in_no_list() {
    let (sandbox, provider) = start().await;
    let own = sandbox.openrouter().management_key;
    let me = provider.whoami().await.unwrap();
    assert_eq!(me.access, Access::Admin);
    let hint = me.hint.unwrap();
    assert!(hint.contains("...") && own.starts_with(hint.split("...").next().unwrap()), "{hint}");

    let found = provider.identify(&Secret::from(own)).await.unwrap();
    assert_eq!((found.liveness, found.keys.len()), (Liveness::Live, 0));
    assert_eq!(found.principal.access, Access::Admin);
    assert!(found.evidence.iter().any(|it| it.contains("management key")), "{found:?}");

    // One that may not manage keys says so of itself.
    let key = limited(&provider).await;
    let access = sandbox.openrouter();
    let builder = OpenRouter::builder().management_key(key.secret);
    let inference = Provider::new(builder.http(quick().base_url(access.base_url)).build().unwrap());
    assert_eq!(inference.whoami().await.unwrap().access, Access::scoped(["inference"]));
    let error = inference.create(&CreateKey::new("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert!(error.orphan().is_none(), "a refusal leaves nothing behind");
}
