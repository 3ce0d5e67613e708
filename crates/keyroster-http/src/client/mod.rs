//! Sends requests to a vendor.

mod forward;

pub use forward::Forwarded;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result, Secret, Traffic};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use secrecy::zeroize::Zeroizing;
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tracing::Instrument;
use url::Url;

use crate::attempt::{self, Attempt, root_cause};
use crate::base_url::BaseUrl;
use crate::credential::Credential;
use crate::rate_limit::{Limiter, Limits, Permit};
use crate::request::Request;
use crate::response::{Context, Response};
use crate::retry::{Decision, RetryPolicy, decide};
use crate::retry_after::{clock_ahead, requested_wait, used_up};
use crate::runtime::RuntimeCheck;
use crate::timeouts::Timeouts;
use crate::transport::Transport;

/// Minimum wait after a 429 that does not say how long to wait.
const MIN_WAIT_AFTER_429: Duration = Duration::from_millis(500);

/// An HTTP client for one account of one vendor.
///
/// It sends the account's credential only to the base URL: it follows no redirects, requires TLS 1.2 or
/// later, and uses plain http only to this machine, without a proxy. Timeouts, the maximum response size, the
/// account's limits and the [retry rules](crate#retries) apply to every request. Clones share one client.
#[derive(Clone)]
pub struct HttpClient(Arc<Inner>);

struct Inner {
    base: BaseUrl,
    credential: Option<Credential>,
    limiter: Arc<Limiter>,
    retry: RetryPolicy,
    timeouts: Timeouts,
    transport: Transport,
    runtime: RuntimeCheck,
    max_body: usize,
    own_errors: Option<fn(u16, &Value) -> bool>,
    requests: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    /// In seconds, according to the last response. `i64::MIN` means unknown.
    clock_ahead: AtomicI64,
    /// Created with the first request: loading the system's certificates takes milliseconds.
    client: OnceLock<std::result::Result<reqwest::Client, String>>,
}

/// A builder of [`HttpClient`]s.
#[derive(Debug)]
pub struct HttpClientBuilder {
    base: BaseUrl,
    credential: Option<Credential>,
    limits: Limits,
    retry: RetryPolicy,
    timeouts: Timeouts,
    transport: Transport,
    max_body: usize,
    own_errors: Option<fn(u16, &Value) -> bool>,
}

impl HttpClientBuilder {
    /// Sets the credential of every request.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Sets the rate limits for this account. By default, sixteen requests may be in flight.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many times and for how long a request is tried.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the time limits of one attempt.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    pub(crate) fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Sets the maximum size of a response body, in bytes after decompression. The default is 8 MiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets how the vendor's own errors are distinguished from those of a proxy or firewall in front of it: by the
    /// structure that its documents give them, and by the status that they repeat. The function gets the status and
    /// the body.
    ///
    /// Only the vendor's own refusal says that a create was not carried out, or that a key is gone. Without this,
    /// every create that is not answered with success is [`Indeterminate`](ErrorKind::Indeterminate).
    ///
    /// ```
    /// # use keyroster_http::{BaseUrl, HttpClient};
    /// # fn example(base: BaseUrl) {
    /// let http = HttpClient::builder(base)
    ///     .own_errors(|status, body| body["error"]["code"] == status && body["error"]["message"].is_string())
    ///     .build();
    /// # }
    /// ```
    #[must_use]
    pub fn own_errors(mut self, recognize: fn(u16, &Value) -> bool) -> Self {
        self.own_errors = Some(recognize);
        self
    }

    /// Builds the client. Nothing is sent.
    #[must_use]
    pub fn build(self) -> HttpClient {
        HttpClient(Arc::new(Inner {
            base: self.base,
            credential: self.credential,
            limiter: Limiter::new(self.limits),
            retry: self.retry,
            timeouts: self.timeouts,
            transport: self.transport,
            runtime: RuntimeCheck::default(),
            max_body: self.max_body,
            own_errors: self.own_errors,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            clock_ahead: AtomicI64::new(i64::MIN),
            client: OnceLock::new(),
        }))
    }
}

impl HttpClient {
    /// Returns a builder for an account at this address.
    #[must_use]
    pub fn builder(base: BaseUrl) -> HttpClientBuilder {
        HttpClientBuilder {
            base,
            credential: None,
            limits: Limits::none(),
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
            transport: Transport::default(),
            max_body: 8 << 20,
            own_errors: None,
        }
    }

    /// Returns the address of the vendor's API.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base
    }

    /// Returns the secrets of the client's credential, for
    /// [`KeyProvider::credentials`](keyroster_core::KeyProvider::credentials).
    #[must_use]
    pub fn credentials(&self) -> Vec<Secret> {
        self.0.credential.iter().flat_map(Credential::secrets).cloned().collect()
    }

    /// Returns what was sent and received so far, including failed attempts.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        traffic.requests = self.0.requests.load(Ordering::Relaxed);
        traffic.retries = self.0.retries.load(Ordering::Relaxed);
        traffic.bytes_received = self.0.bytes.load(Ordering::Relaxed);
        let ahead = self.0.clock_ahead.load(Ordering::Relaxed);
        traffic.clock_ahead = (ahead != i64::MIN).then_some(ahead);
        traffic
    }

    /// Returns how many requests may currently be in flight. The number drops after a 429.
    #[must_use]
    pub fn window(&self) -> usize {
        self.0.limiter.window()
    }

    /// Sends a request, and retries it according to the [retry rules](crate#retries).
    ///
    /// A response is a 200, a 201 to a create, a 204 to a deletion, or a status that the request accepts. Any other
    /// status becomes an error, with the vendor's message scrubbed: a 202 or a 206 is not a whole answer. An HTML page is always an error, because it comes from a proxy or
    /// gateway. Dropping the future cancels the request.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no tokio runtime with I/O and timers, or the
    ///   vendor's certificate is not trusted. Nothing was sent.
    pub async fn send(&self, request: Request) -> Result<Response> {
        let inner = &*self.0;
        let context = inner.context(&request);
        let named = |error: Error| error.with_operation(request.operation);
        request.check().map_err(named)?;
        inner.runtime.check().map_err(named)?;
        let url =
            inner.base.join(request.route, &request.segments, &request.query).map_err(named)?;
        let latest = Instant::now() + inner.retry.deadline;
        let blocked = |wait| context.blocked(wait);
        let mut permit = inner.limiter.acquire(latest).await.map_err(blocked)?;
        // A queue behind the account's own rate limit does not count against the deadline.
        let deadline = Instant::now() + inner.retry.deadline;
        let mut attempts = 1;
        let mut after_lost = false;
        loop {
            let attempt =
                self.attempt_in_span(&request, &context, url.clone(), attempts, deadline).await?;
            // Frees the slot for others during the wait before a retry.
            drop(permit);
            let attempt = match attempt {
                Attempt::Response(mut response) if request.accepts(response.status) => {
                    response.after_lost = after_lost;
                    if !response.is_html() {
                        inner.record_response(&response);
                        return Ok(response);
                    }
                    if (200..300).contains(&response.status) {
                        return Err(response.unexpected("an HTML page"));
                    }
                    // The status may be an accepted one, but a gateway's page is not the vendor's response.
                    Attempt::Response(response)
                }
                unsuccessful => unsuccessful,
            };
            let requested = match &attempt {
                Attempt::Response(response) => {
                    inner.record_response(response);
                    requested_wait(response.status, &response.headers, wall_clock())
                }
                _ => None,
            };
            let decision = decide(request.safety, &attempt);
            let next = Instant::now() + inner.wait(&attempt, requested, attempts);
            let retry = decision == Decision::Retry
                && attempts < inner.retry.max_attempts
                && next <= deadline
                && inner.limiter.pay_retry();
            let granted = if retry { inner.next_permit(next, deadline).await } else { None };
            let Some(granted) = granted else {
                let indeterminate = decision == Decision::Indeterminate;
                let error = attempt.into_error(&context, attempts, indeterminate);
                return Err(error.with_retry_after(requested));
            };
            after_lost |= attempt.may_have_acted();
            permit = granted;
            attempts += 1;
            inner.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn attempt_in_span(
        &self,
        request: &Request,
        context: &Context,
        url: Url,
        attempts: u32,
        deadline: Instant,
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
        let attempt = self.attempt(request, context, url, deadline);
        let attempt = attempt.instrument(span.clone()).await?;
        let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.record("elapsed_ms", elapsed);
        let status = attempt.status();
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
        deadline: Instant,
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
        let limit = inner.timeouts.request.min(deadline.saturating_duration_since(Instant::now()));
        let exchange = inner.exchange(client, message, request, context);
        Ok(timeout(limit, exchange).await.unwrap_or_else(|_| {
            Attempt::Lost(format!("timed out after {:.1} s", limit.as_secs_f64()))
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
            has_arguments: !request.segments.is_empty() || request.body.is_some(),
            own_errors: self.own_errors,
        }
    }

    fn client(&self) -> Result<&reqwest::Client> {
        let client = self
            .client
            .get_or_init(|| self.transport.connect(&self.base, self.timeouts).map_err(root_cause));
        client.as_ref().map_err(|cause| {
            Error::new(ErrorKind::Configuration, format!("cannot create the HTTP client: {cause}"))
                .with_help("check the proxy settings and the certificates of this machine")
        })
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        message: reqwest::Request,
        request: &Request,
        context: &Context,
    ) -> Attempt {
        let mut response = match client.execute(message).await {
            Ok(response) => response,
            Err(error) => return Attempt::failed(error),
        };
        let status = response.status().as_u16();
        let body = match attempt::read(&mut response, self.max_body, &self.bytes).await {
            Ok(Some(body)) => body,
            Ok(None) if request.accepts(status) => {
                return Attempt::TooLarge { status, max: self.max_body };
            }
            // The status says what went wrong. The body is not needed.
            Ok(None) => Zeroizing::default(),
            Err(error) => return Attempt::Lost(root_cause(error)),
        };
        let headers = std::mem::take(response.headers_mut());
        let context = context.clone();
        Attempt::Response(Response { status, headers, body, after_lost: false, context })
    }

    /// Updates limits and clock from a response.
    fn record_response(&self, response: &Response) {
        if !matches!(response.status, 408 | 429 | 500..) {
            self.limiter.succeeded();
        }
        if let Some(ahead) = clock_ahead(&response.headers, wall_clock()) {
            self.clock_ahead.store(ahead, Ordering::Relaxed);
        }
        // If the vendor needs a longer pause, it can send a 429.
        let pause = used_up(&response.headers, wall_clock());
        if let Some(pause) = pause.filter(|pause| *pause <= self.retry.deadline) {
            self.limiter.pause(Instant::now() + pause);
        }
    }

    /// Waits until this instant and for permission to send. Returns `None` if that would exceed the deadline.
    async fn next_permit(&self, at: Instant, deadline: Instant) -> Option<Permit> {
        sleep_until(at).await;
        timeout_at(deadline, self.limiter.acquire(deadline)).await.ok()?.ok()
    }

    /// Returns the wait before the next attempt: the longer of what the vendor asks and our own backoff. A 429
    /// pauses the whole account.
    fn wait(&self, attempt: &Attempt, requested: Option<Duration>, attempts: u32) -> Duration {
        let backoff = self.retry.backoff(attempts);
        match attempt {
            Attempt::Response(response) if response.status == 429 => {
                let wait = backoff.max(requested.unwrap_or(MIN_WAIT_AFTER_429));
                self.limiter.throttled(wait, Instant::now());
                wait
            }
            _ => backoff.max(requested.unwrap_or_default()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a date in `Retry-After` is compared with the clock")]
fn wall_clock() -> std::time::SystemTime {
    std::time::SystemTime::now()
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
