//! The keys of the Pinata account.

use std::collections::HashMap;
use std::sync::Arc;

use fastrand::Rng;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::jwt::{self, User};
use super::quirks::{ExhaustedFilter, ListOrder, PinataQuirks};
use crate::cache::Cache;
use crate::clock::MILLI;
use crate::rate::Limiter;
use crate::token::{hex, mark, random, secret};

/// The access of a key, and how lists report it.
#[derive(Debug)]
pub(super) struct Scopes {
    pub(super) shown: Value,
    pub(super) admin: bool,
    /// Holds the v3 resource `org:write`.
    pub(super) org_write: bool,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: [u8; 16],
    pub(super) key: [u8; 10],
    pub(super) secret: [u8; 32],
    pub(super) name: Box<str>,
    pub(super) max_uses: Option<u32>,
    pub(super) uses: u32,
    pub(super) user: u8,
    pub(super) scopes: Arc<Scopes>,
    pub(super) revoked: bool,
    pub(super) created: i64,
    pub(super) updated: i64,
    /// When the key starts to authenticate.
    pub(super) active: i64,
}

impl Row {
    pub(super) fn exhausted(&self) -> bool {
        self.max_uses.is_some_and(|max| self.uses >= max)
    }

    /// The `secret` of the legacy listing. The documents call it encrypted, so it differs from the one that
    /// authenticates.
    pub(super) fn listed_secret(&self) -> String {
        hex(&mark(Sha256::digest(self.secret).into()))
    }
}

/// The filter of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) revoked: Option<bool>,
    pub(super) limited: Option<bool>,
    pub(super) exhausted: Option<bool>,
    pub(super) name: Option<String>,
}

/// The fields of a create request.
#[derive(Debug)]
pub(super) struct NewKey {
    pub(super) name: String,
    pub(super) max_uses: Option<u32>,
    pub(super) scopes: Scopes,
}

/// What an account has at the start.
pub(super) struct Account {
    pub(super) users: Vec<User>,
    pub(super) rows: Vec<Row>,
    /// The row of the admin credential.
    pub(super) credential: u32,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(super) quirks: PinataQuirks,
    pub(super) users: Vec<User>,
    /// In the order of creation. Rows are never removed.
    pub(super) rows: Vec<Row>,
    pub(super) by_key: HashMap<[u8; 10], u32>,
    /// The row of the admin credential.
    pub(super) credential: u32,
    pub(super) rng: Rng,
    pub(super) limiter: Limiter,
    version: u64,
    cache: Cache<Filter>,
}

/// The order in which a listing visits rows.
#[derive(Clone, Copy, Debug)]
enum Traversal {
    Forward,
    Backward,
    Shuffled { start: u64, step: u64 },
}

impl State {
    pub(super) fn new(quirks: PinataQuirks, rng: Rng, account: Account) -> Self {
        let Account { users, rows, credential } = account;
        let numbered = rows.iter().zip(0..);
        let by_key = numbered.map(|(row, number)| (row.key, number)).collect();
        Self {
            quirks,
            users,
            rows,
            by_key,
            credential,
            rng,
            limiter: Limiter::default(),
            version: 0,
            cache: Cache::new(),
        }
    }

    /// The key, secret and token of the admin credential.
    pub(crate) fn access(&self) -> (String, String, String) {
        let row = &self.rows[self.credential as usize];
        (hex(&row.key), hex(&row.secret), self.token(row))
    }

    pub(super) fn token(&self, row: &Row) -> String {
        jwt::token(&self.users[usize::from(row.user)], row.key, row.secret, row.created)
    }

    pub(super) fn find(&self, key: &str) -> Option<u32> {
        self.by_key.get(&crate::token::unhex::<10>(key)?).copied()
    }

    pub(super) fn create(&mut self, new: NewKey, user: u8, now: i64) -> &Row {
        // Each key has its own creation time, in milliseconds.
        let earliest = self.rows.last().map_or(i64::MIN, |row| row.created + MILLI);
        let created = now.max(earliest);
        let row = Row {
            id: random(&mut self.rng),
            key: random(&mut self.rng),
            secret: secret(&mut self.rng),
            name: new.name.into(),
            max_uses: new.max_uses,
            uses: 0,
            user,
            scopes: Arc::new(new.scopes),
            revoked: false,
            created,
            updated: created,
            active: now + i64::from(self.quirks.activation_delay_ms) * MILLI,
        };
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.by_key.insert(row.key, number);
        self.version += 1;
        self.rows.push(row);
        &self.rows[number as usize]
    }

    pub(super) fn revoke(&mut self, number: u32, now: i64) {
        let row = &mut self.rows[number as usize];
        row.revoked = true;
        row.updated = now;
        self.version += 1;
    }

    pub(super) fn count_use(&mut self, number: u32, now: i64) {
        let row = &mut self.rows[number as usize];
        if row.max_uses.is_some() {
            row.uses += 1;
            row.updated = now;
            self.version += 1;
        }
    }

    /// Returns a page of row numbers, and the total number of matches.
    pub(super) fn page(&mut self, filter: Filter, offset: u64, now: i64) -> (Vec<u32>, usize) {
        let selected = (filter != Filter::default()).then(|| {
            let Self { rows, cache, quirks, version, .. } = self;
            cache.rows(filter, *version, now, |filter| (select(rows, filter, quirks), i64::MAX))
        });
        let count = selected.as_ref().map_or(self.rows.len(), |rows| rows.len());
        let traversal = self.traversal(count);
        let left = (count as u64).saturating_sub(offset);
        let full = left.min(u64::from(self.quirks.page_size.max(1)));
        let is_cut = self.quirks.cuts_pages && full > 1;
        let length = if is_cut { self.rng.u64(1..=full) } else { full };
        let page = (offset..offset + length).map(|at| {
            let at = match traversal {
                Traversal::Forward => at,
                Traversal::Backward => count as u64 - 1 - at,
                Traversal::Shuffled { start, step } => (start + at * step) % count as u64,
            };
            match &selected {
                Some(rows) => usize::try_from(at).map_or(0, |at| rows[at]),
                None => u32::try_from(at).unwrap_or(u32::MAX),
            }
        });
        (page.collect(), count)
    }

    /// Chooses an order. An unstable one starts anywhere and uses a step without a common divisor with the
    /// number of keys, which gives another permutation each time without sorting.
    fn traversal(&mut self, count: usize) -> Traversal {
        match self.quirks.order {
            ListOrder::OldestFirst => Traversal::Forward,
            ListOrder::Unstable if count > 1 => {
                let count = count as u64;
                let start = self.rng.u64(..count);
                let mut step = self.rng.u64(1..count);
                while gcd(step, count) != 1 {
                    step = step % (count - 1) + 1;
                }
                Traversal::Shuffled { start, step }
            }
            ListOrder::NewestFirst | ListOrder::Unstable => Traversal::Backward,
        }
    }

    /// Every secret of every key: the usable one, the listed one and the token.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        self.rows.iter().flat_map(|row| self.secrets_of(row))
    }

    pub(super) fn secrets_of(&self, row: &Row) -> [String; 3] {
        [hex(&row.secret), row.listed_secret(), self.token(row)]
    }

    /// The secrets of the keys created since the start.
    pub(crate) fn created_secrets(&self, seeded: usize) -> Vec<String> {
        let made = self.rows.iter().skip(seeded);
        made.flat_map(|row| self.secrets_of(row)).collect()
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn select(rows: &[Row], filter: &Filter, quirks: &PinataQuirks) -> Vec<u32> {
    let honored =
        filter.limited == Some(true) || quirks.exhausted_filter == ExhaustedFilter::Honored;
    let exhausted = filter.exhausted.filter(|_| honored);
    let name = filter.name.as_deref().map(str::to_lowercase);
    let matches = |row: &Row| {
        filter.revoked.is_none_or(|wanted| row.revoked == wanted)
            && filter.limited.is_none_or(|wanted| row.max_uses.is_some() == wanted)
            && exhausted.is_none_or(|wanted| row.exhausted() == wanted)
            && name.as_deref().is_none_or(|wanted| {
                let held = row.name.to_lowercase();
                if quirks.name_wildcards { like(&held, wanted) } else { held.contains(wanted) }
            })
    };
    let numbered = rows.iter().zip(0..);
    numbered.filter(|(row, _)| matches(row)).map(|(_, number)| number).collect()
}

/// Whether SQL's `LIKE '%pattern%'` matches `text`.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = format!("%{pattern}%").chars().collect();
    // reach[i]: the pattern read so far matches the first i characters.
    let mut reach = vec![false; text.len() + 1];
    reach[0] = true;
    for sign in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut any = false;
        for at in 0..=text.len() {
            any |= reach[at];
            next[at] = match sign {
                '%' => any,
                '_' => at > 0 && reach[at - 1],
                sign => at > 0 && reach[at - 1] && text[at - 1] == sign,
            };
        }
        reach = next;
    }
    reach[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_knows_its_two_wildcards() {
        for (text, pattern, matches) in [
            ("ci-deploy", "dep", true),
            ("ci-deploy", "c_-d", true),
            ("ci-deploy", "ci%ploy", true),
            ("ci-deploy", "ploy%ci", false),
            ("", "", true),
            ("", "_", false),
        ] {
            assert_eq!(like(text, pattern), matches, "{text} like {pattern}");
        }
    }
}
