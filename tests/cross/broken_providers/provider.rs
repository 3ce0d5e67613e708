//! A correct provider, except for one flaw.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread::ThreadId;

use keyroster::{
    Access, ApiKey, Capabilities, Change, Container, ContainerPage, CreateKey, CreatedKey, Cursor,
    Error, ErrorKind, Expiry, Field, Identification, KeyId, KeyProvider, KeyStatus, Liveness,
    Operation, Order, Page, PageRequest, PageSize, Paging, Principal, ProviderId, ProviderInfo,
    Reset, Result, Revocation, RotateKey, Secret, Traffic, Unit, UpdateKey, Warning, async_trait,
};
use keyroster_http::{Credential, HttpClient, Limits, Request, Response};
use keyroster_testkit::HttpAccount;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::flaws::Flaw;
use super::record::record;

pub(crate) const ID: ProviderId = ProviderId::from_static("sample");

const CREATE: &[Field] = &[
    Field::Admin,
    Field::Scopes,
    Field::Limit(Unit::USD),
    Field::Reset,
    Field::Expiry,
    Field::Container,
    Field::Owner,
    Field::extra("burst"),
];

const UPDATE: &[Field] = &[Field::Name, Field::Disabled, Field::Limit(Unit::USD)];

#[derive(Debug)]
pub(crate) struct Sample {
    info: ProviderInfo,
    http: HttpClient,
    flaw: Flaw,
    /// The state of a flaw.
    shown: Option<String>,
    thread: ThreadId,
    seen: Mutex<Vec<String>>,
    places: Mutex<BTreeMap<String, Option<Cursor>>>,
}

impl Sample {
    pub(crate) fn new(flaw: Flaw, account: &HttpAccount) -> Result<Self> {
        let by_offset = matches!(flaw, Flaw::NoneByOffset | Flaw::HidesRepeatedPages);
        let paging = if by_offset {
            Paging::Offset { size: PageSize::Fixed(4), order: Order::Stable }
        } else {
            Paging::Cursor
        };
        let mut can = Capabilities::LIST_ONLY
            .with_get()
            .with_create(CREATE)
            .with_update(UPDATE)
            .with_revoke()
            .with_whoami()
            .with_identify();
        can.rotate = (flaw != Flaw::RotatesUndeclared).then_some(&[Field::KeepOld]);
        let info = ProviderInfo::new(ID, "Sample", "https://sample.example", paging, can);
        let one_page = flaw == Flaw::DeclaresOnePageOfContainers;
        let containers = if one_page { Paging::Single } else { Paging::Cursor };
        let info = if by_offset { info } else { info.with_containers("project", containers) };
        let credential = Credential::bearer(&account.secret())?;
        let options = account.options().own_errors(|status, body| body["error"]["code"] == status);
        let leak = matches!(flaw, Flaw::LeaksInDebug | Flaw::LeaksInALog);
        Ok(Self {
            info,
            http: options.client(credential, "https://sample.example", Limits::none())?,
            flaw,
            shown: leak.then(|| account.secret().expose().to_owned()),
            thread: std::thread::current().id(),
            seen: Mutex::default(),
            places: Mutex::default(),
        })
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    async fn send(&self, call: Request) -> Result<Response> {
        self.http.send(call).await.map_err(|error| self.spoil(error))
    }

    /// The error that the flaw turns this one into.
    fn spoil(&self, error: Error) -> Error {
        let kind = match (self.flaw, error.kind()) {
            (Flaw::Maps401ToPermissionDenied, ErrorKind::Unauthenticated) => {
                ErrorKind::PermissionDenied
            }
            (Flaw::Maps403ToNotFound, ErrorKind::PermissionDenied) => ErrorKind::NotFound,
            (Flaw::Maps409ToInvalid, ErrorKind::Conflict) => ErrorKind::InvalidRequest,
            (Flaw::Maps429ToUnavailable, ErrorKind::RateLimited) => ErrorKind::Unavailable,
            (Flaw::Maps500ToTransport, ErrorKind::Unavailable) => ErrorKind::Transport,
            (Flaw::ForgetsRetryAfter, ErrorKind::RateLimited) => {
                return error.with_retry_after(None);
            }
            _ => return error,
        };
        Error::new(kind, "an error of the flaw").with_retry_after(error.retry_after())
    }

    /// An empty page instead of the error, if the flaw confuses them.
    fn empty_page(&self, error: Error) -> Result<Page> {
        let text = error.to_string();
        let empty = match self.flaw {
            Flaw::Maps404ToAnEmptyList => error.kind() == ErrorKind::NotFound,
            Flaw::Takes401ForAnEmptyList => error.kind() == ErrorKind::Unauthenticated,
            Flaw::TakesACutForTheEnd => error.kind() == ErrorKind::Transport,
            Flaw::TakesAPageForAnEmptyList => text.contains("an HTML page"),
            Flaw::TakesNothingForAnEmptyList => text.contains("an empty body"),
            Flaw::TakesHalfForAnEmptyList => text.contains("ends early"),
            Flaw::TakesAnyObjectForAnEmptyList => text.contains("no `data`"),
            _ => false,
        };
        if empty { Ok(Page::default()) } else { Err(error) }
    }

    async fn page(&self, request: &PageRequest) -> Result<Page> {
        let mut call = Request::get(Operation::ListKeys, "/keys")
            .maybe_query("all", (!self.is(Flaw::ForgetsToAskForAll)).then_some(true));
        let project = request.container.as_ref().filter(|_| !self.is(Flaw::ForgetsTheContainer));
        if let Some(project) = project {
            call = call.query("project", &project.id);
        }
        if self.info.paging != Paging::Cursor {
            call = call.query("offset", request.start.offset());
        }
        let here = request.container.as_ref().map(|here| here.id.clone()).unwrap_or_default();
        let place = self.places.lock().unwrap().get(&here).cloned().flatten();
        let place = place.filter(|_| self.is(Flaw::KeepsItsPlace));
        let cursor = request.start.cursor().map(str::to_owned);
        if let Some(cursor) = cursor.clone().or(place.map(|place| place.as_str().to_owned())) {
            let broken = self.is(Flaw::BreaksCursors);
            call = call.query("cursor", if broken { cursor.replace('+', " ") } else { cursor });
        }
        if self.is(Flaw::LeaksInAnError) || self.is(Flaw::LeaksInACause) {
            call = call.accept(&[400, 401, 403, 404, 409, 422]);
        }
        let answer = self.send(call).await;
        if self.is(Flaw::FailsOnAVanishedContainer) && request.container.is_some() {
            let gone = answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
            if gone {
                return Err(Error::new(ErrorKind::Unavailable, "no such project"));
            }
        }
        let response = answer?;
        if response.status() >= 400 {
            return Err(self.leak(&response));
        }
        if self.is(Flaw::LeaksInALog) {
            tracing::trace!(credential = self.shown.as_deref(), "answered");
        }
        let mut body = response.object::<Map<String, Value>>()?;
        let next = body.remove("next").and_then(|next| next.as_str().map(Cursor::new));
        let Some(Value::Array(rows)) = body.remove("data") else {
            return Err(response.unexpected("a page that has no `data`"));
        };
        let mut page = Page::default();
        for row in &rows {
            match record(self.flaw, row) {
                Ok(key) => page.keys.extend(key),
                Err(what) => return Err(response.unexpected(what)),
            }
        }
        if self.is(Flaw::KeepsTheWiresOrder) {
            let raw = response.json::<Box<RawValue>>()?;
            page.keys.iter_mut().for_each(|key| key.extras.insert("raw", raw.get().into()));
        }
        if cursor.is_none() {
            self.places.lock().unwrap().entry(here).or_insert(next.clone());
        }
        page.next = next;
        self.spoil_page(&mut page, cursor)?;
        Ok(page)
    }

    /// The vendor's own words, unscrubbed.
    fn leak(&self, response: &Response) -> Error {
        let said = response.json::<Value>().map(|body| body.to_string()).unwrap_or_default();
        let error = Error::new(ErrorKind::InvalidRequest, "the vendor refuses");
        if self.is(Flaw::LeaksInACause) {
            return error.with_source(said);
        }
        Error::new(ErrorKind::InvalidRequest, said)
    }

    fn spoil_page(&self, page: &mut Page, cursor: Option<String>) -> Result<()> {
        let mut seen = self.seen.lock().unwrap();
        let seen_keys = page.keys.iter().all(|key| seen.contains(&key.id.as_str().to_owned()));
        let seen_keys = seen_keys && !page.keys.is_empty();
        seen.extend(page.keys.iter().map(|key| key.id.as_str().to_owned()));
        match self.flaw {
            Flaw::SkipsTheLastPage if page.next.is_none() && cursor.is_some() => page.keys.clear(),
            Flaw::LoopsForever if page.next.is_none() => {
                page.next = Some(Cursor::new(format!("zz-{}", seen.len())));
                seen.push(String::new());
            }
            Flaw::FollowsACursorTwice if cursor.is_some() => page.next = cursor.map(Cursor::new),
            Flaw::WarnsWithoutNeed => page.warnings.push(Warning::incomplete("who knows")),
            Flaw::RefusesAnEmptyAccount if page.keys.is_empty() && seen.is_empty() => {
                return Err(Error::new(ErrorKind::NotFound, "no keys"));
            }
            Flaw::EndsAtAnEmptyPage if page.keys.is_empty() => page.next = None,
            Flaw::HidesARepeatedCursor => {
                let next = page.next.as_ref().map(|next| format!("cursor {}", next.as_str()));
                if let Some(next) = next {
                    if seen.contains(&next) {
                        page.next = None;
                    }
                    seen.push(next);
                }
            }
            Flaw::HidesDisabledKeys => page.keys.retain(|key| key.state.disabled != Some(true)),
            Flaw::HidesRevokedKeys => page.keys.retain(|key| key.state.revoked != Some(true)),
            Flaw::HidesExpiredKeys => {
                let later = "2099-01-01T00:00:00Z".parse().unwrap();
                page.keys.retain(|key| key.status_at(later) != KeyStatus::Expired);
            }
            Flaw::HidesRepeatedPages if seen_keys => page.keys.clear(),
            Flaw::StopsAtSeenKeys if seen_keys => page.next = None,
            Flaw::CountsItsAnswers => {
                let count = ANSWERS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                page.keys.iter_mut().for_each(|key| key.extras.insert("answer", count.into()));
            }
            _ => {}
        }
        Ok(())
    }

    fn record(&self, response: &Response) -> Result<ApiKey> {
        let row = Value::Object(response.object()?);
        let key = record(self.flaw, &row).map_err(|what| response.unexpected(what))?;
        key.ok_or_else(|| response.unexpected("a key without a record"))
    }

    fn created(&self, response: &Response) -> Result<CreatedKey> {
        let mut body = response.object::<Map<String, Value>>()?;
        let (row, secret) = (body.remove("key"), body.remove("secret"));
        let (Some(row), Some(Value::String(secret))) = (row, secret) else {
            return Err(response.unexpected("no key, or no secret"));
        };
        let key = record(self.flaw, &row).map_err(|what| response.unexpected(what))?;
        let key = key.ok_or_else(|| response.unexpected("a key without a record"))?;
        if self.is(Flaw::LosesTheSecretOfAnOddKey) && !row["name"].is_string() {
            return Err(response.unexpected("a name that is not a text"));
        }
        let mut created = CreatedKey::new(key, Secret::new(secret));
        match self.flaw {
            Flaw::AnswersAnotherSecret => created.secret = Secret::from("another"),
            Flaw::HandsOutUndeclaredParts => {
                created.parts.push(("refresh".to_owned(), Secret::from("more")));
            }
            Flaw::KeepsASecretField => created.key.extras.insert("secret", "[hidden]".into()),
            Flaw::LeaksInAHint => created.key.hint = Some(created.secret.expose().to_owned()),
            _ => {}
        }
        Ok(created)
    }

    fn route(&self, route: &'static str, id: &KeyId) -> &'static str {
        if !self.is(Flaw::DoesNotEscapeIds) {
            return route;
        }
        Box::leak(route.replace("{id}", id.as_str()).into_boxed_str())
    }
}

static ANSWERS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

#[async_trait]
impl KeyProvider for Sample {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn traffic(&self) -> Traffic {
        self.http.traffic()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        if self.is(Flaw::StaysOnItsThread) && self.thread != std::thread::current().id() {
            return Err(Error::new(ErrorKind::Configuration, "not on this thread"));
        }
        if self.is(Flaw::AsksTwiceForAPage) {
            self.page(request).await?;
        }
        let page = self.page(request).await;
        if self.is(Flaw::TakesALaterErrorForTheEnd) && request.start.cursor().is_some() {
            return page.or_else(|_| Ok(Page::default()));
        }
        page.or_else(|error| self.empty_page(error))
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let start = request.start.cursor().filter(|_| !self.is(Flaw::IgnoresTheContainersStart));
        let call = Request::get(Operation::ListContainers, "/projects");
        let response = self.send(call.maybe_query("cursor", start)).await?;
        let mut body = response.object::<Map<String, Value>>()?;
        let rows = body.remove("data").unwrap_or_default();
        let rows = rows.as_array().cloned().unwrap_or_default();
        let mut containers: Vec<Container> = rows
            .iter()
            .filter_map(|row| Some(Container::new("project", row.get("id")?.as_str()?)))
            .collect();
        if self.is(Flaw::KnowsOneContainer) {
            containers.truncate(1);
        }
        let next = body.remove("next").and_then(|next| next.as_str().map(Cursor::new));
        let mut page = ContainerPage::new(containers);
        page.next = next;
        Ok(page)
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let call = Request::get(Operation::GetKey, self.route("/keys/{id}", id));
        let response = self.send(call.segment(id.as_str())).await;
        if self.is(Flaw::FindsAnything) && response.is_err() {
            return Ok(ApiKey::new(ID, id.clone()));
        }
        let mut key = self.record(&response?)?;
        if self.is(Flaw::GetsLess) {
            key.owner = None;
        }
        Ok(key)
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let call =
            || Request::create(Operation::CreateKey, "/keys").json(&new_key(self.flaw, request));
        let mut answer = self.send(call()).await;
        let lost = |error: &Error, what: &str| {
            error.kind() == ErrorKind::Indeterminate && error.to_string().contains(what)
        };
        let again = match (self.flaw, &answer) {
            (Flaw::RetriesACreate, Err(error)) => {
                error.status().is_some_and(|status| status >= 500)
            }
            (Flaw::RetriesALostCreate, Err(error)) => lost(error, "no complete response"),
            _ => false,
        };
        if again {
            answer = self.send(call()).await;
        }
        let created = answer.and_then(|response| self.created(&response));
        match created {
            Err(_) if self.is(Flaw::BelievesAnyCreate) => {
                Ok(CreatedKey::new(ApiKey::new(ID, "new"), Secret::from("new")))
            }
            created => created,
        }
    }

    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        if self.is(Flaw::ChangesNothing) {
            return self.get(id).await;
        }
        let mut body = Map::new();
        if let Some(name) = &change.name {
            body.insert("name".to_owned(), name.as_str().into());
        }
        if let Some(disabled) = change.disabled {
            body.insert("disabled".to_owned(), disabled.into());
        }
        match &change.limit {
            Change::Set(limit) if !self.is(Flaw::IgnoresAChangedLimit) => {
                body.insert("limit".to_owned(), limit.amount.to_string().into());
            }
            Change::Clear => drop(body.insert("limit".to_owned(), Value::Null)),
            _ => {}
        }
        let call = Request::patch(Operation::UpdateKey, self.route("/keys/{id}", id));
        self.record(&self.send(call.segment(id.as_str()).json(&body)).await?)
    }

    async fn rotate(&self, id: &KeyId, request: &RotateKey) -> Result<CreatedKey> {
        let route = self.route("/keys/{id}/rotate", id);
        let until = request.keep_old_until.filter(|_| !self.is(Flaw::IgnoresAnOverlap));
        let body = json!({ "keep_old_until": until });
        let call = || Request::create(Operation::RotateKey, route).segment(id.as_str()).json(&body);
        let mut answer = self.send(call()).await;
        if self.is(Flaw::RetriesARotation) && answer.is_err() {
            answer = self.send(call()).await;
        }
        let mut rotated = self.created(&answer?)?;
        if self.is(Flaw::AnswersTheOldSecret) {
            rotated.secret = Secret::from("the old one");
        }
        Ok(rotated)
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        match self.flaw {
            Flaw::RefusesToRevoke => {
                return Err(Error::unsupported(self.info(), Operation::RevokeKey));
            }
            Flaw::RevokesNothing => return Ok(Revocation::Revoked),
            _ => {}
        }
        let call = Request::delete(Operation::RevokeKey, self.route("/keys/{id}", id));
        let call = call.segment(id.as_str());
        if self.is(Flaw::RevokesOnceOnly) {
            self.send(call).await?;
            return Ok(Revocation::Revoked);
        }
        let response = self.send(call.accept(&[404])).await?;
        if self.is(Flaw::BelievesAnyRevocation) {
            return Ok(Revocation::Revoked);
        }
        if self.is(Flaw::TakesAny404ForGone) && response.status() == 404 {
            return response.json::<Value>().map(|_| Revocation::AlreadyGone);
        }
        let body = response.object::<Map<String, Value>>()?;
        match (response.status(), body.contains_key("error"), body.get("revoked")) {
            (404, true, _) if response.after_lost_attempt() => Ok(Revocation::Gone),
            (404, true, _) => Ok(Revocation::AlreadyGone),
            (200, _, Some(Value::Bool(true))) => Ok(Revocation::Revoked),
            _ => Err(response.unexpected("something else than a revocation")),
        }
    }

    async fn whoami(&self) -> Result<Principal> {
        if self.is(Flaw::TrustsItself) {
            return Ok(Principal::new());
        }
        let response = self.send(Request::get(Operation::WhoAmI, "/me")).await?;
        let mut principal = Principal::new();
        principal.access = self.record(&response)?.access;
        Ok(principal)
    }

    fn recognizes(&self, secret: &Secret) -> bool {
        secret.expose().starts_with("smp_")
    }

    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let mut call = Request::get(Operation::Identify, "/me")
            .credential(Credential::bearer(secret)?)
            .accept(&[401, 403]);
        if self.is(Flaw::LeaksInAnAddress) {
            call = call.query("secret", secret.expose());
        }
        let response = self.send(call).await?;
        let mut principal = Principal::new();
        principal.expiry = Expiry::Unknown;
        let body = response.object::<Map<String, Value>>()?;
        let refused = body.contains_key("error") || self.is(Flaw::TakesAnyRefusalForDead);
        if response.status() >= 400 && refused && !self.is(Flaw::FindsAllAlive) {
            let dead = Identification::new(Liveness::Dead, principal);
            let said = body.get("error").filter(|_| self.is(Flaw::LeaksInEvidence));
            return Ok(
                dead.with_evidence(said.map_or("the vendor refuses it".into(), Value::to_string))
            );
        }
        let sure = [Flaw::FindsAllAlive, Flaw::TakesAnySuccessForLive];
        if !body.contains_key("id") && !sure.contains(&self.flaw) {
            let unknown = Identification::new(Liveness::Unknown, principal);
            return Ok(unknown.with_evidence("the response is not the vendor's"));
        }
        Ok(Identification::new(Liveness::Live, principal).with_evidence("the vendor accepts it"))
    }
}

fn new_key(flaw: Flaw, request: &CreateKey) -> Value {
    let mut body = json!({ "name": request.name });
    let most = if flaw == Flaw::SendsOnlyTheFirstScope { 1 } else { usize::MAX };
    match &request.access {
        Access::Admin if flaw == Flaw::SendsNoAdminAccess => {}
        Access::Admin => body["role"] = "admin".into(),
        Access::Scoped { scopes } if flaw != Flaw::IgnoresScopes => {
            body["scopes"] = scopes.iter().take(most).map(String::as_str).collect();
        }
        _ => {}
    }
    if let Some(limit) = request.limit.as_ref().filter(|_| flaw != Flaw::IgnoresALimit) {
        body["limit"] = limit.amount.to_string().into();
    }
    if flaw != Flaw::IgnoresAReset {
        body["reset"] = match request.reset {
            Some(Reset::Daily) => "daily".into(),
            Some(Reset::Monthly) => "monthly".into(),
            _ => Value::Null,
        };
    }
    if let Some(at) = request.expires_at.filter(|_| flaw != Flaw::IgnoresAnExpiry) {
        let (seconds, day) = (at.as_millis() / 1_000, 86_400);
        body["expires_at"] = match flaw {
            Flaw::MultipliesAnExpiry => seconds * 1_000,
            Flaw::MovesAnExpiry => seconds + 30 * day,
            Flaw::RoundsAnExpiry => seconds / day * day,
            _ => seconds,
        }
        .into();
    }
    if let Some(project) = request.container.as_ref().filter(|_| flaw != Flaw::IgnoresAContainer) {
        body["project"] = project.as_str().into();
    }
    if let Some(owner) = &request.owner {
        body["owner"] = owner.as_str().into();
    }
    if let Some(burst) = request.extras.get("burst").filter(|_| flaw != Flaw::IgnoresAnOption) {
        body["burst"] = burst.clone();
    }
    body
}
