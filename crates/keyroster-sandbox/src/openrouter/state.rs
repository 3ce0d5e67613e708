//! The keys and workspaces of the OpenRouter account.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use fastrand::Rng;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::quirks::{HashInput, OpenRouterQuirks, TieBreak};
use crate::cache::Cache;
use crate::clock::MILLI;
use crate::rate::Limiter;
use crate::token::{hex, secret};

/// Money in millionths of a dollar, so that sums are exact.
pub(super) type Micros = i64;

/// When the spending that counts against a limit is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reset {
    Daily,
    Weekly,
    Monthly,
}

/// The cost of a key at one instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spend {
    pub(super) at: i64,
    pub(super) credits: Micros,
    pub(super) byok: Micros,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) hash: [u8; 32],
    pub(super) key: [u8; 32],
    pub(super) name: Box<str>,
    pub(super) disabled: bool,
    pub(super) deleted: Option<i64>,
    pub(super) limit: Option<f64>,
    pub(super) reset: Option<Reset>,
    pub(super) byok_in_limit: bool,
    pub(super) spend: Box<[Spend]>,
    pub(super) created: i64,
    pub(super) updated: Option<i64>,
    pub(super) expires: Option<i64>,
    pub(super) creator: Option<Arc<str>>,
    pub(super) external_user: Option<Arc<str>>,
    pub(super) workspace: u32,
    /// When the key starts to be listed.
    pub(super) listed: i64,
}

impl Row {
    pub(super) fn expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Workspace {
    pub(super) id: String,
    pub(super) guardrail: String,
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) description: Option<String>,
    pub(super) created: i64,
}

#[derive(Debug)]
pub(super) struct NewKey {
    pub(super) name: String,
    pub(super) limit: Option<f64>,
    pub(super) reset: Option<Reset>,
    pub(super) byok_in_limit: bool,
    pub(super) expires: Option<i64>,
    pub(super) creator: Option<String>,
    pub(super) external_user: Option<String>,
    pub(super) workspace: u32,
}

/// The fields that a PATCH sets. `Some(None)` clears a nullable field.
#[derive(Debug, Default, PartialEq)]
#[expect(clippy::option_option, reason = "a field that is absent is not a field that is null")]
pub(super) struct Change {
    pub(super) name: Option<String>,
    pub(super) disabled: Option<bool>,
    pub(super) limit: Option<Option<f64>>,
    pub(super) reset: Option<Option<Reset>>,
    pub(super) byok_in_limit: Option<bool>,
    pub(super) workspace: Option<u32>,
}

/// Who uses an account.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) management: [u8; 32],
    /// The owner of the management key.
    pub(super) owner: Arc<str>,
    /// A member of one workspace only, whose keys cannot move.
    pub(super) outsider: Arc<str>,
    pub(super) outsider_home: u32,
    pub(super) organization: String,
}

/// What an account has at the start.
pub(super) struct Account {
    pub(super) members: Members,
    pub(super) workspaces: Vec<Workspace>,
    pub(super) rows: Vec<Row>,
}

/// The filter of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) workspace: u32,
    pub(super) disabled: bool,
    pub(super) expired: bool,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(super) quirks: OpenRouterQuirks,
    pub(super) seed: u64,
    pub(super) members: Members,
    pub(super) workspaces: Vec<Workspace>,
    /// In the order of creation. A deleted key keeps its row and is skipped.
    pub(super) rows: Vec<Row>,
    pub(super) by_hash: HashMap<[u8; 32], u32>,
    pub(super) limiter: Limiter,
    pub(super) rng: Rng,
    version: u64,
    cache: Cache<Filter>,
}

impl State {
    pub(super) fn new(quirks: OpenRouterQuirks, seed: u64, rng: Rng, account: Account) -> Self {
        let mut state = Self {
            quirks,
            seed,
            members: account.members,
            workspaces: account.workspaces,
            rows: account.rows,
            by_hash: HashMap::new(),
            limiter: Limiter::default(),
            rng,
            version: 0,
            cache: Cache::new(),
        };
        for number in 0..state.rows.len() {
            let hash = state.hash(state.rows[number].key);
            state.rows[number].hash = hash;
            state.by_hash.insert(hash, u32::try_from(number).unwrap_or(u32::MAX));
        }
        state
    }

    pub(crate) fn management_key(&self) -> String {
        text(self.members.management)
    }

    pub(super) fn hash(&self, key: [u8; 32]) -> [u8; 32] {
        let digest = match self.quirks.hash_input {
            HashInput::Key => Sha256::digest(text(key)),
            HashInput::HexDigits => Sha256::digest(hex(&key)),
            HashInput::Bytes => Sha256::digest(key),
            HashInput::Unrelated => {
                Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(key).finalize()
            }
        };
        digest.into()
    }

    /// The key with this hash, unless it was deleted.
    pub(super) fn find(&self, hash: &str) -> Option<u32> {
        let number = *self.by_hash.get(&crate::token::unhex::<32>(hash)?)?;
        self.rows[number as usize].deleted.is_none().then_some(number)
    }

    pub(super) fn workspace(&self, id: &str) -> Option<u32> {
        let found = self.workspaces.iter().zip(0..).find(|(it, _)| it.id.eq_ignore_ascii_case(id));
        found.map(|(_, number)| number)
    }

    pub(super) fn create(&mut self, new: NewKey, now: i64) -> u32 {
        let key = secret(&mut self.rng);
        let hash = self.hash(key);
        let earliest = self.rows.last().map_or(i64::MIN, |row| row.created + 1);
        let row = Row {
            hash,
            key,
            name: new.name.into(),
            disabled: false,
            deleted: None,
            limit: new.limit,
            reset: new.reset,
            byok_in_limit: new.byok_in_limit,
            spend: Box::default(),
            created: now.max(earliest),
            updated: None,
            expires: new.expires,
            creator: Some(new.creator.map_or_else(|| Arc::clone(&self.members.owner), Arc::from)),
            external_user: new.external_user.map(Arc::from),
            workspace: new.workspace,
            listed: now + i64::from(self.quirks.list_lag_ms) * MILLI,
        };
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(row);
        self.by_hash.insert(hash, number);
        self.version += 1;
        number
    }

    /// Whether this key cannot move to that workspace, because its creator is not a member.
    pub(super) fn stuck(&self, number: u32, workspace: u32) -> bool {
        let row = &self.rows[number as usize];
        row.creator.as_ref() == Some(&self.members.outsider)
            && workspace != row.workspace
            && workspace != self.members.outsider_home
    }

    pub(super) fn change(&mut self, number: u32, change: Change, now: i64) {
        let noop_updates = self.quirks.noop_patch_updates;
        let row = &mut self.rows[number as usize];
        let mut changed = false;
        set(&mut row.name, change.name.map(String::into_boxed_str), &mut changed);
        set(&mut row.disabled, change.disabled, &mut changed);
        set(&mut row.limit, change.limit, &mut changed);
        set(&mut row.reset, change.reset, &mut changed);
        set(&mut row.byok_in_limit, change.byok_in_limit, &mut changed);
        set(&mut row.workspace, change.workspace, &mut changed);
        if changed || noop_updates {
            row.updated = Some(now);
        }
        self.version += 1;
    }

    pub(super) fn delete(&mut self, number: u32, now: i64) {
        self.rows[number as usize].deleted = Some(now);
        self.version += 1;
    }

    /// A page of row numbers.
    pub(super) fn page(&mut self, filter: Filter, offset: u64, now: i64) -> Vec<u32> {
        let Self { rows, cache, version, quirks, rng, .. } = self;
        let tie_break = quirks.tie_break;
        let mut selected = cache.rows(filter, *version, now, |filter| {
            let (mut selected, until) = select(rows, *filter, now);
            if tie_break == TieBreak::Hash {
                selected.sort_by_key(|number| {
                    let row = &rows[*number as usize];
                    (Reverse(row.created), row.hash)
                });
            }
            (selected, until)
        });
        if tie_break == TieBreak::Unstable {
            let mut shuffled = selected.to_vec();
            let same = |a: &u32, b: &u32| rows[*a as usize].created == rows[*b as usize].created;
            for ties in shuffled.chunk_by_mut(same).filter(|ties| ties.len() > 1) {
                rng.shuffle(ties);
            }
            selected = shuffled.into();
        }
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let length = usize::try_from(quirks.page_size.max(1)).unwrap_or(usize::MAX);
        let full = selected.len().saturating_sub(offset).min(length);
        let length = if quirks.cuts_pages && full > 1 { rng.usize(1..=full) } else { full };
        selected.iter().skip(offset).take(length).copied().collect()
    }

    /// Every secret: the management key and all keys, including deleted ones.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        std::iter::once(self.management_key()).chain(self.rows.iter().map(|row| text(row.key)))
    }

    /// The keys created since the start.
    pub(crate) fn created_secrets(&self, seeded: usize) -> Vec<String> {
        self.rows.iter().skip(seeded).map(|row| text(row.key)).collect()
    }
}

/// `sk-or-v1-` and 64 hex digits (official OpenAPI, the examples).
pub(super) fn text(key: [u8; 32]) -> String {
    format!("sk-or-v1-{}", hex(&key))
}

fn set<T: PartialEq>(held: &mut T, wanted: Option<T>, changed: &mut bool) {
    if let Some(wanted) = wanted {
        *changed |= *held != wanted;
        *held = wanted;
    }
}

/// Returns the numbers of the rows that match, newest first, and the instant at which they may change
/// because a key expires or starts to be listed.
fn select(rows: &[Row], filter: Filter, now: i64) -> (Vec<u32>, i64) {
    let mut until = i64::MAX;
    let mut selected = Vec::new();
    for (row, number) in rows.iter().zip(0..) {
        if row.workspace != filter.workspace || row.deleted.is_some() {
            continue;
        }
        for instant in [Some(row.listed), row.expires].into_iter().flatten() {
            if instant > now {
                until = until.min(instant);
            }
        }
        let shown = row.listed <= now
            && (filter.disabled || !row.disabled)
            && (filter.expired || !row.expired(now));
        if shown {
            selected.push(number);
        }
    }
    selected.reverse();
    (selected, until)
}
