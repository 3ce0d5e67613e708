//! Pinata's JSON and its headers.

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::quirks::ResourceScopes;
use super::state::{Row, State};
use crate::clock::millis_z;
use crate::exchange::Reply;
use crate::token::{hex, random, uuid};

const JSON: &str = "application/json; charset=utf-8";

/// The generation of the API, which determines the format of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    Legacy,
    V3,
}

/// A key in a listing. The mixed case is the vendor's (pinata-api-v3.yaml).
#[derive(Debug, Serialize)]
pub(super) struct KeyView<'a> {
    id: String,
    name: &'a str,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    max_uses: Option<u32>,
    uses: u32,
    user_id: &'a str,
    scopes: Value,
    revoked: bool,
    #[serde(rename = "createdAt")]
    created: String,
    #[serde(rename = "updatedAt")]
    updated: String,
}

impl<'a> KeyView<'a> {
    pub(super) fn of(state: &'a State, row: &'a Row, secret: bool) -> Self {
        let hidden = state.quirks.resource_scopes == ResourceScopes::Empty
            && row.scopes.shown.get("resources").is_some();
        Self {
            id: uuid(row.id),
            name: &row.name,
            key: hex(&row.key),
            secret: secret.then(|| row.listed_secret()),
            max_uses: row.max_uses,
            uses: row.uses,
            user_id: &state.users[usize::from(row.user)].id,
            scopes: if hidden { json!({}) } else { row.scopes.shown.clone() },
            revoked: row.revoked,
            created: millis_z(row.created),
            updated: millis_z(row.updated),
        }
    }
}

/// Every key as the listing shows it, newest first.
pub(crate) fn truth(state: &State) -> Vec<Value> {
    let views = state.rows.iter().rev().map(|row| KeyView::of(state, row, false));
    views.map(|view| serde_json::to_value(view).unwrap_or_default()).collect()
}

#[derive(Debug, Serialize)]
pub(super) struct Listing<'a> {
    pub(super) keys: Vec<KeyView<'a>>,
    pub(super) count: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Created {
    #[serde(rename = "JWT")]
    pub(super) jwt: String,
    pub(super) pinata_api_key: String,
    pub(super) pinata_api_secret: String,
}

pub(super) fn ok<T: Serialize + ?Sized>(body: &T) -> Reply {
    Reply::json(200, JSON, body)
}

/// Why a request was refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: &'static str,
    pub(super) details: String,
}

impl Refusal {
    pub(super) fn new(status: u16, reason: &'static str, details: impl Into<String>) -> Self {
        Self { status, reason, details: details.into() }
    }

    /// Legacy errors have a reason and details, v3 errors a code and a message (raw captures of
    /// 2022 to 2023; issue 71 of the official client, 2025).
    pub(super) fn answer(&self, generation: Generation) -> Reply {
        let error = match generation {
            Generation::Legacy => json!({"reason": self.reason, "details": self.details}),
            Generation::V3 => json!({"code": self.status, "message": self.details}),
        };
        Reply::json(self.status, JSON, &json!({"error": error}))
    }
}

/// The vendor's own error for the status of a fault.
pub(crate) fn canonical(status: u16, path: &str) -> Reply {
    let generation = if path.starts_with("/v3/") { Generation::V3 } else { Generation::Legacy };
    let (reason, details) = match status {
        401 => ("INVALID_CREDENTIALS", "Invalid/expired credentials"),
        403 => ("NO_SCOPES_FOUND", NO_SCOPES),
        404 => ("NOT_FOUND", "Not found"),
        429 => ("RATE_LIMITED", "Rate limit exceeded"),
        500.. => ("INTERNAL_SERVER_ERROR", "Internal server error"),
        _ => ("BAD_REQUEST", "Bad request"),
    };
    Refusal::new(status, reason, details).answer(generation)
}

pub(super) const NO_SCOPES: &str = "This key does not have the required scopes associated with it";

/// The headers of the captures: those of Express on the legacy API, those of the documents'
/// examples on v3.
pub(super) fn dress(answer: &mut Reply, generation: Generation, state: &mut State) {
    answer.set("x-request-id", hex(&random::<16>(&mut state.rng)));
    match generation {
        Generation::Legacy => {
            answer.set("x-powered-by", "Express");
            answer.set("vary", "Origin");
            answer.set("access-control-allow-credentials", "true");
            let digest = STANDARD_NO_PAD.encode(&Sha256::digest(&answer.body)[..20]);
            answer.set("etag", format!("W/\"{:x}-{digest}\"", answer.body.len()));
        }
        Generation::V3 => {
            answer.set("strict-transport-security", "max-age=15724800; includeSubDomains");
        }
    }
}
