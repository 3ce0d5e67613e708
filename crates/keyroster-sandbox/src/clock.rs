//! The sandbox's own time, which starts at a given instant.
//!
//! Instants are microseconds since 1970, which is precise enough for every vendor's format.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

pub(crate) const MILLI: i64 = 1_000;
pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The time in the sandbox.
#[derive(Debug)]
pub(crate) struct Clock {
    start: i64,
    /// When the clock began to run; none if it is frozen.
    began: Option<Instant>,
    /// How far the clock was advanced.
    advanced: AtomicI64,
}

impl Clock {
    pub(crate) fn new(start: SystemTime, frozen: bool) -> Self {
        let began = (!frozen).then(Instant::now);
        Self { start: micros(start), began, advanced: AtomicI64::new(0) }
    }

    /// The instant around which the seeded data is laid out.
    pub(crate) fn start(&self) -> i64 {
        self.start
    }

    pub(crate) fn now(&self) -> i64 {
        let passed = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        self.start
            .saturating_add(whole_micros(passed))
            .saturating_add(self.advanced.load(Ordering::Relaxed))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.advanced.fetch_add(whole_micros(by), Ordering::Relaxed);
    }
}

/// Reads the machine's clock, for a sandbox without a time of its own.
#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox reads the clock")]
pub(crate) fn real_now() -> SystemTime {
    SystemTime::now()
}

fn micros(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => whole_micros(after),
        Err(before) => -whole_micros(before.duration()),
    }
}

fn whole_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `2022-06-01T16:25:08.473Z`
pub(crate) fn millis_z(at: i64) -> String {
    format!("{:.3}", timestamp(at))
}

/// `2025-02-19T20:52:27.363244+00:00`
pub(crate) fn micros_offset(at: i64) -> String {
    let mut text = format!("{:.6}", timestamp(at));
    text.pop();
    text.push_str("+00:00");
    text
}

/// `2027-12-31T23:59:59Z`, with a fraction only if it is not zero.
pub(crate) fn short_z(at: i64) -> String {
    timestamp(at).to_string()
}

/// Parses an expiry as OpenRouter does: UTC, with seconds (official OpenAPI, 2026-10-30:
/// "minute-precision timestamps are rejected").
pub(crate) fn parse_utc(text: &str) -> Option<i64> {
    let clock = text.split_once(['T', 't'])?.1;
    let zone = clock.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = clock.split_at(zone);
    if !matches!(zone, "Z" | "z" | "+00:00" | "-00:00") || clock.split(':').count() != 3 {
        return None;
    }
    text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

/// The UTC windows in which OpenRouter counts spending: "midnight UTC, and weeks are Monday through
/// Sunday" (official OpenAPI, 2026-10-30).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    pub(crate) day: i64,
    pub(crate) week: i64,
    pub(crate) month: i64,
    pub(crate) next_day: i64,
    pub(crate) next_week: i64,
    pub(crate) next_month: i64,
}

impl Windows {
    pub(crate) fn at(now: i64) -> Self {
        let days = now.div_euclid(DAY);
        let day = days * DAY;
        // 1970-01-01 was a Thursday.
        let week = (days - (days + 3).rem_euclid(7)) * DAY;
        let date = timestamp(now).to_zoned(TimeZone::UTC).date().first_of_month();
        let instant = |date: jiff::civil::Date| {
            date.to_zoned(TimeZone::UTC).map_or(day, |zoned| zoned.timestamp().as_microsecond())
        };
        let next = date.checked_add(1.month()).unwrap_or(date);
        Self {
            day,
            week,
            month: instant(date),
            next_day: day + DAY,
            next_week: week + 7 * DAY,
            next_month: instant(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_the_vendors() {
        let at = 1_739_998_347_363_244;
        assert_eq!(micros_offset(at), "2025-02-19T20:52:27.363244+00:00");
        assert_eq!(millis_z(at), "2025-02-19T20:52:27.363Z");
        assert_eq!(millis_z(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(short_z(1_830_297_599 * SECOND), "2027-12-31T23:59:59Z");
    }

    #[test]
    fn an_expiry_needs_seconds_and_utc() {
        assert_eq!(parse_utc("2027-12-31T23:59:59Z"), Some(1_830_297_599 * SECOND));
        assert_eq!(parse_utc("2027-12-31T23:59:59.5+00:00"), Some(1_830_297_599_500_000));
        for wrong in ["2027-12-31T23:59Z", "2027-12-31T23:59:59+02:00", "2027-12-31", "soon", ""] {
            assert_eq!(parse_utc(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn windows_begin_on_midnight_monday_and_the_first() {
        let now = "2026-10-30T12:34:56Z".parse::<Timestamp>().unwrap().as_microsecond();
        let windows = Windows::at(now);
        assert_eq!(short_z(windows.day), "2026-10-30T00:00:00Z");
        assert_eq!(short_z(windows.week), "2026-10-26T00:00:00Z");
        assert_eq!(short_z(windows.month), "2026-10-01T00:00:00Z");
        assert_eq!(short_z(windows.next_day), "2026-10-31T00:00:00Z");
        assert_eq!(short_z(windows.next_week), "2026-11-02T00:00:00Z");
        assert_eq!(short_z(windows.next_month), "2026-11-01T00:00:00Z");
    }
}
