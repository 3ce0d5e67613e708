//! The number of retries, their waits and their deadlines.

use std::time::{Duration, Instant};

use keyroster_core::ErrorKind;
use keyroster_http::{RetryPolicy, Timeouts};

use crate::support::server::{Reply, Server, fine, reply};
use crate::support::{client, create, get, quick};

/// The time between the first request and the second.
fn pause(server: &Server) -> Duration {
    let seen = server.seen();
    seen[1].at - seen[0].at
}

#[tokio::test]
async fn a_wait_is_as_long_as_the_vendor_asks() {
    let dates: &[(&str, &str)] = &[
        ("date", "Thu, 04 Jun 2026 12:00:00 GMT"),
        ("retry-after", "Thu, 04 Jun 2026 12:00:01 GMT"),
    ];
    let past: &[(&str, &str)] = &[("retry-after", "Mon, 01 Jan 2024 00:00:00 GMT")];
    for (status, headers, least) in [
        (429, &[("retry-after", "0.3")][..], 300),
        (503, &[("retry-after", "0.3")], 300),
        (429, &[("x-ratelimit-reset", "0.3")], 300),
        (429, dates, 1000),
        (429, past, 0),
        // Without a duration.
        (429, &[], 500),
        // Some vendors send this with every response. It does not ask for a wait.
        (503, &[("x-ratelimit-remaining", "40"), ("x-ratelimit-reset", "55")], 0),
    ] {
        let server = Server::start([reply(status, headers, ""), fine()]).await;
        client(&server.url()).build().send(get()).await.unwrap();
        let waited = pause(&server);
        let least = Duration::from_millis(least);
        assert!(waited >= least, "{status} {headers:?}: {waited:?}");
        // The longest wait that a header could be mistaken for is 55 seconds.
        assert!(waited < Duration::from_secs(50), "{status} {headers:?}: {waited:?}");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_fails_at_once() {
    for (asked, reported) in [("3600", 3600), ("1e30", 86_400)] {
        let server = Server::start([reply(429, &[("retry-after", asked)], "")]).await;
        let account = client(&server.url()).build();
        let started = Instant::now();
        let error = account.send(create()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(reported)));
        // The other requests of the account fail at once, too.
        let error = account.send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert!(error.retry_after() > Some(Duration::from_secs(reported - 60)), "{error:?}");
        assert!(error.to_string().contains("nothing was sent"), "{error}");
        assert_eq!(server.seen().len(), 1);
        // Not after an hour.
        assert!(started.elapsed() < Duration::from_mins(10));
    }
}

#[tokio::test]
async fn the_error_has_the_wait_of_the_last_429() {
    let server = Server::start([reply(429, &[("retry-after", "0.02")], "")]).await;
    let account = client(&server.url()).retry(quick().with_max_attempts(3)).build();
    let error = account.send(get()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_millis(20)));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_429_pauses_the_whole_account() {
    let server = Server::start([reply(429, &[("retry-after", "0.3")], ""), fine()]).await;
    let account = client(&server.url()).retry(RetryPolicy::never()).build();
    account.send(get()).await.unwrap_err();
    account.clone().send(get()).await.unwrap();
    assert!(pause(&server) >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_used_up_allowance_pauses_the_account() {
    let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "0.3")];
    let server = Server::start([reply(200, &last, "{}"), fine()]).await;
    let account = client(&server.url()).build();
    account.send(get()).await.unwrap();
    account.send(get()).await.unwrap();
    assert!(pause(&server) >= Duration::from_millis(300));
    assert_eq!(account.traffic().retries, 0, "no 429 was provoked");
}

#[tokio::test]
async fn an_account_has_a_retry_budget() {
    let server = Server::start([reply(503, &[], "")]).await;
    let account = client(&server.url()).retry(quick().with_base(Duration::ZERO)).build();
    for _ in 0..25 {
        account.send(get()).await.unwrap_err();
    }
    assert_eq!(account.traffic().retries, 100);
    let error = account.send(get()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(
        server.seen().len(),
        126,
        "after the budget is used up, each request still has one attempt"
    );
}

#[tokio::test]
async fn requests_without_retries_spend_no_budget() {
    let mut script = vec![reply(502, &[], ""); 200];
    script.push(reply(503, &[], ""));
    let server = Server::start(script).await;
    let account = client(&server.url()).retry(quick().with_base(Duration::ZERO)).build();
    for _ in 0..200 {
        account.send(create()).await.unwrap_err();
    }
    account.send(get()).await.unwrap_err();
    assert_eq!(account.traffic().retries, 4);
}

#[tokio::test]
async fn timeout_and_deadline_are_kept() {
    let seconds = Duration::from_secs;
    let server = Server::start([Reply::Timeout(seconds(11))]).await;
    let many = quick().with_max_attempts(1000);
    for (request, deadline, what) in [
        // The deadline ends the fifth attempt.
        (seconds(10), seconds(45), "(5 attempts)"),
        (seconds(1000), seconds(10), "timed out after 10.0 s"),
    ] {
        let timeouts = Timeouts::default().with_request(request);
        let many = many.with_deadline(deadline);
        let account = client(&server.url()).timeouts(timeouts).retry(many).build();
        let started = tokio::time::Instant::now();
        let error = account.send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.to_string().contains(what), "{error}");
        // Nearly all of this time passes on the runtime's clock. A timeout that is not kept takes hours there.
        let elapsed = started.elapsed();
        assert!(elapsed >= deadline && elapsed < deadline + Duration::from_mins(10), "{elapsed:?}");
    }
}
