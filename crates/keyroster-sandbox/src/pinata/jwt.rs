//! Pinata's JWT: HS256, with the key and its secret readable in the payload (payloads of published
//! tokens, 2023 to 2026).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::SECOND;
use crate::token::hex;

/// Signs every token. It is published with the sandbox, so it is not a secret.
const SIGNING_KEY: &[u8] = b"fa4efa4e keyroster-sandbox";
/// The lifetime of a token in seconds. The exact one is unknown; newer tokens have about a year.
const LIFETIME: i64 = 365 * 86_400;

/// The person a key belongs to.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
}

#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "userInformation")]
    user: UserInformation<'a>,
    #[serde(rename = "authenticationType")]
    kind: &'static str,
    #[serde(rename = "scopedKeyKey")]
    key: String,
    #[serde(rename = "scopedKeySecret")]
    secret: String,
    exp: i64,
    iat: i64,
}

#[derive(Serialize)]
struct UserInformation<'a> {
    id: &'a str,
    email: &'a str,
    email_verified: bool,
    pin_policy: PinPolicy,
    mfa_enabled: bool,
    status: &'static str,
}

#[derive(Serialize)]
struct PinPolicy {
    regions: [Region; 2],
    version: u8,
}

#[derive(Serialize)]
struct Region {
    #[serde(rename = "desiredReplicationCount")]
    count: u8,
    id: &'static str,
}

/// The token of a key that was created at `created`.
pub(super) fn token(user: &User, key: [u8; 10], secret: [u8; 32], created: i64) -> String {
    let iat = created.div_euclid(SECOND);
    let regions = ["FRA1", "NYC1"].map(|id| Region { count: 1, id });
    let payload = Payload {
        user: UserInformation {
            id: &user.id,
            email: &user.email,
            email_verified: true,
            pin_policy: PinPolicy { regions, version: 1 },
            mfa_enabled: false,
            status: "ACTIVE",
        },
        kind: "scopedKey",
        key: hex(&key),
        secret: hex(&secret),
        exp: iat + LIFETIME,
        iat,
    };
    let payload = serde_json::to_vec(&payload).unwrap_or_default();
    let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let mut token = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(hmac(token.as_bytes()));
    token.push('.');
    token.push_str(&signature);
    token
}

/// The claims of a token. Its signature is checked by creating the token again.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    #[serde(rename = "scopedKeyKey")]
    pub(super) key: String,
    exp: i64,
}

impl Claims {
    pub(super) fn of(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        serde_json::from_slice(&payload).ok()
    }

    pub(super) fn expired(&self, now: i64) -> bool {
        self.exp <= now.div_euclid(SECOND)
    }
}

/// HMAC-SHA-256 for the one, short key above (RFC 2104).
fn hmac(text: &[u8]) -> [u8; 32] {
    let mut pad = [0u8; 64];
    pad[..SIGNING_KEY.len()].copy_from_slice(SIGNING_KEY);
    let inner = Sha256::new().chain_update(pad.map(|byte| byte ^ 0x36)).chain_update(text);
    let outer = Sha256::new().chain_update(pad.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_valid() {
        // From `printf 'a.b' | openssl dgst -sha256 -hmac 'fa4efa4e keyroster-sandbox'`.
        assert_eq!(
            hex(&hmac(b"a.b")),
            "20ca157242fa753534e1407a835e062d46290591041855ccc3053ffc080ab89c"
        );
    }

    #[test]
    fn a_token_names_its_key() {
        let user = User { id: "id".to_owned(), email: "a@sandbox.example".to_owned() };
        let token = token(&user, [1; 10], [2; 32], 5 * SECOND);
        assert_eq!(token.split('.').count(), 3);
        let claims = Claims::of(&token).unwrap();
        assert_eq!(claims.key, "01".repeat(10));
        assert!(!claims.expired(5 * SECOND));
        assert!(claims.expired((5 + LIFETIME) * SECOND));
        assert!(Claims::of("a.b.c").is_none());
    }
}
