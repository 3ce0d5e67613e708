//! Values of arguments that clap does not know.

use std::time::Duration;

use keyroster::Timestamp;

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

pub(super) fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(at) = text.parse() {
        return Ok(Moment::At(at));
    }
    let wrong = || "not a time: write `90d`, `12h` or `2027-01-31T00:00:00Z`".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let span = span.to_duration(days).map_err(|_| wrong())?;
    // A time of the past is an instant too, and the library refuses it by name.
    Ok(Duration::try_from(span).map_or(Moment::At(Timestamp::MIN), Moment::In))
}

/// A vendor's option; what is no JSON is text.
pub(super) fn extra(text: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

/// A span of time; a day has 24 hours here.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "not a time: write `50ms`, `12h` or `90d`".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let span = span.to_duration(days).map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}
