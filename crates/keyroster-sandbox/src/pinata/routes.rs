//! Pinata's operations. They check a request in the order that was measured on the legacy API: JSON,
//! credential, scope, body.

use serde_json::{Value, json};

use super::auth;
use super::quirks::{ExhaustedFilter, RevokeAnswer};
use super::request_body;
use super::state::{Filter, State};
use super::wire::{self, Created, Generation, KeyView, Listing, Refusal};
use crate::clock::SECOND;
use crate::exchange::{Call, Problem, Reply, decode};
use crate::token::hex;

#[derive(Clone, Debug)]
enum Operation {
    List,
    Create,
    /// The key is in the path on v3, and in the body on the legacy API.
    Revoke(Option<String>),
    TestAuthentication,
}

pub(crate) fn handle(state: &mut State, call: &Call<'_>, now: i64) -> Reply {
    let generation =
        if call.path.starts_with("/v3/") { Generation::V3 } else { Generation::Legacy };
    let mut answer =
        checked(state, generation, call, now).unwrap_or_else(|refusal| refusal.answer(generation));
    wire::dress(&mut answer, generation, state);
    answer
}

fn checked(
    state: &mut State,
    generation: Generation,
    call: &Call<'_>,
    now: i64,
) -> Result<Reply, Refusal> {
    let operation = route(state, call).ok_or_else(|| {
        Refusal::new(404, "NOT_FOUND", format!("Cannot {} {}", call.method, call.path))
    })?;
    let body = json_body(call)?;
    let who = auth::authenticate(state, generation, call, now)?;
    let limit = state.quirks.rate_limit.clone();
    let decision = limit.as_ref().map(|limit| (state.limiter.count(limit, who, now), limit));
    let answer = match decision {
        // The text of Pinata's 429 is unknown, except for its length of 135 bytes.
        Some((decision, _)) if !decision.allowed => {
            Err(Refusal::new(429, "RATE_LIMITED", "Rate limit exceeded"))
        }
        _ => {
            state.count_use(who, now);
            perform(state, generation, &operation, body.as_ref(), who, call, now)
        }
    };
    let mut answer = answer.unwrap_or_else(|refusal| refusal.answer(generation));
    if let Some((decision, limit)) = decision {
        decision.sign(&mut answer, limit, SECOND);
    }
    Ok(answer)
}

fn route(state: &State, call: &Call<'_>) -> Option<Operation> {
    let either = state.quirks.v3_any_verb;
    match (call.method, call.path) {
        ("GET", "/users/apiKeys" | "/v3/pinata/keys" | "/v3/api_keys") => Some(Operation::List),
        ("POST", "/users/generateApiKey" | "/v3/pinata/keys" | "/v3/api_keys") => {
            Some(Operation::Create)
        }
        ("PUT", "/users/revokeApiKey") => Some(Operation::Revoke(None)),
        // The second path is where npm pinata 2.5.6 looks when its endpointUrl ends in /v3.
        ("GET", "/data/testAuthentication" | "/v3/data/testAuthentication") => {
            Some(Operation::TestAuthentication)
        }
        (method, path) => {
            let clients = path.strip_prefix("/v3/pinata/keys/");
            let documented = path.strip_prefix("/v3/api_keys/");
            let key = match method {
                "PUT" => clients.or(documented.filter(|_| either)),
                "DELETE" => documented.or(clients.filter(|_| either)),
                _ => None,
            };
            let key = key.filter(|key| !key.is_empty() && !key.contains('/'))?;
            Some(Operation::Revoke(Some(decode(key, false))))
        }
    }
}

fn json_body(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    let typed = call.header("content-type").is_none_or(|kind| kind.contains("json"));
    if call.body.is_empty() || !typed {
        return Ok(None);
    }
    serde_json::from_slice(call.body)
        .map(Some)
        .map_err(|_| Refusal::new(400, "INVALID_JSON", "The body is not valid JSON"))
}

fn perform(
    state: &mut State,
    generation: Generation,
    operation: &Operation,
    body: Option<&Value>,
    who: u32,
    call: &Call<'_>,
    now: i64,
) -> Result<Reply, Refusal> {
    // 200 even without scopes, since this only proves authentication.
    if matches!(operation, Operation::TestAuthentication) {
        let message = "Congratulations! You are communicating with the Pinata API!";
        return Ok(wire::ok(&json!({"message": message})));
    }
    auth::authorize(state, generation, who)?;
    match operation {
        Operation::Create => {
            let new =
                request_body::parse(body, generation, &state.quirks).map_err(|it| refuse(&it))?;
            let user = state.rows[who as usize].user;
            let row = state.create(new, user, now);
            let key = row.key;
            let secret = row.secret;
            let created = row.created;
            let user = &state.users[usize::from(user)];
            Ok(wire::ok(&Created {
                jwt: super::jwt::token(user, key, secret, created),
                pinata_api_key: hex(&key),
                pinata_api_secret: hex(&secret),
            }))
        }
        Operation::Revoke(Some(key)) => revoke(state, generation, key, now),
        Operation::Revoke(None) => match body.and_then(|body| body.get("apiKey")) {
            Some(Value::String(key)) => revoke(state, generation, key, now),
            _ => Err(refuse(&Problem::new("apiKey", "must be a string"))),
        },
        Operation::List | Operation::TestAuthentication => list(state, generation, call, now),
    }
}

fn list(
    state: &mut State,
    generation: Generation,
    call: &Call<'_>,
    now: i64,
) -> Result<Reply, Refusal> {
    let (filter, offset) = listing_query(state, generation, call).map_err(|it| refuse(&it))?;
    let (page, total) = state.page(filter, offset, now);
    let secret = match generation {
        Generation::Legacy => state.quirks.legacy_secret,
        Generation::V3 => state.quirks.v3_secret,
    };
    let rows = page.iter().map(|number| &state.rows[*number as usize]);
    let keys: Vec<_> = rows.map(|row| KeyView::of(state, row, secret)).collect();
    let count = if state.quirks.count_is_page_length { keys.len() } else { total };
    Ok(wire::ok(&Listing { keys, count }))
}

fn listing_query(
    state: &State,
    generation: Generation,
    call: &Call<'_>,
) -> Result<(Filter, u64), Problem> {
    let filters = generation == Generation::V3 || state.quirks.legacy_filters;
    let mut filter = Filter::default();
    let mut offset = 0;
    for (name, value) in call.parameters() {
        match name.as_str() {
            "offset" => {
                let problem = |_| Problem::new("offset", "must be a whole number from 0");
                offset = value.parse().map_err(problem)?;
            }
            "revoked" if filters => filter.revoked = Some(boolean("revoked", &value)?),
            "limitedUse" if filters => filter.limited = Some(boolean("limitedUse", &value)?),
            "exhausted" if filters => filter.exhausted = Some(boolean("exhausted", &value)?),
            "name" if filters && !value.is_empty() => filter.name = Some(value),
            _ => {}
        }
    }
    let alone = filter.exhausted.is_some() && filter.limited != Some(true);
    match state.quirks.exhausted_filter {
        ExhaustedFilter::BadRequest if alone => {
            return Err(Problem::new("exhausted", "can only be used with limitedUse=true"));
        }
        ExhaustedFilter::Ignored if alone => filter.exhausted = None,
        _ => {}
    }
    Ok((filter, offset))
}

fn boolean(field: &'static str, value: &str) -> Result<bool, Problem> {
    value.parse().map_err(|_| Problem::new(field, "must be true or false"))
}

fn revoke(
    state: &mut State,
    generation: Generation,
    key: &str,
    now: i64,
) -> Result<Reply, Refusal> {
    let found = state.find(key);
    let again = found.is_some_and(|number| state.rows[number as usize].revoked);
    // The legacy API says "Revoked" for any key (pinatapy's own documentation).
    let answer = match (generation, found) {
        (Generation::V3, None) => state.quirks.v3_revoke_unknown,
        (Generation::V3, Some(_)) if again => state.quirks.v3_revoke_again,
        _ => RevokeAnswer::Revoked,
    };
    if answer == RevokeAnswer::NotFound {
        return Err(Refusal::new(404, "NOT_FOUND", "API key not found"));
    }
    if let Some(number) = found.filter(|_| !again) {
        state.revoke(number, now);
    }
    Ok(wire::ok("Revoked"))
}

fn refuse(problem: &Problem) -> Refusal {
    Refusal::new(400, "INVALID_REQUEST", format!("\"{}\" {}", problem.field, problem.text))
}
