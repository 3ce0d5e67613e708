//! Which of the listed keys are shown.
//!
//! Vendors are asked for everything; what is not wanted is left out here. A question that a key's vendor
//! does not answer is no "no": such a key is left out and counted apart, or kept if that is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use glob::Pattern;
use keyroster::{
    Access, ApiKey, Decimal, Expiry, KeyStatus, LastUsed, Limit, ProviderId, Timestamp,
};

use crate::args::{AccessKind, FilterArgs};
use crate::config::Definition;
use crate::failure::Failure;

/// Whether a key is wanted; none if its vendor does not say what that takes.
type Answer = Option<bool>;

/// The questions of a command line, and what had no answer.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    args: &'a FilterArgs,
    accounts: Vec<Pattern>,
    providers: Vec<Pattern>,
    tags: Vec<Pattern>,
    names: Vec<Pattern>,
    now: Timestamp,
    undecided: u64,
    /// What providers did not say of the keys that were left out.
    unsaid: BTreeMap<ProviderId, BTreeSet<&'static str>>,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(args: &'a FilterArgs, now: Timestamp) -> Result<Self, Failure> {
        Ok(Self {
            accounts: patterns("--account", &args.account)?,
            providers: patterns("--provider", &args.provider)?,
            tags: patterns("--tag", &args.tag)?,
            names: patterns("--name", &args.name)?,
            args,
            now,
            undecided: 0,
            unsaid: BTreeMap::new(),
        })
    }

    /// Whether an account can have a wanted key; the others need not be asked.
    pub(crate) fn wants_account(&self, account: &Definition) -> bool {
        fits(&self.accounts, &account.name)
            && fits(&self.providers, &account.provider)
            && (self.tags.is_empty() || account.tags.iter().any(|tag| fits(&self.tags, tag)))
    }

    /// Whether a key is wanted.
    pub(crate) fn keeps(&mut self, key: &ApiKey) -> bool {
        let args = self.args;
        let answers = [
            ("status", self.has_status(key)),
            ("access", self.access(key)),
            ("name", self.named(key)),
            ("creation", args.older_than.map_or(Some(true), |age| self.older(key, age))),
            ("last use", args.unused_for.map_or(Some(true), |age| self.unused(key, age))),
            ("expiry", args.expires_within.map_or(Some(true), |time| self.expires(key, time))),
            ("expiry", if args.never_expires { never_expires(key) } else { Some(true) }),
            ("use", args.used_over.map_or(Some(true), |percent| used_over(key, percent))),
        ];
        if answers.iter().any(|(_, answer)| *answer == Some(false)) {
            return false;
        }
        let mut unsaid = answers.iter().filter(|(_, answer)| answer.is_none()).peekable();
        if unsaid.peek().is_none() || args.or_unknown {
            return true;
        }
        self.undecided += 1;
        let facts = self.unsaid.entry(key.provider.clone()).or_default();
        facts.extend(unsaid.map(|(fact, _)| *fact));
        false
    }

    /// How many keys were left out because their vendor does not say what was asked.
    pub(crate) fn undecided(&self) -> u64 {
        self.undecided
    }

    /// Says which keys were left out and why, if any were.
    pub(crate) fn explain(&self) -> Option<String> {
        let keys = match self.undecided {
            0 => return None,
            1 => "1 key is left out that may fit".to_owned(),
            keys => format!("{keys} keys are left out that may fit"),
        };
        let silence = self.unsaid.iter().map(|(provider, facts)| {
            let facts = facts.iter().copied().collect::<Vec<_>>().join(" and ");
            format!("{provider} does not say the {facts} of each")
        });
        let silence = silence.collect::<Vec<_>>().join(", ");
        Some(format!("{keys}: {silence}; add --or-unknown to list them, too"))
    }

    /// A status of which nothing is known but that nothing speaks against the key may be any.
    fn has_status(&self, key: &ApiKey) -> Answer {
        let wanted = &self.args.status;
        let status = key.status_at(self.now);
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == status.as_str()) {
            return Some(true);
        }
        (status != KeyStatus::Unknown).then_some(false)
    }

    fn access(&self, key: &ApiKey) -> Answer {
        match (self.args.access, &key.access) {
            (None, _)
            | (Some(AccessKind::Admin), Access::Admin)
            | (Some(AccessKind::Scoped), Access::Scoped { .. }) => Some(true),
            (Some(_), Access::Admin | Access::Scoped { .. }) => Some(false),
            (Some(_), _) => None,
        }
    }

    fn named(&self, key: &ApiKey) -> Answer {
        match &key.name {
            _ if self.names.is_empty() => Some(true),
            Some(name) => Some(fits(&self.names, name)),
            None => None,
        }
    }

    fn older(&self, key: &ApiKey, age: Duration) -> Answer {
        key.created_at.map(|created| created <= self.now.saturating_sub(age))
    }

    /// A key that is younger than the time was not unused for so long, whatever else is known.
    fn unused(&self, key: &ApiKey, age: Duration) -> Answer {
        let since = self.now.saturating_sub(age);
        match key.last_used {
            LastUsed::At { at } => Some(at <= since),
            LastUsed::Never => key.created_at.map(|created| created <= since),
            _ if key.created_at.is_some_and(|created| created > since) => Some(false),
            _ => None,
        }
    }

    fn expires(&self, key: &ApiKey, time: Duration) -> Answer {
        match key.expiry {
            Expiry::Never => Some(false),
            Expiry::At { at } => Some(at > self.now && at <= self.now.saturating_add(time)),
            _ => None,
        }
    }
}

fn never_expires(key: &ApiKey) -> Answer {
    match key.expiry {
        Expiry::Never => Some(true),
        Expiry::At { .. } => Some(false),
        _ => None,
    }
}

/// Whether more than so many per cent of the quota are used; exact, as the amounts are.
fn used_over(key: &ApiKey, percent: u32) -> Answer {
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

/// Whether any pattern fits, or none is asked for.
fn fits(patterns: &[Pattern], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(text))
}

fn patterns(flag: &str, texts: &[String]) -> Result<Vec<Pattern>, Failure> {
    let wrong = |error: glob::PatternError| {
        Failure::Usage(format!("`{flag}` is no pattern: {}", error.msg))
    };
    texts.iter().map(|text| Pattern::new(text).map_err(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use keyroster::{ApiKey, KeyId, KeyStatus, ProviderId, Timestamp};

    use super::Filter;
    use crate::args::FilterArgs;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        filter: FilterArgs,
    }

    #[test]
    fn a_status_that_is_not_known_may_be_any() {
        let key = ApiKey::new(ProviderId::from_static("acme"), KeyId::from("1"));
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        assert_eq!(key.status_at(now), KeyStatus::Unknown);
        for (words, kept, undecided) in [
            (&["--status", "active"][..], false, 1),
            (&["--status", "active", "--or-unknown"], true, 0),
            (&["--status", "unknown"], true, 0),
            (&[], true, 0),
        ] {
            let line = Line::parse_from([&["list"], words].concat());
            let mut filter = Filter::new(&line.filter, now).unwrap();
            assert_eq!((filter.keeps(&key), filter.undecided()), (kept, undecided), "{words:?}");
            assert_eq!(filter.explain().is_some(), undecided > 0);
        }
    }
}
