//! No secret that is known reaches a record or an error, whatever a provider returns.

use std::sync::Arc;

use keyroster_core::{
    Access, Amount, ApiKey, Capabilities, Container, CreateKey, CreatedKey, Error, ErrorKind,
    KeyId, KeyProvider, Limit, ListKeys, Operation, Orphan, Owner, Page, PageRequest, Paging,
    Principal, Provider, ProviderId, ProviderInfo, Quota, Reset, Result, Revocation, Roster,
    Secret, SecretShape, Timestamp, Unit, Usage, Warning, WarningKind, async_trait,
};
use serde_json::json;

const CREDENTIAL: &str = "fa4efa4e-credential/31+77aa~0c9e";
const CREATED: &str = "fa4efa4e0b2d77aa31d00c9e5f1cfa4e";

static INFO: ProviderInfo = ProviderInfo::new(
    ProviderId::from_static("parrot"),
    "Parrot",
    "https://parrot.example",
    Paging::Single,
    Capabilities::LIST_ONLY.with_get().with_create(&[]).with_revoke().with_whoami(),
)
.with_secret_shapes(&[SecretShape::new("parrot_", 16)]);

/// A provider that repeats a text wherever it can.
#[derive(Debug)]
struct Parrot {
    text: String,
    in_id: bool,
}

impl Parrot {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), in_id: false }
    }

    fn amount(&self) -> Amount {
        Amount::new(1, Unit::new(self.text.clone()))
    }

    fn key(&self) -> ApiKey {
        let text = || self.text.clone();
        let id = if self.in_id { text() } else { "k-1".to_owned() };
        let mut key = ApiKey::new(INFO.id.clone(), id);
        key.name = Some(text());
        key.hint = Some(text());
        key.access = Access::scoped([text(), "keys:read".to_owned()]);
        key.quota = Quota::new(Limit::Amount(self.amount()));
        key.quota.remaining = Some(self.amount());
        key.quota.reset = Reset::Other { rule: text() };
        let mut usage = Usage::new(text());
        usage.total = Some(self.amount());
        key.usage = vec![usage];
        let mut owner = Owner::new(text());
        owner.name = Some(text());
        key.owner = Some(owner);
        key.container = Some(Container::new(text(), text()).with_name(Some(text())));
        key.extras.insert("note", json!({ "deep": [text(), { text(): 1 }] }));
        key.extras.insert(text(), json!(text()));
        key.extras.insert("passwd", json!("any"));
        key
    }

    fn error(&self) -> Error {
        let source = std::io::Error::other(self.text.clone());
        let request = CreateKey::new(self.text.clone());
        Error::new(ErrorKind::InvalidRequest, format!("the vendor said `{}`", self.text))
            .with_help(self.text.clone())
            .with_status(400)
            .with_request_id(Some(self.text.clone()))
            .with_orphan(Orphan::new(&request, Timestamp::MIN))
            .with_source(source)
    }
}

#[async_trait]
impl KeyProvider for Parrot {
    fn info(&self) -> &ProviderInfo {
        &INFO
    }

    fn credentials(&self) -> Vec<Secret> {
        vec![Secret::from(CREDENTIAL)]
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        let mut page = Page::new(vec![self.key()]);
        page.warnings.push(Warning::unreadable(self.text.clone()));
        Ok(page)
    }

    async fn get(&self, _: &KeyId) -> Result<ApiKey> {
        Err(self.error())
    }

    async fn create(&self, _: &CreateKey) -> Result<CreatedKey> {
        let mut created = CreatedKey::new(self.key(), Secret::from(CREATED));
        created.warnings.push(Warning::unconfirmed(self.text.clone()));
        Ok(created)
    }

    async fn revoke(&self, _: &KeyId) -> Result<Revocation> {
        panic!("nothing may be sent for an id that is withheld")
    }

    async fn whoami(&self) -> Result<Principal> {
        let key = self.key();
        let mut principal = Principal::new();
        principal.hint = key.hint;
        principal.access = key.access;
        principal.owner = key.owner;
        principal.quota = key.quota;
        principal.usage = key.usage;
        principal.extras = key.extras;
        Ok(principal)
    }
}

/// The secret in the forms in which a server may repeat it.
fn forms(secret: &str) -> Vec<String> {
    let each = |form: &dyn Fn(char) -> String| secret.chars().map(form).collect::<String>();
    vec![
        secret.to_owned(),
        format!("key {secret} is unknown"),
        each(&|c| format!("%{:02X}", u32::from(c))),
        each(&|c| format!("&#{};", u32::from(c))),
        each(&|c| format!("\\u{:04x}", u32::from(c))),
        each(&|c| format!("{c} ")),
        each(&|c| format!("{c}\"")),
        each(&|c| format!("{c}\u{200b}")),
    ]
}

/// Every text of `said` in one line, with what could split or disguise a secret left in.
fn assert_hidden(said: &str, form: &str) {
    let quoted = serde_json::to_string(form).unwrap();
    let inner = quoted.trim_matches('"');
    assert!(!said.contains(form) && !said.contains(inner), "{form} is in {said}");
    assert!(said.contains("[hidden"), "{said}");
}

#[tokio::test]
async fn no_field_of_a_record_repeats_a_known_secret() {
    for form in forms(CREDENTIAL) {
        let provider = Provider::new(Parrot::new(form.clone()));
        let list = provider.list(ListKeys::all()).await.unwrap();
        assert_hidden(&serde_json::to_string(&list.keys).unwrap(), &form);
        assert_eq!(list.keys[0].id.as_str(), "k-1");
        assert_eq!(list.keys[0].extras.get("passwd"), Some(&json!("[hidden]")));
        assert_hidden(&list.warnings[0].message, &form);
        let principal = provider.whoami().await.unwrap();
        assert_hidden(&serde_json::to_string(&principal).unwrap(), &form);
    }
}

#[tokio::test]
async fn no_error_repeats_a_known_secret() {
    for form in forms(CREDENTIAL) {
        let error = Provider::new(Parrot::new(form.clone())).get(&"k-1".into()).await.unwrap_err();
        assert_hidden(&serde_json::to_string(&error).unwrap(), &form);
        assert_hidden(&format!("{error:?} {error:#?}"), &form);
        assert_eq!((error.status(), error.operation()), (Some(400), Some(Operation::GetKey)));
    }
}

#[tokio::test]
async fn a_created_secret_is_in_no_field_and_in_no_later_answer() {
    for form in forms(CREATED) {
        let provider = Provider::new(Parrot::new(form.clone()));
        let created = provider.create(&CreateKey::new("ci")).await.unwrap();
        assert_eq!(created.secret.expose(), CREATED);
        assert_hidden(&serde_json::to_string(&created.key).unwrap(), &form);
        assert_hidden(&created.warnings[0].message, &form);
        drop(created);
        let list = provider.list(ListKeys::all()).await.unwrap();
        assert_hidden(&serde_json::to_string(&list.keys).unwrap(), &form);
    }
}

#[tokio::test]
async fn an_id_that_holds_a_secret_is_withheld_and_cannot_be_used() {
    let provider = Provider::new(Parrot { text: CREDENTIAL.to_owned(), in_id: true });
    let list = provider.list(ListKeys::all()).await.unwrap();
    let key = &list.keys[0];
    assert_hidden(key.id.as_str(), CREDENTIAL);
    assert!(list.warnings.iter().any(|warning| warning.kind == WarningKind::Incomplete));
    let error = provider.revoke(&key.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let again = provider.list(ListKeys::all()).await.unwrap();
    assert_eq!(again.keys[0].id, key.id, "the same id is shown in the same way");
}

#[tokio::test]
async fn an_id_of_hexadecimal_digits_is_never_altered() {
    let hash = "ab12".repeat(16);
    let provider = Provider::new(Parrot { text: hash.clone(), in_id: true });
    let list = provider.list(ListKeys::all()).await.unwrap();
    assert_eq!(list.keys[0].id.as_str(), hash);
    assert_eq!(list.keys[0].name.as_deref(), Some(&*hash));
}

#[tokio::test]
async fn a_text_of_a_declared_shape_is_hidden() {
    let unknown = "parrot_0123456789abcdef";
    let list = Provider::new(Parrot::new(unknown)).list(ListKeys::all()).await.unwrap();
    assert_hidden(&serde_json::to_string(&list.keys).unwrap(), unknown);
}

#[tokio::test]
async fn the_secret_of_another_account_is_hidden() {
    /// An account that only has a credential.
    #[derive(Debug)]
    struct Other;

    #[async_trait]
    impl KeyProvider for Other {
        fn info(&self) -> &ProviderInfo {
            &INFO
        }

        fn credentials(&self) -> Vec<Secret> {
            vec![Secret::from("fa4efa4e-of-the-other")]
        }

        async fn list_page(&self, _: &PageRequest) -> Result<Page> {
            Ok(Page::default())
        }
    }

    let mut roster = Roster::new();
    let parrot = Provider::from_arc(Arc::new(Parrot::new("fa4efa4e-of-the-other")));
    roster.add("parrot", Ok(parrot)).unwrap();
    roster.add("other", Ok(Provider::new(Other))).unwrap();
    let report = roster.list(ListKeys::all()).await;
    let said = serde_json::to_string(&report).unwrap();
    assert_hidden(&said, "fa4efa4e-of-the-other");
}
