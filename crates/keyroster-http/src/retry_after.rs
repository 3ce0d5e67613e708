//! Reads what an answer's headers say about waiting, and about the vendor's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// No vendor means a longer wait than this; a longer one is a mistake, or malice.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How long the vendor asks to wait, from `Retry-After` in seconds or as a date, else, of a 429, from
/// `X-RateLimit-Reset`: other answers carry that one too, and ask for nothing by it.
pub(crate) fn asked_wait(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let reset = || (status == 429).then(|| until_reset(headers, now)).flatten();
    retry_after(headers, now).or_else(reset).map(|wait| wait.min(LONGEST_WAIT))
}

/// How long the account may ask no more, where the vendor says that it just used up its allowance.
pub(crate) fn used_up(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let left = seconds(text(headers, "x-ratelimit-remaining")?)?;
    if left.is_zero() { until_reset(headers, now) } else { None }
}

/// By how many seconds the vendor's clock is ahead of this machine's, as an answer dates itself.
pub(crate) fn clock_ahead(headers: &HeaderMap, now: SystemTime) -> Option<i64> {
    let date = httpdate::parse_http_date(text(headers, DATE.as_str())?).ok()?;
    match date.duration_since(now) {
        Ok(ahead) => i64::try_from(ahead.as_secs()).ok(),
        Err(behind) => i64::try_from(behind.duration().as_secs()).ok().map(|seconds| -seconds),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The instant against which an answer's dates are measured: its own `Date` rather than this machine's
/// clock, which may be wrong.
fn present(headers: &HeaderMap, now: SystemTime) -> SystemTime {
    let date = text(headers, DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
    date.unwrap_or(now)
}

fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let asked = text(headers, RETRY_AFTER.as_str())?;
    seconds(asked).or_else(|| {
        let date = httpdate::parse_http_date(asked).ok()?;
        Some(date.duration_since(present(headers, now)).unwrap_or_default())
    })
}

/// `X-RateLimit-Reset`, in seconds, epoch seconds or epoch milliseconds.
fn until_reset(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let reset = seconds(text(headers, "x-ratelimit-reset")?)?;
    // By its size it is a span, an instant in seconds, or one in milliseconds.
    let at = match reset.as_secs() {
        0..1_000_000_000 => return Some(reset),
        1_000_000_000..100_000_000_000 => reset,
        _ => reset / 1000,
    };
    UNIX_EPOCH.checked_add(at)?.duration_since(present(headers, now)).ok()
}

/// A number of seconds that may have a fraction; nothing for what is negative. What is beyond all
/// reason is long, not absent: the vendor does ask for patience.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{asked_wait, used_up};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    #[test]
    fn every_spelling_of_a_wait_is_read() {
        let now = UNIX_EPOCH + Duration::from_hours(500_000);
        let date = |after: u64| httpdate::fmt_http_date(now + Duration::from_secs(after));
        for (pairs, wait) in [
            (vec![("retry-after", "7".to_owned())], Some(7_000)),
            (vec![("retry-after", "0.5".to_owned())], Some(500)),
            (vec![("retry-after", date(30))], Some(30_000)),
            // This machine's clock is ahead by a day; the vendor's own date counts.
            (
                vec![
                    ("retry-after", "Mon, 01 Jan 2024 00:00:10 GMT".to_owned()),
                    ("date", "Mon, 01 Jan 2024 00:00:00 GMT".to_owned()),
                ],
                Some(10_000),
            ),
            (vec![("retry-after", "Mon, 01 Jan 2024 00:00:10 GMT".to_owned())], Some(0)),
            (vec![("x-ratelimit-reset", "12".to_owned())], Some(12_000)),
            (vec![("x-ratelimit-reset", "1800000012".to_owned())], Some(12_000)),
            (vec![("x-ratelimit-reset", "1800000012000".to_owned())], Some(12_000)),
            (vec![("retry-after", "-1".to_owned())], None),
            (vec![("retry-after", "NaN".to_owned())], None),
            (vec![("retry-after", "1e400".to_owned())], Some(86_400_000)),
            (vec![("retry-after", "99999999999999999999".to_owned())], Some(86_400_000)),
            (vec![("x-ratelimit-reset", "9".repeat(40))], Some(86_400_000)),
            (vec![("retry-after", "soon".to_owned())], None),
            (vec![], None),
        ] {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let asked = asked_wait(429, &headers(&pairs), now);
            assert_eq!(asked, wait.map(Duration::from_millis), "{pairs:?}");
        }
    }

    #[test]
    fn a_reset_that_comes_with_every_answer_asks_for_nothing() {
        let now = UNIX_EPOCH + Duration::from_hours(500_000);
        let usual = [("x-ratelimit-remaining", "59"), ("x-ratelimit-reset", "55")];
        assert_eq!(asked_wait(502, &headers(&usual), now), None);
        assert_eq!(used_up(&headers(&usual), now), None);
        let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "55")];
        assert_eq!(used_up(&headers(&last), now), Some(Duration::from_secs(55)));
        assert_eq!(used_up(&headers(&last[..1]), now), None);
    }
}
