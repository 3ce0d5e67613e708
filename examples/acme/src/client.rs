//! Acme's requests.

use keyroster_core::{
    Access, ApiKey, Change, CreateKey, CreatedKey, Error, ErrorKind, Extras, KeyId, KeyProvider,
    Operation, Page, PageRequest, Principal, ProviderInfo, Result, Revocation, RotateKey, Secret,
    Timestamp, Traffic, UpdateKey, async_trait,
};
use keyroster_http::{Request, Response};

use crate::{Acme, BURST, RATE, normalize, wire};

/// The fields of a form.
type Form = Vec<(&'static str, String)>;

#[async_trait]
impl KeyProvider for Acme {
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

    /// The vendor's default hides disabled keys.
    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let call = Request::get(Operation::ListKeys, "/keys")
            .query("disabled", "show")
            .follow(request.start.cursor());
        let response = self.http.send(call).await?;
        let rows: Vec<wire::KeyRow> = response.json()?;
        let keys = rows.into_iter().map(|row| record(row, &response));
        Ok(Page::new(keys.collect::<Result<_>>()?).with_next(response.next_link()?))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let call = Request::get(Operation::GetKey, "/keys/{id}").segment(id.as_str());
        let response = self.http.send(call).await?;
        record(response.object()?, &response)
    }

    fn check_create(&self, request: &CreateKey) -> Result<()> {
        new_key(request).map(drop)
    }

    fn check_update(&self, change: &UpdateKey) -> Result<()> {
        key_change(change).map(drop)
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let call = Request::create(Operation::CreateKey, "/keys").form(new_key(request)?);
        issued(&self.http.send(call).await?)
    }

    async fn update(&self, id: &KeyId, change: &UpdateKey) -> Result<ApiKey> {
        let call = Request::idempotent_post(Operation::UpdateKey, "/keys/{id}");
        let call = call.segment(id.as_str()).form(key_change(change)?);
        let response = self.http.send(call).await?;
        record(response.object()?, &response)
    }

    async fn rotate(&self, id: &KeyId, _: &RotateKey) -> Result<CreatedKey> {
        let call = Request::create(Operation::RotateKey, "/keys/{id}/rotate");
        issued(&self.http.send(call.segment(id.as_str())).await?)
    }

    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let call = Request::delete(Operation::RevokeKey, "/keys/{id}").segment(id.as_str());
        let response = self.http.send(call.accept(&[404])).await?;
        match response.status() {
            204 => Ok(Revocation::Revoked),
            // Only Acme's own answer counts: a gateway's 404 says nothing about the key.
            404 if response.is_own_error() => Ok(response.gone()),
            404 => Err(response.into_error()),
            _ => Err(response.unexpected("a success that is not 204")),
        }
    }

    async fn whoami(&self) -> Result<Principal> {
        let call = Request::get(Operation::WhoAmI, "/me");
        let me: wire::Me = self.http.send(call).await?.object()?;
        let mut principal = Principal::new();
        principal.key_id = Some(KeyId::new(me.key.to_string()));
        Ok(principal)
    }
}

fn record(row: wire::KeyRow, response: &Response) -> Result<ApiKey> {
    normalize::key(row).ok_or_else(|| response.unexpected("a key that has no `id`"))
}

/// A key with its secret. Both are in one object, which is read twice.
fn issued(response: &Response) -> Result<CreatedKey> {
    let wire::Issued { value } = response.object()?;
    Ok(CreatedKey::new(record(response.object()?, response)?, value))
}

/// What a create asks for, or what is wrong with it.
fn new_key(request: &CreateKey) -> Result<Form> {
    let mut form = vec![("label", request.name.clone())];
    match &request.access {
        Access::Admin => form.push(("role", "full".to_owned())),
        Access::Scoped { scopes } => {
            form.push(("role", "limited".to_owned()));
            form.extend(scopes.iter().map(|scope| ("grant", scope.clone())));
        }
        _ => {}
    }
    form.extend(request.expires_at.map(|at| ("expires", millis(at))));
    form.extend(request.container.iter().map(|id| ("project", id.clone())));
    form.extend(rate_limit(&request.extras)?);
    Ok(form)
}

/// What a change asks for, or what is wrong with it.
fn key_change(change: &UpdateKey) -> Result<Form> {
    let mut form = Form::new();
    form.extend(change.name.iter().map(|name| ("label", name.clone())));
    form.extend(change.disabled.map(|disabled| ("enabled", (!disabled).to_string())));
    match &change.expires_at {
        Change::Set(at) => form.push(("expires", millis(*at))),
        Change::Clear => form.push(("expires", "never".to_owned())),
        _ => {}
    }
    form.extend(rate_limit(&change.extras)?);
    Ok(form)
}

fn millis(at: Timestamp) -> String {
    at.as_millis().to_string()
}

/// Requests a second, and how many at once. A rate is not a quota, so it is one of Acme's own options.
fn rate_limit(options: &Extras) -> Result<Form> {
    let option = |name: &'static str| {
        let value = options.get(name)?;
        let number = value.as_u64().filter(|number| *number > 0);
        Some(number.map(|number| (name, number.to_string())).ok_or_else(|| {
            let message = format!("the option `{name}` is not a positive whole number");
            Error::new(ErrorKind::InvalidRequest, message).with_help("give a number, as 10")
        }))
    };
    [RATE, BURST].into_iter().filter_map(option).collect()
}
