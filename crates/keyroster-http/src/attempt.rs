//! The result of one attempt: a response, read up to a size limit, or the reason why there is none.

use std::sync::atomic::{AtomicU64, Ordering};

use keyroster_core::{Error, ErrorKind};
use secrecy::zeroize::Zeroizing;

use crate::redact::scrub;
use crate::response::{Context, Response, indeterminate};

/// Maximum number of bytes allocated up front because of a `Content-Length` header.
const MAX_INITIAL_CAPACITY: usize = 64 << 10;

/// The result of one attempt.
pub(crate) enum Attempt {
    /// The vendor sent a complete response.
    Response(Response),
    /// The vendor received nothing that it could act on.
    NotSent(String),
    /// The vendor's certificate is not trusted, so nothing was sent.
    Untrusted(String),
    /// The request may have arrived, but no complete response came back.
    Lost(String),
    /// A successful response whose body is larger than the maximum. A retry would return the same.
    TooLarge { status: u16, max: usize },
}

impl Attempt {
    /// Classifies an attempt that failed without a response.
    pub(crate) fn failed(error: reqwest::Error) -> Self {
        // Without a connection nothing was sent. After any other error, that is unknown.
        if is_certificate_error(&error) {
            Self::Untrusted(root_cause(error))
        } else if error.is_connect() || error.is_builder() {
            Self::NotSent(root_cause(error))
        } else {
            Self::Lost(root_cause(error))
        }
    }

    /// Returns the status code, if any.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Response(response) => Some(response.status),
            Self::TooLarge { status, .. } => Some(*status),
            Self::NotSent(_) | Self::Untrusted(_) | Self::Lost(_) => None,
        }
    }

    /// Whether the vendor may have carried out the request.
    pub(crate) fn may_have_acted(&self) -> bool {
        match self {
            Self::Response(response) => matches!(response.status, 408 | 429 | 500..),
            Self::Lost(_) => true,
            Self::NotSent(_) | Self::Untrusted(_) | Self::TooLarge { .. } => false,
        }
    }

    /// Converts the last attempt of a request into its error.
    pub(crate) fn into_error(
        self,
        context: &Context,
        attempts: u32,
        may_have_created: bool,
    ) -> Error {
        let authority = &context.authority;
        let tries = if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
        match self {
            Self::Response(response) if may_have_created => response.may_have_created(),
            Self::Response(response) => response.status_error(),
            Self::NotSent(cause) => {
                let message = format!("cannot reach {authority}: {cause}{tries}");
                context.error(ErrorKind::Transport, message)
            }
            Self::Untrusted(cause) => {
                let message = format!("cannot trust the certificate of {authority}: {cause}");
                context.error(ErrorKind::Configuration, message).with_help(
                    "if it comes from your own certificate authority or a proxy, set `ca-file` or \
                     SSL_CERT_FILE to the PEM file of that authority",
                )
            }
            Self::Lost(cause) if may_have_created => {
                indeterminate(context, &format!("no complete response from {authority}: {cause}"))
            }
            Self::Lost(cause) => {
                let message = format!("no complete response from {authority}: {cause}{tries}");
                context.error(ErrorKind::Transport, message)
            }
            Self::TooLarge { status, max } => {
                let message = format!("{authority} returned more than {max} bytes");
                let error = if may_have_created {
                    indeterminate(context, &message)
                } else {
                    context.error(ErrorKind::Decode, message)
                };
                error.with_status(status)
            }
        }
    }
}

/// Reads a body into a buffer that is wiped when dropped. Returns `None` if it exceeds `max` bytes.
pub(crate) async fn read(
    response: &mut reqwest::Response,
    max: usize,
    count: &AtomicU64,
) -> reqwest::Result<Option<Zeroizing<Vec<u8>>>> {
    let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if announced > max {
        return Ok(None);
    }
    let mut body =
        Zeroizing::new(Vec::with_capacity(announced.clamp(8 << 10, MAX_INITIAL_CAPACITY)));
    while let Some(chunk) = response.chunk().await? {
        count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        if body.len() + chunk.len() > max {
            return Ok(None);
        }
        extend_wiped(&mut body, &chunk);
    }
    Ok(Some(body))
}

/// Appends without leaving an unwiped copy behind, which a growing vector would.
fn extend_wiped(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    let needed = body.len() + chunk.len();
    if needed > body.capacity() {
        let mut larger = Vec::with_capacity(needed.max(body.capacity() * 2));
        larger.extend_from_slice(body);
        *body = Zeroizing::new(larger);
    }
    body.extend_from_slice(chunk);
}

/// Whether the certificate of the other side was refused. A retry would not change that.
fn is_certificate_error(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        next = match error.downcast_ref::<std::io::Error>() {
            // Its `source` would skip the error inside.
            Some(error) => error.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    false
}

/// Returns the innermost cause, which names the problem. The outer errors would show the URL.
pub(crate) fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    scrub(&cause.to_string(), &[])
}
