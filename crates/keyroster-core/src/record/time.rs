//! Points in time, as RFC 3339 in UTC.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, printed and serialized as RFC 3339 in UTC.
///
/// ```
/// use keyroster_core::Timestamp;
///
/// let created: Timestamp = "2025-02-19T21:52:27.363244+01:00".parse()?;
/// assert_eq!(created.to_string(), "2025-02-19T20:52:27.363244Z");
/// # Ok::<(), keyroster_core::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// 9999-12-31T23:59:59Z, in seconds since 1970-01-01T00:00:00Z.
const LAST_SECOND: i64 = 253_402_300_799;

/// The error for a text that is not a [`Timestamp`].
#[derive(Debug, thiserror::Error)]
#[error("not a time: use RFC 3339, e.g. `2026-12-31T23:59:59Z`")]
#[non_exhaustive]
pub struct ParseTimestampError;

impl Timestamp {
    /// The earliest time that can be written, in the year -9999.
    pub const MIN: Self = Self(jiff::Timestamp::MIN);

    /// The latest time that can be written, in the year 9999.
    pub const MAX: Self = Self(jiff::Timestamp::MAX);

    /// Returns the time this many milliseconds after 1970-01-01T00:00:00Z, or `None` past the year 9999. The last hours
    /// of that year become [`MAX`](Self::MAX).
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        let is_last = (Self::MAX.as_millis()..LAST_SECOND * 1000 + 1000).contains(&millis);
        if is_last {
            Some(Self::MAX)
        } else {
            jiff::Timestamp::from_millisecond(millis).ok().map(Self)
        }
    }

    /// Returns the time this many seconds after 1970-01-01T00:00:00Z, or `None` past the year 9999. The last hours of
    /// that year become [`MAX`](Self::MAX).
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let is_last = (Self::MAX.as_millis() / 1000 + 1..=LAST_SECOND).contains(&seconds);
        if is_last { Some(Self::MAX) } else { jiff::Timestamp::from_second(seconds).ok().map(Self) }
    }

    /// Reads a valid RFC 3339 text whose time is only just past the range.
    fn at_the_edge(text: &str) -> Option<Self> {
        // The same time of an earlier day shows whether the text is valid.
        let time = text.strip_prefix("9999-12-31").or_else(|| text.strip_prefix("9999-12-30"))?;
        let valid = format!("9999-12-28{time}").parse::<jiff::Timestamp>().is_ok();
        valid.then_some(Self::MAX)
    }

    /// Returns this time with the precision of `other`: cut to whole seconds, milliseconds or microseconds if
    /// `other` has no finer part.
    #[must_use]
    pub fn as_coarse_as(self, other: Self) -> Self {
        let this = self.0.as_nanosecond();
        let other = other.0.as_nanosecond();
        let steps = [1_000_000_000, 1_000_000, 1_000];
        let step = steps.into_iter().find(|step| other.rem_euclid(*step) == 0).unwrap_or(1);
        let floor = jiff::Timestamp::from_nanosecond(this.div_euclid(step) * step);
        floor.map_or(self, Self)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z, rounded towards zero.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Returns how long after `earlier` this time is, or zero if it is not after it.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or_default()
    }

    /// Returns the time `by` later, or the latest one that can be written.
    #[must_use]
    pub fn saturating_add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Returns the time `by` earlier, or the earliest one that can be written.
    #[must_use]
    pub fn saturating_sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(by).unwrap_or(jiff::Timestamp::MIN))
    }
}

impl From<SystemTime> for Timestamp {
    /// Converts a time. One outside the years -9999 to 9999 becomes the nearest one inside.
    fn from(time: SystemTime) -> Self {
        Self(jiff::Timestamp::try_from(time).unwrap_or_else(|_| {
            if time > SystemTime::UNIX_EPOCH { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN }
        }))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

impl std::str::FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Parses RFC 3339. The last hours of the year 9999, which have no place here, become
    /// [`MAX`](Timestamp::MAX): `9999-12-31T23:59:59Z` is a usual way to say "never".
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).or_else(|_| Self::at_the_edge(text).ok_or(ParseTimestampError))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn the_last_hours_of_the_year_9999_are_read_as_the_last_time() {
        for text in [
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T00:00:00+00:00",
            "9999-12-30T23:00:00-02:00",
            "9999-12-31t23:59:59z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap(), Timestamp::MAX, "{text}");
        }
        for text in
            ["9999-12-31T23:59:59", "9999-12-31", "9999-12-31T25:00:00Z", "9999-12-32T00:00:00Z"]
        {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        assert!("9999-12-30T20:00:00Z".parse::<Timestamp>().unwrap() < Timestamp::MAX);
        assert_eq!(Timestamp::from_millis(253_402_300_799_999), Some(Timestamp::MAX));
        assert_eq!(Timestamp::from_seconds(253_402_300_799), Some(Timestamp::MAX));
        assert_eq!(Timestamp::from_millis(253_402_300_800_000), None);
        assert_eq!(Timestamp::from_seconds(253_402_300_800), None);
    }

    #[test]
    fn a_time_is_cut_to_the_precision_of_another() {
        let at: Timestamp = "2026-11-22T10:00:00.123456789Z".parse().unwrap();
        for (other, cut) in [
            ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
            ("2026-11-22T10:00:00.12Z", "2026-11-22T10:00:00.123Z"),
            ("2026-11-22T10:00:00.123455Z", "2026-11-22T10:00:00.123456Z"),
            ("2026-11-22T10:00:00.123455001Z", "2026-11-22T10:00:00.123456789Z"),
        ] {
            assert_eq!(at.as_coarse_as(other.parse().unwrap()).to_string(), cut, "{other}");
        }
        let before: Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
        let whole = "1960-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(before.as_coarse_as(whole).to_string(), "1969-12-31T23:59:59Z");
    }
}
