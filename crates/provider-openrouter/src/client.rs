//! Requests to OpenRouter's API.

use keyroster_core::{
    ApiKey, Change, Container, ContainerPage, CreateKey, CreatedKey, Decimal, Error, ErrorKind,
    Identification, KeyId, KeyProvider, Liveness, Operation, Page, PageRequest, Principal,
    ProviderInfo, Reset, Result, Revocation, Secret, Traffic, UpdateKey, Warning, async_trait,
};
use keyroster_http::json::Object;
use keyroster_http::{Credential, Request, Response};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::{self, Data};
use crate::{BYOK_IN_LIMIT, ID, OpenRouter, WORKSPACES_PER_PAGE, normalize};

/// Maximum number of characters in a name (OpenAPI, 2026-10-30).
const MAX_NAME: usize = 256;

/// Every limit must be below this number of USD (OpenAPI, 2026-10-30).
const LIMIT_BELOW: i32 = 1_000_000;

#[async_trait]
impl KeyProvider for OpenRouter {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn traffic(&self) -> Traffic {
        self.http.traffic()
    }

    fn window(&self) -> usize {
        self.http.window()
    }

    fn credentials(&self) -> Vec<Secret> {
        self.http.credentials()
    }

    /// By default, OpenRouter leaves out disabled keys, expired keys, and those of other workspaces.
    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let mut call = Request::get(Operation::ListKeys, "/keys")
            .query("include_disabled", true)
            .query("include_expired", true)
            .query("offset", request.start.offset());
        if let Some(workspace) = &request.container {
            call = call.query("workspace_id", &workspace.id);
        }
        let response = self.http.send(call).await?;
        let page: Data<Vec<wire::KeyRow>> = response.object()?;
        let rows = page.data.into_iter();
        let keys: Vec<_> =
            rows.map(|key| normalize::key(key, request.container.as_ref())).collect();
        Ok(Page::of_rows(keys, "hash"))
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let call = Request::get(Operation::ListContainers, "/workspaces")
            .query("offset", request.start.offset())
            .query("limit", WORKSPACES_PER_PAGE)
            .accept(&[403, 404]);
        let response = self.http.send(call).await?;
        if response.status() >= 400 && !response.is_own_error() {
            return Err(response.into_error());
        }
        if response.status() != 200 {
            return Ok(ContainerPage::default_only(Warning::incomplete(format!(
                "only the keys of the default workspace are shown: OpenRouter does not let this credential \
                 list workspaces (status {})",
                response.status()
            ))));
        }
        let mut page: wire::WorkspacePage = response.object()?;
        if page.data.is_empty() && request.start.offset() == 0 {
            return Ok(ContainerPage::default_only(Warning::incomplete(
                "only the keys of the default workspace are shown: OpenRouter listed no workspaces",
            )));
        }
        let workspaces = page.data.into_iter().map(|mut workspace| {
            let id = workspace.id.id()?;
            Some(Container::new("workspace", id).with_name(workspace.name.take()))
        });
        let workspaces = workspaces.collect();
        Ok(ContainerPage::of_rows(workspaces, "id").with_total(page.total_count.take()))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let call = Request::get(Operation::GetKey, "/keys/{hash}").segment(id.as_str());
        record(&self.http.send(call).await?)
    }

    fn check_create(&self, request: &CreateKey) -> Result<()> {
        new_key(request).map(drop)
    }

    fn check_update(&self, change: &UpdateKey) -> Result<()> {
        key_change(change).map(drop)
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let body = new_key(request)?;
        let call = Request::create(Operation::CreateKey, "/keys").json(&body);
        let response = self.http.send(call).await?;
        // It is next to `data`. OpenRouter's rotation guide, which puts it inside, is wrong.
        let secret = response.secret(&[&["key"], &["data", "key"]])?;
        let row = response.object::<Data<wire::KeyRow>>();
        let mut created = match row.ok().and_then(|row| normalize::key(row.data, None)) {
            Some(key) => CreatedKey::new(key, secret),
            None => CreatedKey::without_id(ID, &request.name, secret),
        };
        created.warn_about(response.error_beside_data());
        Ok(created)
    }

    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        let body = key_change(change)?;
        let call = Request::patch(Operation::UpdateKey, "/keys/{hash}");
        record(&self.http.send(call.segment(id.as_str()).json(&body)).await?)
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let call = Request::delete(Operation::RevokeKey, "/keys/{hash}").segment(id.as_str());
        let response = self.http.send(call.accept(&[404])).await?;
        if response.status() == 404 {
            // Only OpenRouter's own error means that the key is gone, not a gateway's 404.
            return if response.is_own_error() {
                Ok(response.gone())
            } else {
                Err(response.into_error())
            };
        }
        match response.object::<wire::Deleted>()? {
            wire::Deleted { deleted: true } => Ok(Revocation::Revoked),
            wire::Deleted { deleted: false } => Err(response.unexpected("`deleted: false`")),
        }
    }

    async fn whoami(&self) -> Result<Principal> {
        let response = self.http.send(current_key(Operation::WhoAmI)).await?;
        Ok(normalize::principal(response.object::<Data<Object<wire::KeyRow>>>()?.data.0))
    }

    /// Keys of both kinds have this prefix. For keys with an undocumented format, the account must be named.
    fn recognizes(&self, secret: &Secret) -> bool {
        secret.expose().starts_with("sk-or-")
    }

    /// Asks OpenRouter about the secret, using it as the credential.
    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let call = current_key(Operation::Identify).credential(Credential::bearer(secret)?);
        let response = self.http.send(call.accept(&[401, 402, 403])).await?;
        if response.status() >= 400 {
            // Only OpenRouter's own error counts as a rejection, not a gateway's.
            if !response.is_own_error() {
                return Err(response.into_error());
            }
            let mut principal = Principal::new();
            principal.hint = masked(secret);
            let status = response.status();
            let said = response.words().unwrap_or_default();
            // A 402 or 403 is about what the key may do, e.g. that its limit is used up.
            if status != 401 || wire::SAW_NO_KEY.iter().any(|text| said.contains(text)) {
                let unknown = Identification::new(Liveness::Unknown, principal);
                return Ok(unknown.with_evidence(format!(
                    "OpenRouter does not say whether it works, but `{said}` (status {status})"
                )));
            }
            let dead = Identification::new(Liveness::Dead, principal);
            return Ok(dead.with_evidence(
                "OpenRouter rejects it and does not say whose it is; its masked form is compared with the \
                 account's keys",
            ));
        }
        let principal =
            normalize::principal(response.object::<Data<Object<wire::KeyRow>>>()?.data.0);
        // Every key has a label (OpenAPI, 2026-10-30). Other JSON does not come from OpenRouter.
        if principal.hint.is_none() {
            return Err(response.unexpected("a key without `label`"));
        }
        let live =
            Identification::new(Liveness::Live, principal).with_evidence("OpenRouter accepts it");
        Ok(if live.principal.access == keyroster_core::Access::Admin {
            live.with_evidence("it is a management key, which OpenRouter does not list")
        } else {
            live
        })
    }
}

/// Returns the body of a create, or the error in its arguments.
fn new_key(request: &CreateKey) -> Result<wire::NewKey<'_>> {
    check_name(&request.name)?;
    let limit = request.limit.as_ref().map(|limit| number(limit.amount));
    Ok(wire::NewKey {
        name: &request.name,
        limit: limit.transpose()?,
        limit_reset: request.reset.as_ref().map(reset).transpose()?.flatten(),
        include_byok_in_limit: flag(request.extras.get(BYOK_IN_LIMIT))?,
        expires_at: request.expires_at,
        creator_user_id: request.owner.as_deref(),
        workspace_id: request.container.as_deref(),
    })
}

/// Returns the body of an update, or the error in its arguments.
fn key_change(change: &UpdateKey) -> Result<wire::KeyChange<'_>> {
    change.name.as_deref().map(check_name).transpose()?;
    Ok(wire::KeyChange {
        name: change.name.as_deref(),
        disabled: change.disabled,
        limit: match &change.limit {
            Change::Set(limit) => Change::Set(number(limit.amount)?),
            Change::Clear => Change::Clear,
            _ => Change::Keep,
        },
        limit_reset: match &change.reset {
            Change::Set(rule) => reset(rule)?.map_or(Change::Clear, Change::Set),
            Change::Clear => Change::Clear,
            _ => Change::Keep,
        },
        include_byok_in_limit: flag(change.extras.get(BYOK_IN_LIMIT))?,
        workspace_id: change.container.as_deref(),
    })
}

/// Returns a request for information about the credential in use.
fn current_key(operation: Operation) -> Request {
    Request::get(operation, "/key")
}

/// Returns the masked form in which OpenRouter lists a key: the first three and the last four digits.
fn masked(secret: &Secret) -> Option<String> {
    let digits = secret.expose().strip_prefix("sk-or-v1-")?;
    let long_enough = digits.len() > 7 && digits.is_ascii();
    long_enough.then(|| format!("sk-or-v1-{}...{}", &digits[..3], &digits[digits.len() - 4..]))
}

fn record(response: &Response) -> Result<ApiKey> {
    let key = normalize::key(response.object::<Data<Object<wire::KeyRow>>>()?.data.0, None);
    key.ok_or_else(|| response.unexpected("a key without `hash`"))
}

/// Returns OpenRouter's name for a reset. `None` is sent as null, which means never.
fn reset(reset: &Reset) -> Result<Option<&'static str>> {
    match reset {
        Reset::Never => Ok(None),
        Reset::Daily => Ok(Some("daily")),
        Reset::Weekly => Ok(Some("weekly")),
        Reset::Monthly => Ok(Some("monthly")),
        _ => Err(invalid(
            "unsupported reset interval: OpenRouter supports daily, weekly, monthly or never",
        )),
    }
}

/// Returns a limit with exactly its own digits.
fn number(limit: Decimal) -> Result<wire::Number> {
    if limit >= Decimal::from(LIMIT_BELOW) {
        return Err(invalid(format!("the limit {limit} USD is not below {LIMIT_BELOW} USD")));
    }
    RawValue::from_string(limit.to_string()).map_err(|_| invalid("the limit is not a number"))
}

fn flag(value: Option<&Value>) -> Result<Option<bool>> {
    match value {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(invalid(format!("the option `{BYOK_IN_LIMIT}` must be true or false"))),
    }
}

fn check_name(name: &str) -> Result<()> {
    let length = name.chars().count();
    if length > MAX_NAME {
        return Err(invalid(format!(
            "the name has {length} characters; the maximum is {MAX_NAME}"
        )));
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
