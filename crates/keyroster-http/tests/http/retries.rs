//! How often, how soon, and for how long a request is sent again.

use std::time::{Duration, Instant};

use keyroster_core::ErrorKind;
use keyroster_http::{RetryPolicy, Timeouts};

use crate::support::server::{Reply, Server, fine, reply};
use crate::support::{client, create, get, quick};

/// The wait between the first request and the second.
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
        // Without a word about how long.
        (429, &[], 500),
        // This one comes with every answer of some vendors, and is no wish here.
        (503, &[("x-ratelimit-remaining", "40"), ("x-ratelimit-reset", "55")], 0),
    ] {
        let server = Server::start([reply(status, headers, ""), fine()]).await;
        client(&server.url()).build().send(get()).await.unwrap();
        let waited = pause(&server);
        let least = Duration::from_millis(least);
        assert!(waited >= least, "{status} {headers:?}: {waited:?}");
        assert!(waited < least + Duration::from_secs(3), "{status} {headers:?}: {waited:?}");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_told_and_not_begun() {
    for (asked, told) in [("3600", 3600), ("1e30", 86_400)] {
        let server = Server::start([reply(429, &[("retry-after", asked)], "")]).await;
        let account = client(&server.url()).build();
        let started = Instant::now();
        let error = account.send(create()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(told)));
        // Nobody else of the account asks meanwhile, and nobody hangs.
        let error = account.send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert!(error.retry_after() > Some(Duration::from_secs(told - 60)), "{error:?}");
        assert!(error.to_string().contains("nothing was sent"), "{error}");
        assert_eq!(server.seen().len(), 1);
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn the_last_429_tells_the_wait() {
    let server = Server::start([reply(429, &[("retry-after", "0.02")], "")]).await;
    let account = client(&server.url()).retry(quick().with_max_attempts(3)).build();
    let error = account.send(get()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_millis(20)));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_429_stops_the_whole_account() {
    let server = Server::start([reply(429, &[("retry-after", "0.3")], ""), fine()]).await;
    let account = client(&server.url()).retry(RetryPolicy::never()).build();
    account.send(get()).await.unwrap_err();
    account.clone().send(get()).await.unwrap();
    assert!(pause(&server) >= Duration::from_millis(300));
}

#[tokio::test]
async fn an_allowance_that_is_used_up_is_waited_for() {
    let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "0.3")];
    let server = Server::start([reply(200, &last, "{}"), fine()]).await;
    let account = client(&server.url()).build();
    account.send(get()).await.unwrap();
    account.send(get()).await.unwrap();
    assert!(pause(&server) >= Duration::from_millis(300));
    assert_eq!(account.traffic().retries, 0, "no 429 was provoked");
}

#[tokio::test]
async fn an_account_has_a_budget_of_retries() {
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
        "the budget is used up, and one attempt is made all the same"
    );
}

#[tokio::test]
async fn what_is_not_sent_again_costs_nothing_of_the_budget() {
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
async fn an_attempt_and_all_of_them_end_in_time() {
    let server = Server::start([Reply::Silence]).await;
    let attempts = Timeouts::default().with_request(Duration::from_millis(100));
    let many = quick().with_max_attempts(1000).with_deadline(Duration::from_millis(450));
    for (timeouts, what) in [
        (attempts, "attempts)"),
        // Here the deadline comes before the attempt's own end.
        (Timeouts::default(), "no answer within 0."),
    ] {
        let account = client(&server.url()).timeouts(timeouts).retry(many).build();
        let started = Instant::now();
        let error = account.send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.to_string().contains(what), "{error}");
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
}
