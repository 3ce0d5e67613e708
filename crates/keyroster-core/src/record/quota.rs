//! Allowances and what was used of them.

use serde::{Deserialize, Serialize};

use crate::record::decimal::{Amount, Decimal};

/// The allowance that stops a key when used up: money, requests, or what the vendor counts.
///
/// Rate limits are no quotas: they slow a key down and never use it up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quota {
    /// How much a key may use in one period.
    pub limit: Limit,
    /// What it has used in the current period, where the vendor says.
    pub used: Option<Amount>,
    /// What is left in the current period, where the vendor says; negative when it was overdrawn.
    pub remaining: Option<Amount>,
    /// When a new period starts.
    pub reset: Reset,
}

impl Quota {
    /// A quota with this limit, of which nothing else is known.
    #[must_use]
    pub fn new(limit: Limit) -> Self {
        Self { limit, ..Self::default() }
    }

    /// What the current period has used: as the vendor says, or the limit less what is left.
    #[must_use]
    pub fn used_so_far(&self) -> Option<Amount> {
        if let Some(used) = &self.used {
            return Some(used.clone());
        }
        let (Limit::Amount(limit), Some(left)) = (&self.limit, &self.remaining) else {
            return None;
        };
        let used = limit.amount.checked_sub(left.amount)?;
        (limit.unit == left.unit).then(|| Amount::new(used, limit.unit.clone()))
    }

    /// Whether it is used up; none if the vendor says too little to tell.
    ///
    /// ```
    /// use keyroster_core::{Amount, Limit, Quota, Unit};
    ///
    /// let mut quota = Quota::new(Limit::Amount(Amount::new(25, Unit::USD)));
    /// assert_eq!(quota.is_exhausted(), None);
    /// quota.used = Some(Amount::new(25, Unit::USD));
    /// assert_eq!(quota.is_exhausted(), Some(true));
    /// // What is left says more than what was used: the vendor may have given some back.
    /// quota.remaining = Some(Amount::new(3, Unit::USD));
    /// assert_eq!(quota.is_exhausted(), Some(false));
    /// ```
    #[must_use]
    pub fn is_exhausted(&self) -> Option<bool> {
        let limit = match &self.limit {
            Limit::Unlimited => return Some(false),
            Limit::Unknown => None,
            Limit::Amount(limit) => Some(limit),
        };
        if let Some(left) = &self.remaining {
            return Some(left.amount <= Decimal::ZERO);
        }
        let (limit, used) = (limit?, self.used.as_ref()?);
        (limit.unit == used.unit).then_some(used.amount >= limit.amount)
    }
}

/// How much a key may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Limit {
    /// As much as the account itself.
    Unlimited,
    /// This much.
    Amount(Amount),
    /// The vendor does not say.
    #[default]
    Unknown,
}

/// When a quota's period starts anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reset {
    /// Never: the limit holds for the key's whole life.
    Never,
    /// Every day at midnight UTC.
    Daily,
    /// Every Monday at midnight UTC.
    Weekly,
    /// Every first day of a month at midnight UTC.
    Monthly,
    /// By a rule of the vendor's own.
    Other {
        /// The vendor's word for it.
        rule: String,
    },
    /// The vendor does not say.
    #[default]
    Unknown,
}

/// What a key has used, by one of the vendor's meters; `None` where it does not say.
///
/// Days, weeks (from Monday) and months are the current ones in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// What is metered, in the vendor's word: `credits`, `byok`, `requests`.
    pub meter: String,
    /// Over the key's whole life.
    pub total: Option<Amount>,
    /// In the current day.
    pub daily: Option<Amount>,
    /// In the current week.
    pub weekly: Option<Amount>,
    /// In the current month.
    pub monthly: Option<Amount>,
}

impl Usage {
    /// A meter without a reading.
    #[must_use]
    pub fn new(meter: impl Into<String>) -> Self {
        Self { meter: meter.into(), total: None, daily: None, weekly: None, monthly: None }
    }
}
