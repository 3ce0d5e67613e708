//! The one door to the network.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Secret, Traffic};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use secrecy::zeroize::Zeroizing;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument;
use url::Url;

use crate::limit::Limiter;
use crate::redact::scrub;
use crate::response::{Context, indeterminate};
use crate::retry::{Outcome, Verdict, asked_wait, judge};
use crate::{BaseUrl, Credential, Limits, Request, Response, Result, RetryPolicy};

/// Without a word from the vendor about how long, this is waited after a 429 at the least.
const THROTTLE_FLOOR: Duration = Duration::from_millis(500);

/// How long one attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until there is a connection, TLS included.
    pub connect: Duration,
    /// Until the last byte of the answer, the connection included.
    pub request: Duration,
}

impl Default for Timeouts {
    /// 10 s and 30 s.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(30) }
    }
}

impl Timeouts {
    /// Another time until the last byte; the time to connect is no longer.
    #[must_use]
    pub fn with_request(mut self, request: Duration) -> Self {
        self.request = request;
        self.connect = self.connect.min(request);
        self
    }
}

/// Requests to one account of one vendor.
///
/// It sends the account's credential to the base URL alone: no redirect is followed, http is spoken to
/// this machine only (and then past every proxy), TLS is 1.2 or later. It has time-outs, a cap on what
/// it reads, the account's limits, and the [retry table](crate#retries). Cloning shares all of that.
#[derive(Clone)]
pub struct HttpClient(Arc<Inner>);

struct Inner {
    base: BaseUrl,
    credential: Option<Credential>,
    limiter: Arc<Limiter>,
    retry: RetryPolicy,
    timeouts: Timeouts,
    max_body: usize,
    requests: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    /// Built at the first request: reading the machine's certificates takes milliseconds.
    client: OnceLock<std::result::Result<reqwest::Client, String>>,
}

/// Settings of an [`HttpClient`].
#[derive(Debug)]
pub struct HttpClientBuilder {
    base: BaseUrl,
    credential: Option<Credential>,
    limits: Limits,
    retry: RetryPolicy,
    timeouts: Timeouts,
    max_body: usize,
}

impl HttpClientBuilder {
    /// What authenticates each request.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// How fast the account may ask; without it, eight requests at once.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How often and how long a request is tried.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long one attempt may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The longest body that is read, in bytes after decompression; without it, 8 MiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Makes the client; nothing is sent.
    #[must_use]
    pub fn build(self) -> HttpClient {
        HttpClient(Arc::new(Inner {
            base: self.base,
            credential: self.credential,
            limiter: Limiter::new(self.limits),
            retry: self.retry,
            timeouts: self.timeouts,
            max_body: self.max_body,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            client: OnceLock::new(),
        }))
    }
}

/// What came of one attempt.
enum Attempt {
    Answered(Response),
    NotSent(String),
    Unknown(String),
    /// An answer that is not to be read, which asking again would not change.
    Unreadable(String, u16),
}

impl HttpClient {
    /// Settings for an account at this address.
    #[must_use]
    pub fn builder(base: BaseUrl) -> HttpClientBuilder {
        HttpClientBuilder {
            base,
            credential: None,
            limits: Limits::none(),
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
            max_body: 8 << 20,
        }
    }

    /// The address of the vendor's API.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base
    }

    /// What was sent and received so far, failed attempts included.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        traffic.requests = self.0.requests.load(Ordering::Relaxed);
        traffic.retries = self.0.retries.load(Ordering::Relaxed);
        traffic.bytes_received = self.0.bytes.load(Ordering::Relaxed);
        traffic
    }

    /// Sends a request, again where the [retry table](crate#retries) says so.
    ///
    /// An answer is one with a 2xx status, or one that the request accepts; another status is the error
    /// that it speaks of, with the vendor's words scrubbed. Dropping the future gives up.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let inner = &*self.0;
        let context = inner.context(&request);
        let named = |error: Error| error.with_operation(request.operation);
        let url =
            inner.base.join(request.route, &request.segments, &request.query).map_err(named)?;
        let mut permit = inner.limiter.acquire().await;
        let deadline = Instant::now() + inner.retry.deadline;
        let mut attempts = 1;
        loop {
            let attempt = self.traced(&request, &context, url.clone(), attempts).await?;
            drop(permit);
            let attempt = match attempt {
                Attempt::Answered(response) if request.takes(response.status) => {
                    inner.limiter.succeeded();
                    return Ok(response);
                }
                unsuccessful => unsuccessful,
            };
            let (outcome, asked) = match &attempt {
                Attempt::Answered(response) => (
                    Outcome::Answered(response.status),
                    asked_wait(&response.headers, wall_clock()),
                ),
                Attempt::NotSent(_) => (Outcome::NotSent, None),
                Attempt::Unknown(_) => (Outcome::Unknown, None),
                Attempt::Unreadable(..) => (Outcome::Unreadable, None),
            };
            let verdict = judge(request.safety, outcome);
            let wait = inner.wait(outcome, asked, attempts);
            let give_up = verdict != Verdict::Again
                || attempts >= inner.retry.max_attempts
                || Instant::now() + wait > deadline
                || !inner.limiter.pay_retry();
            if give_up {
                let lost = verdict == Verdict::Indeterminate;
                let error = attempt.into_error(&context, attempts, lost);
                return Err(error.with_retry_after(asked));
            }
            sleep(wait).await;
            attempts += 1;
            inner.retries.fetch_add(1, Ordering::Relaxed);
            permit = inner.limiter.acquire().await;
        }
    }

    async fn traced(
        &self,
        request: &Request,
        context: &Context,
        url: Url,
        attempts: u32,
    ) -> Result<Attempt> {
        let span = tracing::debug_span!(
            "http.request",
            method = %request.method,
            route = request.route,
            attempt = attempts,
            status = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        let started = Instant::now();
        let attempt =
            self.attempt(request, context, url, attempts).instrument(span.clone()).await?;
        let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.record("elapsed_ms", elapsed);
        let status = match &attempt {
            Attempt::Answered(response) => Some(response.status),
            Attempt::Unreadable(_, status) => Some(*status),
            Attempt::NotSent(_) | Attempt::Unknown(_) => None,
        };
        if let Some(status) = status {
            span.record("status", status);
        }
        span.in_scope(|| tracing::debug!(answered = status.is_some(), "attempt ended"));
        Ok(attempt)
    }

    async fn attempt(
        &self,
        request: &Request,
        context: &Context,
        url: Url,
        attempts: u32,
    ) -> Result<Attempt> {
        let inner = &*self.0;
        let client = inner.client().map_err(|error| error.with_operation(request.operation))?;
        let mut message = reqwest::Request::new(request.method.clone(), url);
        message.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(credential) = request.credential.as_ref().or(inner.credential.as_ref()) {
            credential.apply(message.headers_mut());
        }
        if let Some(body) = &request.body {
            let kind = HeaderValue::from_static(body.content_type);
            message.headers_mut().insert(CONTENT_TYPE, kind);
            *message.body_mut() = Some(body.bytes.clone().into());
        }
        inner.requests.fetch_add(1, Ordering::Relaxed);
        let exchange = inner.exchange(client, message, context, attempts);
        Ok(timeout(inner.timeouts.request, exchange).await.unwrap_or_else(|_| {
            let seconds = inner.timeouts.request.as_secs_f64();
            Attempt::Unknown(format!("no answer within {seconds} s"))
        }))
    }
}

impl Inner {
    fn context(&self, request: &Request) -> Context {
        let credentials = request.credential.iter().chain(&self.credential);
        Context {
            operation: request.operation,
            safety: request.safety,
            authority: self.base.authority(),
            secrets: credentials.flat_map(Credential::secrets).cloned().collect::<Vec<Secret>>(),
            names_one: !request.segments.is_empty(),
        }
    }

    fn client(&self) -> Result<&reqwest::Client> {
        let client = self
            .client
            .get_or_init(|| build(&self.base, self.timeouts).map_err(|error| root_cause(&error)));
        client.as_ref().map_err(|cause| {
            Error::new(ErrorKind::Configuration, format!("the HTTP client cannot start: {cause}"))
                .with_help("check the proxy settings and the machine's certificates")
        })
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        message: reqwest::Request,
        context: &Context,
        attempts: u32,
    ) -> Attempt {
        let mut answer = match client.execute(message).await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() || error.is_builder() => {
                return Attempt::NotSent(root_cause(&error));
            }
            Err(error) => return Attempt::Unknown(root_cause(&error)),
        };
        let status = answer.status().as_u16();
        let too_long = || Attempt::Unreadable(format!("more than {} bytes", self.max_body), status);
        let announced = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > self.max_body {
            return too_long();
        }
        let mut body = Zeroizing::new(Vec::with_capacity(announced.max(8 << 10)));
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => {
                    self.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                    if body.len() + chunk.len() > self.max_body {
                        return too_long();
                    }
                    extend_wiped(&mut body, &chunk);
                }
                Ok(None) => break,
                Err(error) => return Attempt::Unknown(root_cause(&error)),
            }
        }
        let headers = std::mem::take(answer.headers_mut());
        Attempt::Answered(Response { status, headers, body, attempts, context: context.clone() })
    }

    /// How long to wait before the next attempt: as the vendor asks, never less than our own choice.
    fn wait(&self, outcome: Outcome, asked: Option<Duration>, attempts: u32) -> Duration {
        let mut wait = self.retry.backoff(attempts);
        if outcome == Outcome::Answered(429) {
            wait = wait.max(asked.unwrap_or(THROTTLE_FLOOR));
            let block = wait.min(self.retry.deadline);
            self.limiter.throttled(block, Instant::now());
        } else if let Some(asked) = asked {
            wait = wait.max(asked);
        }
        wait
    }
}

impl Request {
    fn takes(&self, status: u16) -> bool {
        (200..300).contains(&status) || self.accepted.contains(&status)
    }
}

impl Attempt {
    /// The error of a request that is not sent again.
    fn into_error(self, context: &Context, attempts: u32, lost: bool) -> Error {
        let authority = &context.authority;
        let tries = if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
        match self {
            Self::Answered(response) if lost => {
                let status = response.status;
                indeterminate(context, &format!("{authority} answered with status {status}"))
                    .with_status(status)
            }
            Self::Answered(response) => response.status_error(),
            Self::NotSent(cause) => {
                let message = format!("cannot reach {authority}: {cause}{tries}");
                context.error(ErrorKind::Transport, message)
            }
            Self::Unknown(cause) if lost => {
                indeterminate(context, &format!("the answer of {authority} was lost: {cause}"))
            }
            Self::Unknown(cause) => {
                let message = format!("the answer of {authority} was lost: {cause}{tries}");
                context.error(ErrorKind::Transport, message)
            }
            Self::Unreadable(what, status) if lost => {
                indeterminate(context, &format!("{authority} answered with {what}"))
                    .with_status(status)
            }
            Self::Unreadable(what, status) => {
                let message = format!("{authority} answered with {what}, which is not read");
                context.error(ErrorKind::Decode, message).with_status(status)
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where clients are made")]
fn build(base: &BaseUrl, timeouts: Timeouts) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(timeouts.connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(32)
        .user_agent(concat!("keyroster/", env!("CARGO_PKG_VERSION")));
    if base.is_loopback() {
        // A proxy would see the credential of a plain http request.
        builder = builder.no_proxy();
    } else {
        builder = builder.https_only(true).tls_version_min(reqwest::tls::Version::TLS_1_2);
    }
    builder.build()
}

#[expect(clippy::disallowed_methods, reason = "a date in `Retry-After` is held against the clock")]
fn wall_clock() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// The innermost cause, which names the matter; the outer ones name URLs.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = cause.to_string();
    scrub(&text, &[])
}

/// Appends without leaving an unwiped copy behind, as a growing vector would.
fn extend_wiped(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    let needed = body.len() + chunk.len();
    if needed > body.capacity() {
        let mut larger = Vec::with_capacity(needed.max(body.capacity() * 2));
        larger.extend_from_slice(body);
        *body = Zeroizing::new(larger);
    }
    body.extend_from_slice(chunk);
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient")
            .field("base", &self.0.base)
            .field("credential", &self.0.credential)
            .field("limiter", &self.0.limiter)
            .finish_non_exhaustive()
    }
}
