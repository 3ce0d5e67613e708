//! Types for Pinata's JSON.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyroster_core::{Decimal, Secret, Timestamp};
use keyroster_http::json::{Discarded, Field, Id};
use keyroster_http::record;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A page of keys. `count` is the total of the whole list (observed, not documented).
#[derive(Debug, Deserialize)]
pub(crate) struct KeyPage {
    pub(crate) keys: Vec<KeyRow>,
    #[serde(default)]
    pub(crate) count: Field<u64>,
}

record! {
    /// A key, which every generation lists in the same form.
    pub(crate) struct KeyRow {
        uuid: String = "id",
        name: String = "name",
        public_key: Id = "key",
        /// Only in the legacy listing. Its meaning is not documented. It is never kept.
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

/// The body of a create.
#[derive(Debug, Serialize)]
pub(crate) struct NewKey<'a> {
    #[serde(rename = "keyName")]
    pub(crate) name: &'a str,
    #[serde(rename = "maxUses", skip_serializing_if = "Option::is_none")]
    pub(crate) max_uses: Option<u64>,
    pub(crate) permissions: Value,
}

/// Pinata's name for the secret that a create returns next to the JWT.
pub(crate) const API_SECRET: &str = "pinata_api_secret";

record! {
    /// The response to a create. Only here are the secrets shown.
    pub(crate) struct Created {
        jwt: Discarded = "JWT",
        pinata_api_key: Id = "pinata_api_key",
        pinata_api_secret: Discarded = "pinata_api_secret",
    }
}

/// The body of a legacy revoke.
#[derive(Debug, Serialize)]
pub(crate) struct Revoke<'a> {
    #[serde(rename = "apiKey")]
    pub(crate) key: &'a str,
}

/// The response of `testAuthentication`.
#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) message: String,
}

/// What `testAuthentication` says of a valid credential (pinata-api-ipfs.yaml, 2026-06-30).
pub(crate) const ACCEPTED: &str = "Congratulations! You are communicating with the Pinata API!";

/// How Pinata refuses a credential itself, and not what it may do (observed by users, 2021 to 2026).
pub(crate) const REFUSED: [&str; 5] = [
    "INVALID_CREDENTIALS",
    "INVALID_API_KEYS",
    "API_KEY_REVOKED",
    "Invalid/expired credentials",
    "This API Key has been revoked",
];

/// Whether a body is an error of Pinata. Its only member is `error`: an object with `reason` and `details` (legacy), or
/// with `message` and a `code` that repeats the status (v3), or one known text. All were observed by users; the
/// documents name none.
pub(crate) fn is_own_error(status: u16, body: &Value) -> bool {
    let alone = body.as_object().is_some_and(|members| members.len() == 1);
    let Some(error) = body.get("error").filter(|_| alone) else { return false };
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let is_code = |reason: &str| {
        reason.contains('_') && reason.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let legacy = text("reason").is_some_and(is_code) && text("details").is_some();
    let code = error.get("code").and_then(Value::as_u64);
    let v3 = code == Some(status.into()) && text("message").is_some();
    legacy || v3 || error == "not authenticated"
}

/// The claims of a JWT.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    pub(crate) key: Option<String>,
    /// The key's secret, so that no answer may contain it.
    pub(crate) secret: Option<Secret>,
    pub(crate) user: Option<String>,
    pub(crate) issued_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

record! {
    struct Payload {
        user: Value = "userInformation",
        key: String = "scopedKeyKey",
        secret: String = "scopedKeySecret",
        issued_at: u64 = "iat",
        expires_at: u64 = "exp",
    }
}

/// Reads the payload of a JWT without checking its signature. Returns `None` if the text is not a Pinata JWT.
pub(crate) fn jwt_claims(jwt: &Secret) -> Option<Claims> {
    let payload = jwt.expose().split('.').nth(1)?;
    // The payload contains the secret, so it must be wiped.
    let payload = Secret::new(String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?);
    let mut payload: Payload = serde_json::from_str(payload.expose()).ok()?;
    let instant = |seconds: u64| Timestamp::from_seconds(i64::try_from(seconds).ok()?);
    let user = payload.user.take();
    let user = user.as_ref().and_then(|user| user.get("id")).and_then(Value::as_str);
    Some(Claims {
        key: payload.key.take(),
        secret: payload.secret.take().map(Secret::new),
        user: user.map(str::to_owned),
        issued_at: payload.issued_at.take().and_then(instant),
        expires_at: payload.expires_at.take().and_then(instant),
    })
}
