//! Authentication with a JWT or, on the legacy API, a pair of key and secret.

use super::jwt::Claims;
use super::quirks::{ExhaustedError, NoCredentials};
use super::state::State;
use super::wire::{Generation, NO_SCOPES, Refusal};
use crate::exchange::Call;
use crate::token::hex;

/// Returns the row of the key that authenticates the request.
pub(super) fn authenticate(
    state: &State,
    generation: Generation,
    call: &Call<'_>,
    now: i64,
) -> Result<u32, Refusal> {
    // Which of two credentials takes precedence is unknown. Here it is the token.
    let number = match call.bearer() {
        Some(token) => by_token(state, token, now)?,
        None if generation == Generation::Legacy || state.quirks.v3_header_pair => {
            by_pair(state, generation, call)?
        }
        None => return Err(no_credentials(state, generation)),
    };
    let row = &state.rows[number as usize];
    if row.revoked {
        return Err(Refusal::new(403, "API_KEY_REVOKED", "This API Key has been revoked"));
    }
    if now < row.active {
        return Err(invalid());
    }
    if row.exhausted() {
        return Err(match state.quirks.exhausted_error {
            ExhaustedError::Forbidden => Refusal::new(
                403,
                "API_KEY_MAX_USES_REACHED",
                "This API Key has reached its maximum number of uses",
            ),
            ExhaustedError::Unauthorized => invalid(),
            ExhaustedError::TooManyRequests => Refusal::new(
                429,
                "API_KEY_MAX_USES_REACHED",
                "This API Key has reached its maximum number of uses",
            ),
        });
    }
    Ok(number)
}

/// Legacy: "can only be called by using an Admin key" (docs.pinata.cloud, legacy pages). v3:
/// `org:write` (pinata-api-v3.yaml, the descriptions of list, create and revoke).
pub(super) fn authorize(state: &State, generation: Generation, number: u32) -> Result<(), Refusal> {
    let scopes = &state.rows[number as usize].scopes;
    if scopes.admin || (generation == Generation::V3 && scopes.org_write) {
        return Ok(());
    }
    Err(Refusal::new(403, "NO_SCOPES_FOUND", NO_SCOPES))
}

fn by_token(state: &State, token: Result<&str, ()>, now: i64) -> Result<u32, Refusal> {
    let token = token.map_err(|()| invalid())?;
    let claims = Claims::of(token).ok_or_else(invalid)?;
    let number = state.find(&claims.key).ok_or_else(invalid)?;
    if state.token(&state.rows[number as usize]) != token || claims.expired(now) {
        return Err(invalid());
    }
    Ok(number)
}

fn by_pair(state: &State, generation: Generation, call: &Call<'_>) -> Result<u32, Refusal> {
    let pair = (call.header("pinata_api_key"), call.header("pinata_secret_api_key"));
    let (Some(key), Some(secret)) = pair else {
        return Err(no_credentials(state, generation));
    };
    let wrong = |details: &str| Refusal::new(401, "INVALID_API_KEYS", details);
    let number = state.find(key).ok_or_else(|| wrong("Invalid API key provided"))?;
    if hex(&state.rows[number as usize].secret) != secret {
        return Err(wrong("Invalid secret API key provided"));
    }
    Ok(number)
}

fn invalid() -> Refusal {
    Refusal::new(401, "INVALID_CREDENTIALS", "Invalid/expired credentials")
}

fn no_credentials(state: &State, generation: Generation) -> Refusal {
    if generation == Generation::V3 {
        return Refusal::new(401, "NO_CREDENTIALS", "no Authorization header found");
    }
    let status = match state.quirks.no_credentials {
        NoCredentials::Unauthorized => 401,
        NoCredentials::BadRequest => 400,
    };
    // The text of the 400. That of the newer 401 is unknown.
    let details = "pinata_api_key and pinata_secret_api_key must both be strings";
    Refusal::new(status, "KEYS_MUST_BE_STRINGS", details)
}
