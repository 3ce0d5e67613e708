//! What can go wrong, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::info::Operation;
use crate::outcome::Orphan;
use crate::record::id::ProviderId;

/// `std::result::Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, where, and what to do.
///
/// `Display` is one sentence: provider and account, operation, cause, the vendor's status, and advice.
/// It never repeats the [`source`](StdError::source), and never holds a secret: whoever makes an error
/// from a vendor's text scrubs it first (`keyroster-http` does).
///
/// ```
/// use keyroster_core::{Error, ErrorKind, Operation, ProviderId};
///
/// let error = Error::new(ErrorKind::Unauthenticated, "the vendor does not know the credential")
///     .with_provider(ProviderId::from_static("acme"))
///     .with_operation(Operation::ListKeys)
///     .with_status(401);
/// assert_eq!(
///     error.to_string(),
///     "acme: cannot list keys: the vendor does not know the credential (status 401); \
///      check that the account's credential is complete and has not been revoked or expired"
/// );
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    provider: Option<ProviderId>,
    account: Option<String>,
    operation: Option<Operation>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    help: Option<String>,
    orphan: Option<Orphan>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What kind of thing went wrong; each kind says what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The account is set up wrongly: a credential is missing or malformed, a base URL is no URL.
    /// Correct the setting that the message names; nothing was sent.
    Configuration,
    /// The request cannot be right: an empty name, a negative limit, a field that the vendor refused.
    /// Correct the argument; nothing was changed.
    InvalidRequest,
    /// The vendor does not accept the credential. Check that it is whole and alive.
    Unauthenticated,
    /// The vendor knows the credential, which may not do this. Use one that may.
    PermissionDenied,
    /// The key is not, or no longer, at the vendor. List the keys again.
    NotFound,
    /// The vendor refused because something else stands in the way. Read the message, change that first.
    Conflict,
    /// Too many requests. Wait for [`Error::retry_after`], or lower the account's limits.
    RateLimited,
    /// The vendor is out of order (5xx). Try again later.
    Unavailable,
    /// The vendor was not reached, or its answer broke off. Check network, proxy and base URL.
    Transport,
    /// The vendor answered something else than its documents say. Check that the base URL is the
    /// vendor's API; otherwise report it.
    Decode,
    /// The vendor's API cannot do this, or not with this argument. Nothing was sent.
    Unsupported,
    /// A request that may have created something went unanswered. Look for the orphan before trying
    /// again: it is never sent twice by itself.
    Indeterminate,
}

impl ErrorKind {
    /// What to do, when the error itself knows nothing better.
    const fn help(self) -> &'static str {
        match self {
            Self::Configuration => "correct the account's settings",
            Self::InvalidRequest => "correct the argument; nothing was changed",
            Self::Unauthenticated => {
                "check that the account's credential is complete and has not been revoked or expired"
            }
            Self::PermissionDenied => "use a credential that may manage keys",
            Self::NotFound => "list the keys again to see which exist",
            Self::Conflict => "resolve what stands in the way, then try again",
            Self::RateLimited => "wait and try again, or lower the account's limits",
            Self::Unavailable => "try again later",
            Self::Transport => "check the network, the proxy settings and the base URL",
            Self::Decode => "check that the base URL is the vendor's API",
            Self::Unsupported => "nothing was sent",
            Self::Indeterminate => "look for the new key before trying again",
        }
    }
}

impl Error {
    /// An error of a kind, with its cause as a lower-case fragment without a full stop.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            provider: None,
            account: None,
            operation: None,
            status: None,
            retry_after: None,
            request_id: None,
            help: None,
            orphan: None,
            source: None,
        }))
    }

    /// Says that a provider cannot do an operation.
    #[must_use]
    pub fn unsupported(provider: ProviderId, operation: Operation) -> Self {
        Self::new(ErrorKind::Unsupported, "the vendor's API does not offer it")
            .with_provider(provider)
            .with_operation(operation)
    }

    /// Says whose error it is, unless that is known already.
    #[must_use]
    pub fn with_provider(mut self, provider: ProviderId) -> Self {
        self.0.provider.get_or_insert(provider);
        self
    }

    /// Says which account it struck, unless that is known already.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.0.account.get_or_insert_with(|| account.into());
        self
    }

    /// Says what was being done, unless that is known already.
    #[must_use]
    pub fn with_operation(mut self, operation: Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Adds the vendor's HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds how long the vendor asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Adds the vendor's identifier of the request, for its support.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<impl Into<String>>) -> Self {
        self.0.request_id = id.map(Into::into);
        self
    }

    /// Says what to do, in place of the kind's advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Adds what to look for after an unanswered create.
    #[must_use]
    pub fn with_orphan(mut self, orphan: Orphan) -> Self {
        self.0.help.get_or_insert_with(|| {
            let name = orphan.name.replace(char::is_control, " ");
            format!(
                "look for a key named `{name}`, made about {}, before trying again",
                orphan.sent_at
            )
        });
        self.0.orphan = Some(orphan);
        self
    }

    /// Adds the cause, which `Display` does not repeat. It must hold no secret: a parser's message may.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whose error it is.
    #[must_use]
    pub fn provider(&self) -> Option<&ProviderId> {
        self.0.provider.as_ref()
    }

    /// The account it struck, by the name that [`Provider::with_account`](crate::Provider::with_account)
    /// gave it.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// What was being done.
    #[must_use]
    pub fn operation(&self) -> Option<Operation> {
        self.0.operation
    }

    /// The vendor's HTTP status, if it answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How long the vendor asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The vendor's identifier of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What to look for after an unanswered create.
    #[must_use]
    pub fn orphan(&self) -> Option<&Orphan> {
        self.0.orphan.as_ref()
    }

    /// What happened and where, without what to do: `Display` is this and [`help`](Error::help).
    #[must_use]
    pub fn what(&self) -> String {
        What(self).to_string()
    }

    /// What to do: the error's own advice, or else its kind's. `Display` ends with it.
    #[must_use]
    pub fn help(&self) -> &str {
        self.0.help.as_deref().unwrap_or_else(|| self.0.kind.help())
    }

    /// Whether the same request may succeed later with nothing changed on this side.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Transport
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", What(self), self.help())
    }
}

/// See [`Error::what`].
struct What<'a>(&'a Error);

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0.0;
        match (&inner.provider, &inner.account) {
            (Some(provider), Some(account)) if provider.as_str() == account => {
                write!(f, "{provider}: ")?;
            }
            (Some(provider), Some(account)) => write!(f, "{provider}, account `{account}`: ")?,
            (Some(provider), None) => write!(f, "{provider}: ")?,
            (None, Some(account)) => write!(f, "account `{account}`: ")?,
            (None, None) => {}
        }
        if let Some(operation) = inner.operation {
            write!(f, "cannot {operation}: ")?;
        }
        f.write_str(&inner.message)?;
        if let Some(status) = inner.status {
            write!(f, " (status {status}")?;
            if let Some(id) = &inner.request_id {
                write!(f, ", request {id}")?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("provider", &inner.provider)
            .field("account", &inner.account)
            .field("operation", &inner.operation)
            .field("status", &inner.status)
            .field("retry_after", &inner.retry_after)
            .field("request_id", &inner.request_id)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
