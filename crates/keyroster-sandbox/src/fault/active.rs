//! The active faults, and which of them a request meets.

use fastrand::Rng;
use serde::Serialize;

use crate::fault::{Action, Fault};
use crate::log::Vendor;

#[derive(Debug)]
pub(crate) struct ActiveFaults {
    seed: u64,
    /// Number of rules added so far, so that each has its own sequence of random numbers.
    added: u64,
    list: Vec<Rule>,
}

/// A rule and its counters.
#[derive(Debug, Serialize)]
struct Rule {
    #[serde(flatten)]
    fault: Fault,
    /// Number of requests that it matched.
    seen: u64,
    /// Number of requests that it applied to.
    fired: u64,
    #[serde(skip)]
    rng: Rng,
}

/// What happens to one request.
#[derive(Debug, Default)]
pub(crate) struct AppliedFault {
    pub(crate) delay_ms: u64,
    /// Never [`Action::Delay`], which is in `delay_ms`.
    pub(crate) action: Option<Action>,
}

impl ActiveFaults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, added: 0, list: Vec::new() }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.added += 1;
        let rng = Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.added);
        self.list.push(Rule { fault, seen: 0, fired: 0, rng });
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.seed);
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(&self.list).unwrap_or_default()
    }

    pub(crate) fn meet(&mut self, vendor: Vendor, method: &str, path: &str) -> AppliedFault {
        let mut applied = AppliedFault::default();
        for rule in &mut self.list {
            // Every rule counts each request that it matches, even if another rule applies.
            if !rule.matches(vendor, method, path) {
                continue;
            }
            let delay = match &rule.fault.action {
                Action::Delay { ms } => *ms,
                _ if applied.action.is_some() => continue,
                action => {
                    applied.action = Some(action.clone());
                    0
                }
            };
            applied.delay_ms =
                applied.delay_ms.saturating_add(delay).saturating_add(rule.fault.delay_ms);
            rule.fired += 1;
        }
        applied
    }
}

impl Rule {
    fn matches(&mut self, vendor: Vendor, method: &str, path: &str) -> bool {
        let fault = &self.fault;
        let applies = fault.vendor.is_none_or(|wanted| wanted == vendor)
            && fault.method.as_deref().is_none_or(|wanted| wanted == method)
            && fault.path.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == wanted,
            });
        if !applies {
            return false;
        }
        self.seen += 1;
        let drawn = fault.share.is_none_or(|share| self.rng.f64() < share);
        drawn
            && fault.nth.as_ref().is_none_or(|nth| nth.contains(&self.seen))
            && fault.limit.is_none_or(|limit| self.fired < limit)
    }
}
