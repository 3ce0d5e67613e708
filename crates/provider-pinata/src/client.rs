//! Requests to Pinata's API.

use keyroster_core::{
    ApiKey, CreateKey, CreatedKey, Error, ErrorKind, Expiry, Identification, KeyId, KeyProvider,
    Limit, Liveness, Operation, Owner, Page, PageRequest, Principal, ProviderInfo, Quota, Result,
    Revocation, Secret, Traffic, Warning, async_trait,
};
use keyroster_http::{Credential, Request, Response};

use crate::wire::{self, jwt_claims};
use crate::{Generation, ID, Pinata, normalize, scopes};

#[async_trait]
impl KeyProvider for Pinata {
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
        self.secrets.clone()
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let route = match self.generation {
            Generation::Legacy => "/users/apiKeys",
            Generation::V3 => "/v3/api_keys",
            Generation::V3Sdk => "/v3/pinata/keys",
        };
        let request =
            Request::get(Operation::ListKeys, route).query("offset", request.start.offset());
        let response = self.http.send(request).await?;
        let mut page: wire::KeyPage = response.object()?;
        let keys = page.keys.into_iter().map(normalize::key).collect();
        Ok(Page::of_rows(keys, "key").with_total(page.count.take()))
    }

    fn check_create(&self, request: &CreateKey) -> Result<()> {
        self.new_key(request).map(drop)
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        let body = self.new_key(request)?;
        let route = match self.generation {
            Generation::Legacy => "/users/generateApiKey",
            Generation::V3 => "/v3/api_keys",
            Generation::V3Sdk => "/v3/pinata/keys",
        };
        let call = Request::create(Operation::CreateKey, route).json(&body);
        let response = self.http.send(call).await?;
        let jwt = response.secret(&[&["JWT"]]);
        let pair_secret = response.secret(&[&[wire::API_SECRET]]).ok();
        let answer = response.object::<wire::Created>();
        let claimed = jwt.as_ref().ok().and_then(jwt_claims).and_then(|claims| claims.key);
        let named = answer.ok().and_then(|mut answer| answer.pinata_api_key.id());
        let mut warnings = Vec::new();
        if let (Some(claimed), Some(named)) = (&claimed, &named)
            && claimed != named
        {
            warnings.push(Warning::mismatch(format!(
                "the new JWT names the key `{claimed}`, but Pinata's response names `{named}`"
            )));
        }
        let secret = match (jwt, &pair_secret) {
            (Ok(jwt), _) => jwt,
            (Err(_), Some(pair_secret)) => {
                warnings.push(Warning::unconfirmed(
                    "Pinata's response has no JWT; the secret is the key's `pinata_api_secret`",
                ));
                pair_secret.clone()
            }
            (Err(error), None) => return Err(error),
        };
        let mut created = match named.or(claimed) {
            Some(id) => {
                let mut key = ApiKey::new(ID, id);
                key.name = Some(request.name.clone());
                key.access = request.access.clone();
                key.quota = Quota::new(request.limit.clone().map_or(Limit::Unknown, Limit::Amount));
                CreatedKey::without_record(key, secret)
            }
            None => CreatedKey::without_id(ID, &request.name, secret),
        };
        match pair_secret {
            Some(part) => created.parts.push((wire::API_SECRET.to_owned(), part)),
            None => warnings.push(Warning::unconfirmed(format!(
                "Pinata's response has no readable `{}`",
                wire::API_SECRET
            ))),
        }
        created.warnings.extend(warnings);
        created.warn_about(response.error_beside_data());
        Ok(created)
    }

    /// The legacy route returns "Revoked" even for a key that never existed.
    async fn revoke(&self, id: &KeyId) -> Result<Revocation> {
        let operation = Operation::RevokeKey;
        let request = match self.generation {
            Generation::Legacy => Request::put(operation, "/users/revokeApiKey")
                .json(&wire::Revoke { key: id.as_str() }),
            Generation::V3 => Request::delete(operation, "/v3/api_keys/{key}").segment(id.as_str()),
            Generation::V3Sdk => {
                Request::put(operation, "/v3/pinata/keys/{key}").segment(id.as_str())
            }
        };
        let response = self.http.send(request.accept(&[404])).await?;
        if response.status() == 404 {
            // Only Pinata's own error means that the key is gone, not a gateway's 404.
            return if response.is_own_error() {
                Ok(response.gone())
            } else {
                Err(response.into_error())
            };
        }
        match response.json::<String>()?.as_str() {
            "Revoked" => Ok(Revocation::Revoked),
            _ => Err(response.unexpected("a message other than `Revoked`")),
        }
    }

    async fn whoami(&self) -> Result<Principal> {
        accepted(&self.http.send(test_authentication(Operation::WhoAmI)).await?)?;
        Ok(principal(&self.own))
    }

    fn recognizes(&self, secret: &Secret) -> bool {
        jwt_claims(secret).is_some_and(|claims| claims.key.is_some())
    }

    /// Reads the owner from the JWT and tests it, which spends one use of a key with limited uses.
    async fn identify(&self, secret: &Secret) -> Result<Identification> {
        let Some(claims) = jwt_claims(secret) else {
            let unknown = Identification::new(Liveness::Unknown, Principal::new());
            return Ok(unknown.with_evidence(
                "not a Pinata JWT; a key's secret alone does not identify its key and cannot be tested \
                 without it",
            ));
        };
        let principal = principal(&claims);
        let request = test_authentication(Operation::Identify)
            .credential(Credential::bearer(secret)?)
            .accept(&[401, 402, 403]);
        let (liveness, verdict) = verdict(self.http.send(request).await?)?;
        Ok(Identification::new(liveness, principal)
            .with_evidence("the JWT names its key")
            .with_evidence(verdict))
    }
}

/// Converts the claims of a JWT to a principal.
fn principal(claims: &wire::Claims) -> Principal {
    let mut principal = Principal::new();
    principal.key_id = claims.key.as_deref().map(KeyId::from);
    principal.owner = claims.user.as_deref().map(Owner::new);
    if let Some(at) = claims.expires_at {
        principal.expiry = Expiry::At { at };
    }
    if let Some(at) = claims.issued_at {
        principal.extras.insert("issued_at", at.to_string().into());
    }
    principal
}

/// Returns a request that only tests a credential. A key without any scope passes.
fn test_authentication(operation: Operation) -> Request {
    Request::get(operation, "/data/testAuthentication")
}

/// Checks that the response is Pinata's message for a valid credential.
fn accepted(response: &Response) -> Result<()> {
    let wire::Message { message } = response.object()?;
    if message == wire::ACCEPTED {
        return Ok(());
    }
    Err(response.unexpected("another message than that the credential is valid"))
}

/// Returns whether Pinata accepts a credential, as a sentence too. Only its own refusal of the credential means that it
/// is dead: not a gateway's, and not that of what the credential may do.
fn verdict(response: Response) -> Result<(Liveness, String)> {
    let status = response.status();
    if status < 400 {
        accepted(&response)?;
        return Ok((Liveness::Live, "Pinata accepts it".to_owned()));
    }
    if !response.is_own_error() {
        return Err(response.into_error());
    }
    let said = response.words().unwrap_or_default();
    if status != 402 && wire::REFUSED.iter().any(|text| said.contains(text)) {
        return Ok((Liveness::Dead, "Pinata rejects it".to_owned()));
    }
    let evidence = format!("Pinata does not say whether it works, but `{said}` (status {status})");
    Ok((Liveness::Unknown, evidence))
}

impl Pinata {
    /// Returns the body of a create, or the error in its arguments.
    fn new_key<'a>(&self, request: &'a CreateKey) -> Result<wire::NewKey<'a>> {
        let max_uses = request.limit.as_ref().map(|limit| {
            limit.amount.as_u64().filter(|uses| *uses > 0).ok_or_else(|| {
                let message = format!("the limit {limit} is not a positive whole number");
                Error::new(ErrorKind::InvalidRequest, message)
            })
        });
        Ok(wire::NewKey {
            name: &request.name,
            max_uses: max_uses.transpose()?,
            permissions: scopes::permissions(&request.access, self.generation)?,
        })
    }
}
