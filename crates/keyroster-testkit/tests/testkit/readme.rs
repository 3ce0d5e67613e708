//! The first example of the README, with the provider that it omits.

use acme::Acme;

use keyroster_core::{Provider, Result};
use keyroster_testkit::{Call, FakeKey, HttpAccount, Keys, Reply, Samples, VendorApi};
use serde_json::{Value, json};

struct AcmeApi;

impl VendorApi for AcmeApi {
    /// The provider under test, for an account at the imitated vendor.
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        Ok(Provider::new(Acme::builder().key(account.secret()).http(account.options()).build()?))
    }

    /// A key in the vendor's JSON, with every field that the provider reads.
    fn row(&self, key: &FakeKey) -> Value {
        json!({"id": key.id, "name": key.name, "created_at": key.created_at, "role": "owner"})
    }

    /// The vendor's routes, and the JSON of its responses.
    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["keys"]) => {
                let page = keys.by_cursor(call.query("cursor"));
                Reply::json(json!({"data": page.rows, "next": page.next}))
            }
            ("POST", ["keys"]) => {
                let key = keys.create(call.text("name").unwrap_or_default());
                Reply::json(json!({"key": keys.row(&key), "secret": key.secret.expose()}))
            }
            ("DELETE", ["keys", id]) if keys.delete(id) => Reply::json(json!({"deleted": true})),
            _ => Reply::error(404),
        }
    }

    fn samples(&self) -> Samples {
        Samples::default().with_secret(|canary| format!("acme_{canary}"))
    }
}

mod conformance {
    keyroster_testkit::conformance!(
        keyroster_testkit::Suite::http(super::AcmeApi)
            .xfail("maps_409_to_conflict", "acme answers 409 to a wrong scope, too")
    );
}

mod acme {
    use keyroster_core::{
        ApiKey, Capabilities, CreateKey, CreatedKey, Cursor, Error, ErrorKind, KeyId, KeyProvider,
        Operation, Page, PageRequest, Paging, ProviderId, ProviderInfo, Result, Revocation, Secret,
        Timestamp, async_trait,
    };
    use keyroster_http::{Credential, HttpClient, HttpOptions, Limits, Request, Response, record};
    use serde::Deserialize;
    use serde_json::{Value, json};

    const ID: ProviderId = ProviderId::from_static("acme");

    #[derive(Debug)]
    pub(super) struct Acme {
        info: ProviderInfo,
        http: HttpClient,
    }

    #[derive(Default)]
    pub(super) struct Builder(Option<Secret>, HttpOptions);

    impl Acme {
        pub(super) fn builder() -> Builder {
            Builder::default()
        }

        /// Acme answers 409 to a wrong scope, too.
        async fn send(&self, call: Request) -> Result<Response> {
            self.http.send(call).await.map_err(|error| match error.kind() {
                ErrorKind::Conflict => Error::new(ErrorKind::InvalidRequest, "no such scope"),
                _ => error,
            })
        }
    }

    impl Builder {
        pub(super) fn key(self, key: Secret) -> Self {
            Self(Some(key), self.1)
        }

        pub(super) fn http(self, options: HttpOptions) -> Self {
            Self(self.0, options)
        }

        pub(super) fn build(self) -> Result<Acme> {
            let can = Capabilities::LIST_ONLY.with_create(&[]).with_revoke();
            let docs = "https://docs.acme.example";
            let none = || Error::new(ErrorKind::Configuration, "no credential is set");
            let credential = Credential::bearer(&self.0.ok_or_else(none)?)?;
            let options = self.1.own_errors(|status, body| body["error"]["code"] == status);
            Ok(Acme {
                info: ProviderInfo::new(ID, "Acme", docs, Paging::Cursor, can),
                http: options.client(credential, "https://api.acme.example", Limits::none())?,
            })
        }
    }

    record! {
        pub(crate) struct Row {
            id: String = "id",
            name: String = "name",
            created_at: Timestamp = "created_at",
        }
    }

    #[derive(Deserialize)]
    struct Listing {
        data: Vec<Row>,
        next: Option<String>,
    }

    #[derive(Deserialize)]
    struct Issued {
        key: Row,
        secret: Secret,
    }

    #[derive(Deserialize)]
    struct Revoked {
        deleted: Option<bool>,
        error: Option<Value>,
    }

    fn record(mut row: Row, response: &Response) -> Result<ApiKey> {
        let id = row.id.take().ok_or_else(|| response.unexpected("a key that has no `id`"))?;
        let mut key = ApiKey::new(ID, id);
        key.name = row.name.take();
        key.created_at = row.created_at.take();
        key.extras = row.leftovers();
        Ok(key)
    }

    #[async_trait]
    impl KeyProvider for Acme {
        fn info(&self) -> &ProviderInfo {
            &self.info
        }

        async fn list_page(&self, request: &PageRequest) -> Result<Page> {
            let call = Request::get(Operation::ListKeys, "/keys");
            let response = self.send(call.maybe_query("cursor", request.start.cursor())).await?;
            let listing: Listing = response.object()?;
            let keys = listing.data.into_iter().map(|row| record(row, &response));
            Ok(Page::new(keys.collect::<Result<_>>()?).with_next(listing.next.map(Cursor::new)))
        }

        async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
            let call = Request::create(Operation::CreateKey, "/keys");
            let response = self.send(call.json(&json!({ "name": request.name }))).await?;
            let Issued { key, secret } = response.object()?;
            Ok(CreatedKey::new(record(key, &response)?, secret))
        }

        async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
            let call = Request::delete(Operation::RevokeKey, "/keys/{id}").segment(id.as_str());
            let response = self.send(call.accept(&[404])).await?;
            match (response.status(), response.object()?) {
                (404, Revoked { error: Some(_), .. }) => Ok(response.gone()),
                (200, Revoked { deleted: Some(true), .. }) => Ok(Revocation::Revoked),
                _ => Err(response.unexpected("something other than a revocation")),
            }
        }
    }
}

#[test]
fn the_readme_has_this_example() {
    let readme = include_str!("../../README.md");
    let (_, example) = readme.split_once("```rs\n").unwrap();
    let (example, _) = example.split_once("```\n").unwrap();
    assert!(include_str!("readme.rs").contains(example), "the README has:\n{example}");
}
