//! What came of one attempt: an answer that is read within bounds, or why there is none.

use std::sync::atomic::{AtomicU64, Ordering};

use keyroster_core::{Error, ErrorKind};
use secrecy::zeroize::Zeroizing;

use crate::redact::scrub;
use crate::response::{Context, Response, indeterminate};

/// No body is given more room than this on the word of its `Content-Length` alone.
const FIRST_ROOM: usize = 64 << 10;

/// What came of one attempt.
pub(crate) enum Attempt {
    /// The vendor answered in full.
    Answered(Response),
    /// Nothing left this machine that the vendor could act on.
    NotSent(String),
    /// The request may have arrived; the answer did not.
    Lost(String),
    /// A success with a longer body than is read, which asking again would not change.
    TooLarge { status: u16, max: usize },
}

impl Attempt {
    /// An attempt without an answer.
    pub(crate) fn failed(error: reqwest::Error) -> Self {
        // A connection that was never made carried nothing; of any other error that is not known.
        if error.is_connect() || error.is_builder() {
            Self::NotSent(root_cause(error))
        } else {
            Self::Lost(root_cause(error))
        }
    }

    /// The vendor's status, if it answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(response) => Some(response.status),
            Self::TooLarge { status, .. } => Some(*status),
            Self::NotSent(_) | Self::Lost(_) => None,
        }
    }

    /// Whether the vendor may have done what was asked.
    pub(crate) fn may_have_acted(&self) -> bool {
        match self {
            Self::Answered(response) => matches!(response.status, 408 | 500..),
            Self::Lost(_) => true,
            Self::NotSent(_) | Self::TooLarge { .. } => false,
        }
    }

    /// The error of a request that is not sent again.
    pub(crate) fn into_error(
        self,
        context: &Context,
        attempts: u32,
        may_have_created: bool,
    ) -> Error {
        let authority = &context.authority;
        let tries = if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
        match self {
            Self::Answered(response) if may_have_created => {
                let status = response.status;
                let what = if (300..400).contains(&status) { "a redirect" } else { "an error" };
                indeterminate(context, &format!("{authority} answered with {what}"))
                    .with_status(status)
                    .with_request_id(response.request_id())
            }
            Self::Answered(response) => response.status_error(),
            Self::NotSent(cause) => {
                let message = format!("cannot reach {authority}: {cause}{tries}");
                context.error(ErrorKind::Transport, message)
            }
            Self::Lost(cause) if may_have_created => {
                indeterminate(context, &format!("the answer of {authority} was lost: {cause}"))
            }
            Self::Lost(cause) => {
                let message = format!("the answer of {authority} was lost: {cause}{tries}");
                context.error(ErrorKind::Transport, message)
            }
            Self::TooLarge { status, max } => {
                let message = format!("{authority} answered with more than {max} bytes");
                let error = if may_have_created {
                    indeterminate(context, &message)
                } else {
                    context.error(ErrorKind::Decode, format!("{message}, which is not read"))
                };
                error.with_status(status)
            }
        }
    }
}

/// Reads a body of at most so many bytes into a buffer that is wiped; none if there are more.
pub(crate) async fn read(
    answer: &mut reqwest::Response,
    max: usize,
    count: &AtomicU64,
) -> reqwest::Result<Option<Zeroizing<Vec<u8>>>> {
    let announced = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if announced > max {
        return Ok(None);
    }
    let mut body = Zeroizing::new(Vec::with_capacity(announced.clamp(8 << 10, FIRST_ROOM)));
    while let Some(chunk) = answer.chunk().await? {
        count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        if body.len() + chunk.len() > max {
            return Ok(None);
        }
        extend_wiped(&mut body, &chunk);
    }
    Ok(Some(body))
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

/// The innermost cause, which names the matter; the outer ones name URLs, and so does an error that has
/// no cause.
pub(crate) fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    scrub(&cause.to_string(), &[])
}
