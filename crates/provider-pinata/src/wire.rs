//! Pinata's JSON.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyroster_core::{Decimal, Secret, Timestamp};
use keyroster_http::json::{Discarded, Field};
use keyroster_http::record;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A page of keys. `count` is the total of the whole list (observed; documented nowhere).
#[derive(Debug, Deserialize)]
pub(crate) struct KeyPage {
    pub(crate) keys: Vec<KeyRow>,
    #[serde(default)]
    pub(crate) count: Field<u64>,
}

record! {
    /// A key, as every generation lists it.
    pub(crate) struct KeyRow {
        uuid: String = "id",
        name: String = "name",
        public_key: String = "key",
        /// The legacy listing has it; what it is, is not documented. It is never kept.
        secret: Discarded = "secret",
        max_uses: Decimal = "max_uses",
        uses: Decimal = "uses",
        user_id: String = "user_id",
        scopes: Value = "scopes",
        revoked: bool = "revoked",
        created_at: Timestamp = "createdAt",
        updated_at: Timestamp = "updatedAt",
    }
}

/// What a create asks for.
#[derive(Debug, Serialize)]
pub(crate) struct NewKey<'a> {
    #[serde(rename = "keyName")]
    pub(crate) name: &'a str,
    #[serde(rename = "maxUses", skip_serializing_if = "Option::is_none")]
    pub(crate) max_uses: Option<u64>,
    pub(crate) permissions: Value,
}

/// What a create hands out beside the JWT, by Pinata's name.
pub(crate) const API_SECRET: &str = "pinata_api_secret";

/// What a create answers, this once.
#[derive(Debug, Deserialize)]
pub(crate) struct Created {
    #[serde(rename = "JWT")]
    pub(crate) jwt: Secret,
    pub(crate) pinata_api_key: String,
    pub(crate) pinata_api_secret: Secret,
}

/// What the legacy revoke asks for.
#[derive(Debug, Serialize)]
pub(crate) struct Revoke<'a> {
    #[serde(rename = "apiKey")]
    pub(crate) key: &'a str,
}

/// What `testAuthentication` answers to a good credential.
#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    #[serde(rename = "message")]
    _message: String,
}

/// An error in any of Pinata's shapes, which have one field; a gateway's have others beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    #[serde(rename = "error")]
    _error: Value,
}

/// What a JWT says of its key. It holds the key's secret too, which is read past.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    pub(crate) key: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) issued_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

record! {
    struct Payload {
        user: Value = "userInformation",
        key: String = "scopedKeyKey",
        secret: Discarded = "scopedKeySecret",
        issued_at: u64 = "iat",
        expires_at: u64 = "exp",
    }
}

/// Reads the payload of a JWT without checking its signature; none if the text is no Pinata JWT.
pub(crate) fn jwt_claims(jwt: &Secret) -> Option<Claims> {
    let payload = jwt.expose().split('.').nth(1)?;
    // The payload holds the secret: it is kept where it is wiped.
    let payload = Secret::new(String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?);
    let mut payload: Payload = serde_json::from_str(payload.expose()).ok()?;
    let instant = |seconds: u64| Timestamp::from_seconds(i64::try_from(seconds).ok()?);
    let user = payload.user.take();
    let user = user.as_ref().and_then(|user| user.get("id")).and_then(Value::as_str);
    Some(Claims {
        key: payload.key.take(),
        user: user.map(str::to_owned),
        issued_at: payload.issued_at.take().and_then(instant),
        expires_at: payload.expires_at.take().and_then(instant),
    })
}
