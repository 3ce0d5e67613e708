//! The time limits of one attempt.

use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result};

/// Maximum of the setting `timeout`: the deadline of all attempts together.
const MAX_TIMEOUT: Duration = Duration::from_mins(2);

/// Time limits of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Maximum time until the connection is open, including TLS. It is at most half of `request`, so that an
    /// unreachable address and a slow vendor cause different errors.
    pub connect: Duration,
    /// Maximum time until the last byte of the response, including the connection.
    pub request: Duration,
}

impl Default for Timeouts {
    /// 10 seconds to connect and 30 seconds for the request.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(30) }
    }
}

impl Timeouts {
    /// Changes the maximum time until the connection is open.
    #[must_use]
    pub fn with_connect(mut self, connect: Duration) -> Self {
        self.connect = connect;
        self
    }

    /// Changes the maximum time until the last byte.
    #[must_use]
    pub fn with_request(mut self, request: Duration) -> Self {
        self.request = request;
        self
    }
}

/// Parses a duration such as `30s`, `500ms` or `1m`. A bare number counts seconds.
///
/// - [`Configuration`](ErrorKind::Configuration): it is not a time from `1ms` to `2m`.
pub(crate) fn parse_timeout(text: &str) -> Result<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let time = number.parse::<u32>().ok().and_then(|number| match unit.trim() {
        "ms" => Some(Duration::from_millis(number.into())),
        "" | "s" => Some(Duration::from_secs(number.into())),
        "m" => Some(Duration::from_mins(number.into())),
        _ => None,
    });
    time.filter(|time| !time.is_zero() && *time <= MAX_TIMEOUT).ok_or_else(|| {
        Error::new(ErrorKind::Configuration, "the timeout must be a time from `1ms` to `2m`")
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse_timeout;

    #[test]
    fn timeouts_have_a_unit_or_count_seconds() {
        for (text, seconds) in
            [("30s", 30.0), ("500ms", 0.5), (" 2m ", 120.0), ("7", 7.0), ("1 s", 1.0)]
        {
            assert_eq!(parse_timeout(text).unwrap(), Duration::from_secs_f64(seconds), "{text}");
        }
        for text in ["", "0", "0ms", "121s", "3m", "-1s", "1.5s", "1h", "s", "soon", "99999999999s"]
        {
            assert!(parse_timeout(text).is_err(), "{text}");
        }
    }
}
