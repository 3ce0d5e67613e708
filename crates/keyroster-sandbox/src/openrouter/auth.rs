//! Authentication with the management key or an active inference key.

use super::state::{State, text};
use super::wire;
use crate::clock::MILLI;
use crate::exchange::{Call, Reply};
use crate::token::unhex;

/// The bearer of a valid key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Management,
    Key(u32),
}

impl Who {
    /// A number per credential, for the rate limit.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Management => u32::MAX,
            Self::Key(number) => number,
        }
    }
}

pub(super) fn authenticate(state: &State, call: &Call<'_>, now: i64) -> Result<Who, Reply> {
    // A key in literal quotes counts as missing (reported by third parties).
    let token = call.bearer().and_then(Result::ok);
    let token = token.filter(|token| !token.is_empty() && !token.starts_with(['"', '\'']));
    let token = token.ok_or_else(|| wire::canonical(401))?;
    if token == state.management_key() {
        return Ok(Who::Management);
    }
    live(state, token, now)
        .map(Who::Key)
        .ok_or_else(|| wire::error(401, &state.quirks.dead_key_message, None))
}

fn live(state: &State, token: &str, now: i64) -> Option<u32> {
    let key = unhex::<32>(token.strip_prefix("sk-or-v1-")?)?;
    let number = *state.by_hash.get(&state.hash(key))?;
    let row = &state.rows[number as usize];
    let lag = i64::from(state.quirks.delete_lag_ms) * MILLI;
    let gone = row.deleted.is_some_and(|deleted| now >= deleted + lag);
    (text(row.key) == token && !gone && !row.disabled && !row.expired(now)).then_some(number)
}
