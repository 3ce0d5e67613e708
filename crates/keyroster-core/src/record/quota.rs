//! Allowances, and how much of them is used.

use serde::{Deserialize, Serialize};

use crate::record::decimal::{Amount, Decimal};

/// The allowance that stops a key when it is used up: money, requests, or whatever the vendor counts.
///
/// Rate limits are not quotas: they slow a key down but do not use it up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Quota {
    /// How much the key may use in one period.
    pub limit: Limit,
    /// How much the key has used in the current period, if the vendor reports it.
    pub used: Option<Amount>,
    /// How much is left in the current period, if the vendor reports it. Negative if it was overdrawn.
    pub remaining: Option<Amount>,
    /// How often a new period starts.
    pub reset: Reset,
}

impl Quota {
    /// Creates a quota that has only the limit.
    #[must_use]
    pub fn new(limit: Limit) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Returns how much of the current period is used: what the vendor reports, or else the limit minus the
    /// remaining amount. `None` if more remains than the limit.
    #[must_use]
    pub fn used_so_far(&self) -> Option<Amount> {
        if let Some(used) = &self.used {
            return Some(used.clone());
        }
        let (Limit::Amount(limit), Some(left)) = (&self.limit, &self.remaining) else {
            return None;
        };
        let used = limit.amount.checked_sub(left.amount)?;
        // More left than the limit: the limit was lowered, or the two are not about the same.
        let consistent = limit.unit == left.unit && !used.is_negative();
        consistent.then(|| Amount::new(used, limit.unit.clone()))
    }

    /// Returns whether the parts contradict each other, so that it is unknown whether the quota is used up: a
    /// negative limit, or nothing left of an unlimited quota.
    ///
    /// ```
    /// use keyroster_core::{Amount, Limit, Quota, Unit};
    ///
    /// // Some vendors write no limit as -1.
    /// let quota = Quota::new(Limit::Amount(Amount::new(-1, Unit::REQUESTS)));
    /// assert!(quota.is_contradictory());
    /// assert_eq!(quota.is_exhausted(), None);
    /// ```
    #[must_use]
    pub fn is_contradictory(&self) -> bool {
        match (&self.limit, &self.remaining) {
            (Limit::Amount(limit), _) => limit.amount.is_negative(),
            (Limit::Unlimited, Some(left)) => left.amount <= Decimal::ZERO,
            _ => false,
        }
    }

    /// Returns whether the quota is used up, or `None` if the vendor reports too little to know.
    ///
    /// ```
    /// use keyroster_core::{Amount, Limit, Quota, Unit};
    ///
    /// let mut quota = Quota::new(Limit::Amount(Amount::new(25, Unit::USD)));
    /// assert_eq!(quota.is_exhausted(), None);
    /// quota.used = Some(Amount::new(25, Unit::USD));
    /// assert_eq!(quota.is_exhausted(), Some(true));
    /// // The remaining amount takes precedence over the used one: the vendor may have refunded some.
    /// quota.remaining = Some(Amount::new(3, Unit::USD));
    /// assert_eq!(quota.is_exhausted(), Some(false));
    /// ```
    #[must_use]
    pub fn is_exhausted(&self) -> Option<bool> {
        if self.is_contradictory() {
            return None;
        }
        let limit = match &self.limit {
            Limit::Unlimited => return Some(false),
            Limit::Unknown => None,
            Limit::Amount(limit) => Some(limit),
        };
        if let Some(left) = &self.remaining {
            return Some(left.amount <= Decimal::ZERO);
        }
        let limit = limit?;
        let used = self.used.as_ref()?;
        (limit.unit == used.unit).then_some(used.amount >= limit.amount)
    }
}

/// How much a key may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Limit {
    /// As much as the account itself may use.
    Unlimited,
    /// This much.
    Amount(Amount),
    /// The vendor does not report it.
    #[default]
    #[serde(other)]
    Unknown,
}

/// How often a new period of a quota starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reset {
    /// Never. The limit holds for the key's whole life.
    Never,
    /// Every day at midnight UTC.
    Daily,
    /// Every Monday at midnight UTC.
    Weekly,
    /// The first day of every month at midnight UTC.
    Monthly,
    /// By the vendor's own rule.
    Other {
        /// The vendor's word for it.
        rule: String,
    },
    /// The vendor does not report it.
    #[default]
    #[serde(other)]
    Unknown,
}

/// What a key has used, by one of the vendor's meters. `None` if the vendor does not report it.
///
/// Days, weeks (from Monday) and months are the current ones in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// The vendor's name of the meter, e.g. `credits`, `byok` or `requests`.
    pub meter: String,
    /// Over the key's whole life.
    #[serde(default)]
    pub total: Option<Amount>,
    /// In the current day.
    #[serde(default)]
    pub daily: Option<Amount>,
    /// In the current week.
    #[serde(default)]
    pub weekly: Option<Amount>,
    /// In the current month.
    #[serde(default)]
    pub monthly: Option<Amount>,
}

impl Usage {
    /// Creates a usage that has only the meter.
    #[must_use]
    pub fn new(meter: impl Into<String>) -> Self {
        Self { meter: meter.into(), total: None, daily: None, weekly: None, monthly: None }
    }
}
