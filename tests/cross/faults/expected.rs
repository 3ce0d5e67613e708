//! The expected result of each operation with each fault, from the retry table of `keyroster-http`. It does not use
//! the code that implements the table.

use std::fmt;

use keyroster::ErrorKind;
use keyroster_sandbox::Vendor;

/// An operation of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    List,
    Get,
    Create,
    Update,
    Disable,
    Revoke,
    WhoAmI,
    Identify,
}

impl Task {
    pub(crate) const ALL: [Self; 8] = [
        Self::List,
        Self::Get,
        Self::Create,
        Self::Update,
        Self::Disable,
        Self::Revoke,
        Self::WhoAmI,
        Self::Identify,
    ];

    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    BadGateway,
    BadGatewayAfterCommit,
    Throttled,
    ThrottledWithoutRetryAfter,
    Cut,
    CutAfterCommit,
    TimeOut,
    Truncated,
    Html,
    Empty,
    OtherJson,
    Oversized,
    Redirect,
    ProxyPage,
    ProxyJson,
}

impl Trouble {
    pub(crate) const ALL: [Self; 15] = [
        Self::BadGateway,
        Self::BadGatewayAfterCommit,
        Self::Throttled,
        Self::ThrottledWithoutRetryAfter,
        Self::Cut,
        Self::CutAfterCommit,
        Self::TimeOut,
        Self::Truncated,
        Self::Html,
        Self::Empty,
        Self::OtherJson,
        Self::Oversized,
        Self::Redirect,
        Self::ProxyPage,
        Self::ProxyJson,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BadGateway => "502, not processed",
            Self::BadGatewayAfterCommit => "502 after processing",
            Self::Throttled => "429 with `Retry-After`",
            Self::ThrottledWithoutRetryAfter => "429 without `Retry-After`",
            Self::Cut => "connection closed, not processed",
            Self::CutAfterCommit => "connection closed after processing",
            Self::TimeOut => "timeout after processing",
            Self::Truncated => "response cut off after processing",
            Self::Html => "200 with an HTML page, after processing",
            Self::Empty => "200 with an empty body, after processing",
            Self::OtherJson => "200 with other JSON, after processing",
            Self::Oversized => "200 with a body of 9 MiB, after processing",
            Self::Redirect => "redirect to another host",
            Self::ProxyPage => "403 with a proxy's HTML page, after processing",
            Self::ProxyJson => "404 with a proxy's JSON, after processing",
        }
    }
}

/// Which requests a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    /// The fault affects the operation's first request.
    Once,
    /// The fault affects every request.
    Always,
}

/// The result of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Ok,
    OkAfterRetry,
    Error(ErrorKind),
    Indeterminate,
    Unsupported,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::OkAfterRetry => f.write_str("ok after retry"),
            Self::Error(kind) => write!(f, "error: {kind:?}"),
            Self::Indeterminate => f.write_str("**indeterminate**"),
            Self::Unsupported => f.write_str("unsupported"),
        }
    }
}

/// Whether a vendor has an operation.
fn offers(vendor: Vendor, task: Task) -> bool {
    vendor != Vendor::Pinata || !matches!(task, Task::Update | Task::Disable)
}

/// The entry of the retry table for a fault.
enum Entry {
    /// The response says that nothing was carried out. That is not enough to send a create once more.
    Refused,
    /// It may have been carried out. Operations that may be repeated are retried.
    Lost(ErrorKind),
    /// A response arrived, so a retry would not help.
    Final,
    /// Something in front of the vendor refused it.
    Between,
}

fn entry(trouble: Trouble) -> Entry {
    match trouble {
        Trouble::Throttled | Trouble::ThrottledWithoutRetryAfter => Entry::Refused,
        Trouble::BadGateway | Trouble::BadGatewayAfterCommit => Entry::Lost(ErrorKind::Unavailable),
        Trouble::Cut | Trouble::CutAfterCommit | Trouble::TimeOut | Trouble::Truncated => {
            Entry::Lost(ErrorKind::Transport)
        }
        Trouble::Html
        | Trouble::Empty
        | Trouble::OtherJson
        | Trouble::Oversized
        | Trouble::Redirect
        | Trouble::ProxyJson => Entry::Final,
        Trouble::ProxyPage => Entry::Between,
    }
}

/// The expected result.
pub(crate) fn expected(vendor: Vendor, task: Task, trouble: Trouble, times: Times) -> Class {
    if !offers(vendor, task) {
        return Class::Unsupported;
    }
    match (entry(trouble), times) {
        _ if task == Task::Create => Class::Indeterminate,
        (Entry::Refused, Times::Always) => Class::Error(ErrorKind::RateLimited),
        (Entry::Refused | Entry::Lost(_), Times::Once) => Class::OkAfterRetry,
        (Entry::Lost(kind), Times::Always) => Class::Error(kind),
        (Entry::Final, _) => Class::Error(ErrorKind::Decode),
        (Entry::Between, _) => Class::Error(ErrorKind::Transport),
    }
}
