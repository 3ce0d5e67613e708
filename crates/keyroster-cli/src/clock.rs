//! The clock, and times as people write them.

use std::time::Duration;

use keyroster::Timestamp;

/// The present.
#[expect(clippy::disallowed_methods, reason = "the only place in the CLI that reads the clock")]
pub(crate) fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}

/// An instant, or a span from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    In(Duration),
}

impl Moment {
    /// The instant, to the second: vendors refuse finer ones.
    pub(crate) fn after(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::In(span) => {
                let at = now.saturating_add(span);
                Timestamp::from_seconds(at.as_millis() / 1000).unwrap_or(at)
            }
        }
    }
}

pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(at) = text.parse() {
        return Ok(Moment::At(at));
    }
    // A day begins at midnight in UTC, as all that is printed is in UTC.
    let day = text.parse::<jiff::civil::Date>().ok().map(|day| format!("{day}T00:00:00Z"));
    if let Some(Ok(at)) = day.map(|text| text.parse()) {
        return Ok(Moment::At(at));
    }
    let span =
        span(text).ok_or("expected a duration or a date, such as `90d`, `1y` or `2027-01-31`")?;
    // A time of the past is an instant too, and the library refuses it by name.
    Ok(Duration::try_from(span).map_or(Moment::At(Timestamp::MIN), Moment::In))
}

/// A span of time, in the units that tables show.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let span = span(text).and_then(|span| Duration::try_from(span).ok());
    span.ok_or_else(|| "expected a duration, such as `50ms`, `12h`, `90d` or `1y`".to_owned())
}

/// A day has 24 hours here, a month 30 days and a year 365, as in the tables.
fn span(text: &str) -> Option<jiff::SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    let years = i64::from(span.get_years());
    let months = i64::from(span.get_months());
    let rest = span.try_years(0).and_then(|span| span.try_months(0)).ok()?;
    let rest = rest.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    rest.checked_add(jiff::SignedDuration::from_hours(24 * (365 * years + 30 * months)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Moment, duration, moment};

    #[test]
    fn spans_are_read_in_the_units_that_tables_show() {
        let day = Duration::from_hours(24);
        for (text, span) in [
            ("90d", 90 * day),
            ("2w", 14 * day),
            ("7mo", 210 * day),
            ("1y", 365 * day),
            ("1y 1mo 12h", 395 * day + day / 2),
            ("50ms", Duration::from_millis(50)),
        ] {
            assert_eq!(duration(text), Ok(span), "{text}");
        }
        for wrong in ["", "soon", "-1d", "-7mo", "7", "99999y"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let midnight = Moment::At("2027-01-31T00:00:00Z".parse().unwrap());
        assert_eq!(moment("2027-01-31"), Ok(midnight));
        assert_eq!(moment("2027-01-31T00:00:00Z"), Ok(midnight));
        assert!(moment("2027-02-31").is_err());
    }
}
