//! Which of the listed keys are shown.
//!
//! Vendors are asked for everything; what is not wanted is left out here. A question that a key's vendor
//! does not answer is no "no": such a key is left out and counted apart.

use std::time::Duration;

use glob::Pattern;
use keyroster::{Access, ApiKey, Decimal, Expiry, LastUsed, Limit, Timestamp};

use crate::args::{AccessKind, FilterArgs};
use crate::config::Definition;
use crate::failure::Failure;

/// Whether a key is wanted; none if its vendor does not say what that takes.
type Answer = Option<bool>;

/// The questions of a command line, and how many keys had no answer.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    args: &'a FilterArgs,
    account: Option<Pattern>,
    provider: Option<Pattern>,
    tag: Option<Pattern>,
    name: Option<Pattern>,
    now: Timestamp,
    unknown: u64,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(args: &'a FilterArgs, now: Timestamp) -> Result<Self, Failure> {
        Ok(Self {
            account: pattern("--account", args.account.as_deref())?,
            provider: pattern("--provider", args.provider.as_deref())?,
            tag: pattern("--tag", args.tag.as_deref())?,
            name: pattern("--name", args.name.as_deref())?,
            args,
            now,
            unknown: 0,
        })
    }

    /// Whether an account can have a wanted key; the others need not be asked.
    pub(crate) fn wants_account(&self, account: &Definition) -> bool {
        let fits = |pattern: &Option<Pattern>, text: &str| {
            pattern.as_ref().is_none_or(|p| p.matches(text))
        };
        let tagged = |pattern: &Pattern| account.tags.iter().any(|tag| pattern.matches(tag));
        fits(&self.account, &account.name)
            && fits(&self.provider, &account.provider)
            && self.tag.as_ref().is_none_or(tagged)
    }

    /// Whether a key is wanted.
    pub(crate) fn keeps(&mut self, key: &ApiKey) -> bool {
        let answers = [
            Some(self.has_status(key)),
            self.access(key),
            self.named(key),
            self.args.older_than.map_or(Some(true), |age| self.older(key, age)),
            self.args.unused_for.map_or(Some(true), |age| self.unused(key, age)),
            self.args.expires_within.map_or(Some(true), |time| self.expires(key, time)),
            if self.args.never_expires { never_expires(key) } else { Some(true) },
            self.args.used_over.map_or(Some(true), |percent| used_over(key, percent)),
        ];
        if answers.contains(&Some(false)) {
            return false;
        }
        let known = !answers.contains(&None);
        self.unknown += u64::from(!known);
        known
    }

    /// How many keys were left out because their vendor does not say what was asked.
    pub(crate) fn unknown(&self) -> u64 {
        self.unknown
    }

    fn has_status(&self, key: &ApiKey) -> bool {
        let wanted = &self.args.status;
        let status = key.status_at(self.now);
        wanted.is_empty() || wanted.iter().any(|wanted| wanted == status.as_str())
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
        match (&self.name, &key.name) {
            (None, _) => Some(true),
            (Some(pattern), Some(name)) => Some(pattern.matches(name)),
            (Some(_), None) => None,
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

fn pattern(flag: &str, text: Option<&str>) -> Result<Option<Pattern>, Failure> {
    let wrong = |error: glob::PatternError| {
        Failure::Usage(format!("`{flag}` is no pattern: {}", error.msg))
    };
    text.map(Pattern::new).transpose().map_err(wrong)
}
