//! Filters the listed keys.
//!
//! Vendors are asked for everything, and the filter applies to what they return. A field that a vendor does not
//! report, or not readably, neither matches nor does not match: such a key is left out and counted as undecided, or kept with
//! `--or-unknown`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::ValueEnum;
use glob::Pattern;
use keyroster::{
    Access, ApiKey, Decimal, Expiry, Fact, KeyStatus, LastUsed, Limit, ProviderId, Timestamp,
};

use crate::config::Definition;
use crate::exit::Failure;

/// Whether a key matches. `None` if its vendor does not report the field, or not readably.
type Match = Option<bool>;

/// Which keys are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Criteria {
    /// Patterns, like the following three. An empty list matches everything.
    pub(crate) accounts: Vec<String>,
    pub(crate) providers: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) status: Vec<String>,
    pub(crate) access: Option<AccessKind>,
    pub(crate) older_than: Option<Duration>,
    pub(crate) unused_for: Option<Duration>,
    pub(crate) expires_within: Option<Duration>,
    pub(crate) never_expires: bool,
    /// Percentage of the quota.
    pub(crate) used_over: Option<u32>,
    /// Whether to keep a key if it is unknown whether it matches.
    pub(crate) or_unknown: bool,
}

impl Criteria {
    /// Whether there is a condition on this field.
    pub(crate) fn asks_for(&self, field: &str) -> bool {
        match field {
            "access" => self.access.is_some(),
            "created_at" => self.older_than.is_some(),
            "last_used" => self.unused_for.is_some(),
            "expires_at" => self.expires_within.is_some() || self.never_expires,
            "quota" => self.used_over.is_some(),
            _ => false,
        }
    }
}

/// What a key may do, as far as one can ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessKind {
    /// Full access.
    Admin,
    /// Access limited to scopes.
    Scoped,
}

/// Why a fact is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// The vendor does not report it.
    Unreported,
    /// The vendor reports something that cannot be read.
    Unreadable,
}

/// The filter of a command line, and the keys that it could not decide about.
#[derive(Debug)]
pub(crate) struct Filter {
    criteria: Criteria,
    accounts: Vec<Pattern>,
    providers: Vec<Pattern>,
    tags: Vec<Pattern>,
    names: Vec<Pattern>,
    now: Timestamp,
    undecided: u64,
    /// What each provider did not report about the undecided keys, or not readably.
    unknown: BTreeMap<ProviderId, BTreeSet<(Lack, &'static str)>>,
}

impl Filter {
    pub(crate) fn new(criteria: Criteria, now: Timestamp) -> Result<Self, Failure> {
        Ok(Self {
            accounts: patterns("--account", &criteria.accounts)?,
            providers: patterns("--provider", &criteria.providers)?,
            tags: patterns("--tag", &criteria.tags)?,
            names: patterns("--name", &criteria.names)?,
            criteria,
            now,
            undecided: 0,
            unknown: BTreeMap::new(),
        })
    }

    pub(crate) fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// Whether an account can have a matching key. The others need not be asked.
    pub(crate) fn wants_account(&self, account: &Definition) -> bool {
        matches_any(&self.accounts, &account.name)
            && matches_any(&self.providers, &account.provider)
            && (self.tags.is_empty() || account.tags.iter().any(|tag| matches_any(&self.tags, tag)))
    }

    /// Whether to keep a key.
    pub(crate) fn keeps(&mut self, key: &ApiKey) -> bool {
        let criteria = &self.criteria;
        let answers = [
            ("their status", STATUS_FACTS, self.has_status(key)),
            ("their access", &[Fact::Access][..], self.access(key)),
            ("their name", &[Fact::Name], self.named(key)),
            (
                "when they were created",
                &[Fact::CreatedAt],
                criteria.older_than.map_or(Some(true), |age| self.older(key, age)),
            ),
            (
                "when they were last used",
                &[Fact::LastUsed],
                criteria.unused_for.map_or(Some(true), |age| self.unused(key, age)),
            ),
            (
                "when they expire",
                &[Fact::Expiry],
                criteria.expires_within.map_or(Some(true), |time| self.expires(key, time)),
            ),
            (
                "when they expire",
                &[Fact::Expiry],
                if criteria.never_expires { never_expires(key) } else { Some(true) },
            ),
            (
                "how much they have used",
                &[Fact::Limit, Fact::Used, Fact::Remaining],
                criteria.used_over.map_or(Some(true), |percent| used_over(key, percent)),
            ),
        ];
        if answers.iter().any(|(.., answer)| *answer == Some(false)) {
            return false;
        }
        let mut unknown = answers.iter().filter(|(.., answer)| answer.is_none()).peekable();
        if unknown.peek().is_none() || criteria.or_unknown {
            return true;
        }
        self.undecided += 1;
        let fields = self.unknown.entry(key.provider.clone()).or_default();
        fields.extend(unknown.map(|(field, facts, _)| {
            let is_unreadable = facts.iter().any(|fact| key.unreadable.contains(fact));
            (if is_unreadable { Lack::Unreadable } else { Lack::Unreported }, *field)
        }));
        false
    }

    /// Number of keys that were left out because a field is unknown.
    pub(crate) fn undecided(&self) -> u64 {
        self.undecided
    }

    /// Which keys were left out and why, if any were. `display` returns the name of a provider.
    pub(crate) fn explain(&self, display: impl Fn(&ProviderId) -> String) -> Option<String> {
        let keys = match self.undecided {
            0 => return None,
            1 => "1 more key may match".to_owned(),
            keys => format!("{keys} more keys may match"),
        };
        let reasons = self.unknown.iter().flat_map(|(provider, fields)| {
            let vendor = display(provider);
            [Lack::Unreported, Lack::Unreadable].into_iter().filter_map(move |lack| {
                let fields = fields.iter().filter(|(own, _)| *own == lack).map(|(_, field)| *field);
                let fields = fields.collect::<Vec<_>>().join(" and ");
                match lack {
                    _ if fields.is_empty() => None,
                    Lack::Unreported => Some(format!("{vendor} does not report {fields}")),
                    Lack::Unreadable => {
                        Some(format!("{fields} cannot be read in {vendor}'s responses"))
                    }
                }
            })
        });
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        Some(format!("{keys}: {reasons}"))
    }

    /// An unknown status may be any status, and a disabled key may be revoked too.
    fn has_status(&self, key: &ApiKey) -> Match {
        let wanted = &self.criteria.status;
        if wanted.is_empty() {
            return Some(true);
        }
        let is_wanted = |status: &KeyStatus| wanted.iter().any(|wanted| wanted == status.as_str());
        let statuses = KeyStatus::ALL.into_iter().filter(is_wanted);
        let answers: Vec<Match> =
            statuses.map(|status| key.has_status_at(status, self.now)).collect();
        if answers.contains(&Some(true)) {
            return Some(true);
        }
        if answers.contains(&None) { None } else { Some(false) }
    }

    fn access(&self, key: &ApiKey) -> Match {
        match (self.criteria.access, &key.access) {
            (None, _)
            | (Some(AccessKind::Admin), Access::Admin)
            | (Some(AccessKind::Scoped), Access::Scoped { .. }) => Some(true),
            (Some(_), Access::Admin | Access::Scoped { .. }) => Some(false),
            (Some(_), _) => None,
        }
    }

    fn named(&self, key: &ApiKey) -> Match {
        match &key.name {
            _ if self.names.is_empty() => Some(true),
            Some(name) => Some(matches_any(&self.names, name)),
            None => None,
        }
    }

    fn older(&self, key: &ApiKey, age: Duration) -> Match {
        key.created_at.map(|created| created <= self.now.saturating_sub(age))
    }

    /// A key that is younger than the time cannot have been unused for that long.
    fn unused(&self, key: &ApiKey, age: Duration) -> Match {
        let since = self.now.saturating_sub(age);
        match key.last_used {
            LastUsed::At { at } => Some(at <= since),
            LastUsed::Never => key.created_at.map(|created| created <= since),
            _ if key.created_at.is_some_and(|created| created > since) => Some(false),
            _ => None,
        }
    }

    fn expires(&self, key: &ApiKey, time: Duration) -> Match {
        match key.expiry {
            Expiry::Never => Some(false),
            Expiry::At { at } => Some(at > self.now && at <= self.now.saturating_add(time)),
            _ => None,
        }
    }
}

/// The facts that a status follows from.
const STATUS_FACTS: &[Fact] =
    &[Fact::Disabled, Fact::Revoked, Fact::Expiry, Fact::Limit, Fact::Used, Fact::Remaining];

fn never_expires(key: &ApiKey) -> Match {
    match key.expiry {
        Expiry::Never => Some(true),
        Expiry::At { .. } => Some(false),
        _ => None,
    }
}

/// Whether more than a percentage of the quota is used. Exact, like the amounts.
fn used_over(key: &ApiKey, percent: u32) -> Match {
    let limit = match &key.quota.limit {
        Limit::Unlimited => return Some(false),
        Limit::Amount(limit) => limit,
        _ => return None,
    };
    let used = key.quota.used_so_far().filter(|used| used.unit == limit.unit)?;
    let hundred = Decimal::from(100);
    let share = limit.amount.checked_mul(Decimal::from(u64::from(percent)))?;
    Some(used.amount.checked_mul(hundred)? > share)
}

/// Whether any pattern matches, or there are no patterns.
fn matches_any(patterns: &[Pattern], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(text))
}

fn patterns(flag: &str, texts: &[String]) -> Result<Vec<Pattern>, Failure> {
    let wrong = |error: glob::PatternError| {
        Failure::usage(format!("invalid pattern in {flag}: {}", error.msg))
    };
    texts.iter().map(|text| Pattern::new(text).map_err(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use keyroster::{ApiKey, KeyId, KeyStatus, ProviderId, Timestamp};

    use super::{Criteria, Filter};

    #[test]
    fn an_unknown_status_may_be_any() {
        let key = ApiKey::new(ProviderId::from_static("acme"), KeyId::from("1"));
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        assert_eq!(key.status_at(now), KeyStatus::Unknown);
        for (status, or_unknown, kept, undecided) in [
            (Some("active"), false, false, 1),
            (Some("active"), true, true, 0),
            (Some("unknown"), false, true, 0),
            (None, false, true, 0),
        ] {
            let status: Vec<String> = status.map(str::to_owned).into_iter().collect();
            let criteria = Criteria { status, or_unknown, ..Criteria::default() };
            let mut filter = Filter::new(criteria.clone(), now).unwrap();
            assert_eq!((filter.keeps(&key), filter.undecided()), (kept, undecided), "{criteria:?}");
            assert_eq!(filter.explain(ToString::to_string).is_some(), undecided > 0);
        }
    }
}
