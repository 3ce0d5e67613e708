//! Exact decimal numbers with a unit.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact decimal number of up to 28 digits. It is serialized as a string, so that no reader rounds it.
///
/// ```
/// use keyroster_core::Decimal;
///
/// let tenth: Decimal = "0.1".parse()?;
/// let one = std::iter::repeat_n(tenth, 10).sum::<Option<Decimal>>();
/// assert_eq!(one, Some(Decimal::from(1)));
/// # Ok::<(), keyroster_core::ParseDecimalError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(rust_decimal::Decimal);

/// The error for a text that is not a [`Decimal`], or has more than 28 digits.
#[derive(Debug, thiserror::Error)]
#[error("not a decimal number of up to 28 digits")]
#[non_exhaustive]
pub struct ParseDecimalError;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);

    /// Returns the sum, or `None` if it has more than 28 digits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Returns the difference, or `None` if it has more than 28 digits.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Returns the product, or `None` if it has more than 28 digits.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).map(Self)
    }

    /// Returns whether the number is less than zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self < Self::ZERO
    }

    /// Returns the number rounded to this many decimal places, halves away from zero. For display only.
    #[must_use]
    pub fn round(self, places: u32) -> Self {
        let halves = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        Self(self.0.round_dp_with_strategy(places, halves))
    }

    /// Returns the value if it is a whole number from zero to `u64::MAX`.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        self.0.is_integer().then(|| u64::try_from(self.0).ok()).flatten()
    }

    /// Returns the nearest `f64`, which may lose digits. For gauges and charts, not for sums.
    #[must_use]
    pub fn to_f64_lossy(self) -> f64 {
        // Parsing the decimal text rounds once, to the nearest `f64`.
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self(value.into())
    }
}

impl From<i32> for Decimal {
    fn from(value: i32) -> Self {
        Self(value.into())
    }
}

impl std::iter::Sum<Decimal> for Option<Decimal> {
    fn sum<I: Iterator<Item = Decimal>>(mut iter: I) -> Self {
        iter.try_fold(Decimal::ZERO, Decimal::checked_add)
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Parses plain and JSON notation, including exponents. No digit is dropped silently.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let base = text.split_once(['e', 'E']).map_or(text, |(base, _)| base);
        let mut parsed = rust_decimal::Decimal::from_str_exact(base);
        if parsed.is_ok() && base.len() < text.len() {
            parsed = rust_decimal::Decimal::from_scientific(text);
        }
        parsed.map(|value| Self(value.normalize())).map_err(|_| ParseDecimalError)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What an amount counts: money, by its ISO 4217 code, or a plural noun (`requests`, `tokens`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(Cow<'static, str>);

impl Unit {
    /// US dollars.
    pub const USD: Self = Self::from_static("USD");
    /// API requests.
    pub const REQUESTS: Self = Self::from_static("requests");

    /// Creates a unit from a literal.
    #[must_use]
    pub const fn from_static(unit: &'static str) -> Self {
        Self(Cow::Borrowed(unit))
    }

    /// Creates a unit from text.
    #[must_use]
    pub fn new(unit: impl Into<String>) -> Self {
        Self(Cow::Owned(unit.into()))
    }

    /// Returns the unit as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the unit is money: three capital letters, as in ISO 4217.
    #[must_use]
    pub fn is_money(&self) -> bool {
        self.0.len() == 3 && self.0.bytes().all(|byte| byte.is_ascii_uppercase())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An exact amount of a unit, e.g. `25.5 USD`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Amount {
    /// The number.
    pub amount: Decimal,
    /// What it counts.
    pub unit: Unit,
}

impl Amount {
    /// Creates an amount of a unit.
    #[must_use]
    pub fn new(amount: impl Into<Decimal>, unit: Unit) -> Self {
        Self { amount: amount.into(), unit }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
