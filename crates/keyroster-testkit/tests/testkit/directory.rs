//! A provider that passes, of a vendor with many containers: its keys are filed by user, their ids name the
//! user, a create must name one, and a bad credential gets 403.

use keyroster_core::{
    ApiKey, Capabilities, Container, ContainerPage, CreateKey, CreatedKey, Error, ErrorKind,
    Expiry, Field, Identification, KeyId, KeyProvider, Liveness, Operation, Order, Page,
    PageRequest, PageSize, Paging, Principal, Provider, ProviderId, ProviderInfo, Result,
    Revocation, Secret, Timestamp, async_trait,
};
use keyroster_http::{Credential, HttpClient, Limits, Request, Response, record};
use keyroster_testkit::{
    Call, FakeContainer, FakeKey, HttpAccount, Keys, Live, Reply, Samples, Script, Suite,
    VendorApi, Verdict,
};
use serde::Deserialize;
use serde_json::{Value, json};

const ID: ProviderId = ProviderId::from_static("directory");
const USERS: Paging = Paging::Offset { size: PageSize::Fixed(200), order: Order::Stable };

#[derive(Debug)]
struct Directory {
    info: ProviderInfo,
    http: HttpClient,
}

record! {
    struct Row {
        token: String = "token",
        label: String = "label",
        made: Timestamp = "made",
        expires: Timestamp = "expires",
    }
}

record! {
    struct User {
        id: String = "user",
        full_name: String = "full_name",
    }
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<Row>,
}

#[derive(Deserialize)]
struct Users {
    users: Vec<User>,
}

#[derive(Deserialize)]
struct Issued {
    created: Row,
    plaintext: Secret,
}

/// The vendor's own error.
#[derive(Deserialize)]
struct Problem {
    reason: String,
}

impl Directory {
    fn new(http: HttpClient) -> Self {
        let can = Capabilities::LIST_ONLY
            .with_get()
            .with_create(&[Field::Container, Field::Expiry])
            .with_revoke()
            .with_whoami()
            .with_identify();
        let info =
            ProviderInfo::new(ID, "Directory", "https://directory.example", Paging::Single, can);
        Self { info: info.with_containers("user", USERS), http }
    }
}

fn record(user: &str, mut row: Row, response: &Response) -> Result<ApiKey> {
    let token = row.token.take().ok_or_else(|| response.unexpected("a key without `token`"))?;
    let mut key = ApiKey::new(ID, format!("{user}/{token}"));
    key.name = row.label.take();
    key.container = Some(Container::new("user", user));
    key.created_at = row.made.take();
    key.expiry = row.expires.take().map_or(Expiry::Unknown, |at| Expiry::At { at });
    key.extras = row.leftovers();
    Ok(key)
}

/// The parts of an id: the user and the token.
fn parts(id: &KeyId) -> Result<(&str, &str)> {
    let wrong = || Error::new(ErrorKind::InvalidRequest, format!("`{id}` is not USER/TOKEN"));
    id.as_str().split_once('/').ok_or_else(wrong)
}

#[async_trait]
impl KeyProvider for Directory {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn traffic(&self) -> keyroster_core::Traffic {
        self.http.traffic()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let user = request.container.as_ref().map(|user| user.id.as_str()).unwrap_or_default();
        let call = Request::get(Operation::ListKeys, "/users/{user}/tokens").segment(user);
        let response = self.http.send(call).await?;
        let Tokens { tokens } = response.object()?;
        let keys = tokens.into_iter().map(|row| record(user, row, &response));
        Ok(Page::new(keys.collect::<Result<_>>()?))
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let call = Request::get(Operation::ListContainers, "/users");
        let response = self.http.send(call.query("offset", request.start.offset())).await?;
        let Users { users } = response.object()?;
        let users = users.into_iter().map(|mut row| {
            let id = row.id.take().ok_or_else(|| response.unexpected("a user without id"))?;
            Ok(Container::new("user", id).with_name(row.full_name.take()))
        });
        Ok(ContainerPage::new(users.collect::<Result<_>>()?))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let (user, token) = parts(id)?;
        let call = Request::get(Operation::GetKey, "/users/{user}/tokens/{token}");
        let response = self.http.send(call.segment(user).segment(token)).await?;
        record(user, response.object()?, &response)
    }

    fn check_create(&self, request: &CreateKey) -> Result<()> {
        if request.container.is_some() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidRequest, "a new token needs a user"))
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let user = request.container.as_deref().unwrap_or_default();
        let body = json!({ "label": request.name, "expires": request.expires_at });
        let call = Request::create(Operation::CreateKey, "/users/{user}/tokens");
        let response = self.http.send(call.segment(user).json(&body)).await?;
        let Issued { created, plaintext } = response.object()?;
        Ok(CreatedKey::new(record(user, created, &response)?, plaintext))
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let (user, token) = parts(id)?;
        let call = Request::delete(Operation::RevokeKey, "/users/{user}/tokens/{token}");
        let call = call.segment(user).segment(token).accept(&[404]);
        let response = self.http.send(call).await?;
        match response.status() {
            204 => Ok(Revocation::Revoked),
            404 => response.object().map(|Problem { .. }| response.gone()),
            _ => Err(response.unexpected("a success that is not 204")),
        }
    }

    async fn whoami(&self) -> Result<Principal> {
        let response = self.http.send(Request::get(Operation::WhoAmI, "/me")).await?;
        record("me", response.object()?, &response).map(|_| Principal::new())
    }

    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let call = Request::get(Operation::Identify, "/me")
            .credential(Credential::bearer(secret)?)
            .accept(&[403]);
        let response = self.http.send(call).await?;
        let (liveness, evidence) = if response.status() == 403 {
            let Problem { reason } = response.object()?;
            if reason == "bad-token" {
                (Liveness::Dead, "the vendor does not know it")
            } else {
                (Liveness::Unknown, "the vendor refuses, and does not say why")
            }
        } else {
            record("me", response.object()?, &response)?;
            (Liveness::Live, "the vendor accepts it")
        };
        Ok(Identification::new(liveness, Principal::new()).with_evidence(evidence))
    }
}

struct DirectoryApi;

impl VendorApi for DirectoryApi {
    fn provider(&self, account: &HttpAccount) -> Result<Provider> {
        let credential = Credential::bearer(&account.secret())?;
        let http = account.options().own_errors(|_, body| body["reason"].is_string());
        let http = http.client(credential, "https://directory.example", Limits::none())?;
        Ok(Provider::new(Directory::new(http)))
    }

    fn row(&self, key: &FakeKey) -> Value {
        json!({
            "token": key.id, "label": key.name, "made": key.created_at, "expires": key.expires_at,
            "user": key.container,
        })
    }

    fn container(&self, container: &FakeContainer) -> Value {
        json!({ "user": container.id, "full_name": container.name })
    }

    fn answer(&self, call: &Call, keys: &mut Keys<'_>) -> Reply {
        match (call.method(), &call.segments()[..]) {
            ("GET", ["users"]) => {
                let page = keys.containers_by_offset(call.number("offset"));
                Reply::json(json!({ "users": page.rows }))
            }
            ("GET", ["users", user, "tokens"]) => {
                Reply::json(json!({ "tokens": keys.in_container(Some(user)).all().rows }))
            }
            ("GET", ["users", _, "tokens", token]) => Reply::found(keys.get(token)),
            ("POST", ["users", user, "tokens"]) => {
                // The key is made first, and then given what the call asks for.
                let made = keys.in_container(Some(user)).create("");
                let row = keys.update(&made.id, |key| {
                    call.text("label").unwrap_or_default().clone_into(&mut key.name);
                    let expires = call.text("expires").and_then(|at| at.parse().ok());
                    key.expires_at = expires.unwrap_or(key.expires_at);
                });
                Reply::json(json!({ "created": row, "plaintext": made.secret.expose() }))
            }
            ("DELETE", ["users", _, "tokens", token]) if keys.delete(token) => {
                Reply::text("").with_status(204)
            }
            ("GET", ["me"]) => Reply::json(keys.row(keys.caller())),
            _ => Reply::error(404),
        }
    }

    fn error(&self, status: u16, message: &str) -> Value {
        json!({ "reason": format!("E{status}"), "message": message })
    }

    fn bad_credential(&self) -> Reply {
        Reply::json(json!({ "reason": "bad-token", "message": "no such token" })).with_status(403)
    }

    fn key_id(&self, key: &FakeKey) -> KeyId {
        KeyId::new(format!("{}/{}", key.container.as_deref().unwrap_or_default(), key.id))
    }

    fn samples(&self) -> Samples {
        Samples::default().with_container("user-1")
    }
}

keyroster_testkit::conformance!(
    Suite::http(DirectoryApi)
        .skip("escapes_ids", "the id of a token is a number, and that of a user a word")
);

#[test]
fn a_live_account_identifies_its_own_secret_even_if_its_shape_proves_nothing() {
    let secret = Secret::from("fa4efa4e-own");
    let me = || json!({ "token": "1", "label": "own" });
    let expected = || keyroster_testkit::Expected::new("GET", "/me");
    // Once for the account, once for the secret.
    let script = Script::new().on(expected(), Reply::json(me()));
    let server = script.on(expected(), Reply::json(me())).start().unwrap();
    let base = keyroster_http::BaseUrl::parse(&server.base_url()).unwrap();
    let credential = Credential::bearer(&secret).unwrap();
    let http = HttpClient::builder(base).credential(credential).build();
    let directory = Directory::new(http);
    assert!(!directory.recognizes(&secret));
    let verdicts = Live::new(Provider::new(directory)).with_secret(secret).run_all();
    let identified = verdicts.iter().find(|(it, _)| it.name == "identify_separates_live_from_dead");
    assert_eq!(identified.map(|(_, verdict)| verdict), Some(&Verdict::Passed));
}
