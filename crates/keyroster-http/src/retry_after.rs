//! Reads from response headers how long to wait, and how far the vendor's clock is ahead.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Maximum wait that a vendor can ask for. A longer one is a mistake or an attack.
const MAX_WAIT: Duration = Duration::from_hours(24);

/// Returns how long the vendor asks to wait: `Retry-After` in seconds or as a date, or `X-RateLimit-Reset`
/// of a 429. Other responses may carry the latter too, where it is not a request to wait.
pub(crate) fn requested_wait(
    status: u16,
    headers: &HeaderMap,
    now: SystemTime,
) -> Option<Duration> {
    let reset = || (status == 429).then(|| until_reset(headers, now)).flatten();
    retry_after(headers, now).or_else(reset).map(|wait| wait.min(MAX_WAIT))
}

/// Returns how long the account must pause, if the vendor reports that its allowance is used up.
pub(crate) fn used_up(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let left = seconds(text(headers, "x-ratelimit-remaining")?)?;
    if left.is_zero() { until_reset(headers, now) } else { None }
}

/// Returns by how many seconds the vendor's clock is ahead of this machine's, according to `Date`.
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

/// Returns the current time according to the response's own `Date`. This machine's clock may be wrong, so
/// it is only used if there is none.
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

/// Reads `X-RateLimit-Reset`, in seconds, epoch seconds or epoch milliseconds.
fn until_reset(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let reset = seconds(text(headers, "x-ratelimit-reset")?)?;
    // The magnitude shows which it is: a duration, an instant in seconds, or one in milliseconds.
    let at = match reset.as_secs() {
        0..1_000_000_000 => return Some(reset),
        1_000_000_000..100_000_000_000 => reset,
        _ => reset / 1000,
    };
    UNIX_EPOCH.checked_add(at)?.duration_since(present(headers, now)).ok()
}

/// Parses a number of seconds, which may have a fraction. A negative number is ignored. A number that is too
/// large counts as the longest wait, because the vendor does ask to wait.
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{requested_wait, used_up};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    #[test]
    fn every_form_of_a_wait_is_parsed() {
        let now = UNIX_EPOCH + Duration::from_hours(500_000);
        let date = |after: u64| httpdate::fmt_http_date(now + Duration::from_secs(after));
        for (pairs, wait) in [
            (vec![("retry-after", "7".to_owned())], Some(7_000)),
            (vec![("retry-after", "0.5".to_owned())], Some(500)),
            (vec![("retry-after", date(30))], Some(30_000)),
            // This machine's clock may be wrong, so the vendor's own date counts.
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
            let asked = requested_wait(429, &headers(&pairs), now);
            assert_eq!(asked, wait.map(Duration::from_millis), "{pairs:?}");
        }
    }

    #[test]
    fn a_reset_without_a_429_is_not_a_request_to_wait() {
        let now = UNIX_EPOCH + Duration::from_hours(500_000);
        let usual = [("x-ratelimit-remaining", "59"), ("x-ratelimit-reset", "55")];
        assert_eq!(requested_wait(502, &headers(&usual), now), None);
        assert_eq!(used_up(&headers(&usual), now), None);
        let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "55")];
        assert_eq!(used_up(&headers(&last), now), Some(Duration::from_secs(55)));
        assert_eq!(used_up(&headers(&last[..1]), now), None);
    }
}
