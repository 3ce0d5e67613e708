//! Errors: what happened, where, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::info::{Operation, ProviderInfo};
use crate::orphan::Orphan;
use crate::record::id::ProviderId;

/// `std::result::Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What happened, where, and what to do about it.
///
/// `Display` says what happened and where: provider and account, operation, cause, and the vendor's status.
/// [`help`](Error::help) says what to do. Programs print it on a line of its own:
///
/// ```
/// use keyroster_core::{Error, ErrorKind, Operation, ProviderId};
///
/// let error = Error::new(ErrorKind::Unauthenticated, "the vendor does not know the credential")
///     .with_provider(ProviderId::from_static("acme"))
///     .with_operation(Operation::ListKeys)
///     .with_status(401);
/// assert_eq!(
///     format!("error: {error}\nhint: {}", error.help()),
///     "error: acme: cannot list keys: the vendor does not know the credential (status 401)\n\
///      hint: check that the account's credential is complete and has not been revoked or expired"
/// );
/// ```
///
/// `Debug` prints both lines too, and the sources, so that an error returned from `main` is readable.
/// `{:#?}` prints the fields. An error serializes as an object with `kind`, `message` (its `Display`), `help`, and where it
/// happened.
///
/// Neither text repeats the [`source`](StdError::source) or holds a secret. Code that makes an error from a
/// vendor's text redacts it first, as `keyroster-http` does.
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
    refused_by: Option<RefusedBy>,
    orphan: Option<Orphan>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Who refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RefusedBy {
    /// The vendor, in the structure of its own errors.
    Vendor,
    /// Something in front of the vendor's API, e.g. a proxy, a firewall or a content delivery network.
    Intermediary,
}

/// The kind of an error. Each kind says what to do about it.
///
/// A kind has a stable name ([`as_str`](ErrorKind::as_str)) for metrics, logs and JSON.
///
/// ```
/// use keyroster_core::ErrorKind;
///
/// assert_eq!(ErrorKind::RateLimited.as_str(), "rate-limited");
/// assert_eq!(ErrorKind::RateLimited.to_string(), "rate-limited");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The account is set up wrongly, e.g. a credential is missing or malformed. Nothing was sent. Correct
    /// the setting that the message names.
    Configuration,
    /// The request cannot be right, e.g. its name is empty or the vendor refused a field. Nothing was
    /// changed. Correct the argument.
    InvalidRequest,
    /// The vendor does not accept the credential. Check that it is complete and not revoked.
    Unauthenticated,
    /// The vendor knows the credential, but the credential may not do this. Use one that may.
    PermissionDenied,
    /// The vendor does not have this key, or no longer. List the keys again.
    NotFound,
    /// The vendor refused because of the state of something else. Read the message and resolve that first.
    Conflict,
    /// Too many requests. Wait for [`Error::retry_after`], or lower the account's limits.
    RateLimited,
    /// The vendor is out of order (5xx). Try again later.
    Unavailable,
    /// The vendor was not reached, or its response broke off. Check the network, the proxy and the base URL.
    Transport,
    /// The vendor's response is not what its documentation says. Check that the base URL is the vendor's
    /// API; otherwise report it.
    Decode,
    /// The vendor's API cannot do this, or not with this argument. Nothing was sent.
    Unsupported,
    /// A request that may have created something got no response. It is never sent twice automatically.
    /// Look for the orphaned key before trying again.
    Indeterminate,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Configuration,
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::NotFound,
        Self::Conflict,
        Self::RateLimited,
        Self::Unavailable,
        Self::Transport,
        Self::Decode,
        Self::Unsupported,
        Self::Indeterminate,
    ];

    /// Returns the kind as its serialized text, in kebab-case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid-request",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission-denied",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Transport => "transport",
            Self::Decode => "decode",
            Self::Unsupported => "unsupported",
            Self::Indeterminate => "indeterminate",
        }
    }

    /// Returns what to do if the error itself does not say anything more specific.
    const fn help(self) -> &'static str {
        match self {
            Self::Configuration => "correct the account's settings",
            Self::InvalidRequest => "correct the argument; nothing was changed",
            Self::Unauthenticated => {
                "check that the account's credential is complete and has not been revoked or expired"
            }
            Self::PermissionDenied => "use a credential that is allowed to manage keys",
            Self::NotFound => "list the keys again to see which exist",
            Self::Conflict => "resolve the conflict, then try again",
            Self::RateLimited => "wait and try again, or lower the account's limits",
            Self::Unavailable => "try again later",
            Self::Transport => "check the network, the proxy settings and the base URL",
            Self::Decode => "check that the base URL is the vendor's API",
            Self::Unsupported => "check what the provider supports; nothing was sent",
            Self::Indeterminate => "look for the new key before trying again",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Error {
    /// Creates an error from its kind and cause. The cause is a lowercase fragment without a final period.
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
            refused_by: None,
            orphan: None,
            source: None,
        }))
    }

    /// Creates the error of a provider that does not support an operation.
    #[must_use]
    pub fn unsupported(provider: &ProviderInfo, operation: Operation) -> Self {
        let message = format!("{}'s API does not support this", provider.display_name);
        Self::new(ErrorKind::Unsupported, message)
            .with_provider(provider.id.clone())
            .with_operation(operation)
    }

    /// Adds the provider, unless it is already set.
    #[must_use]
    pub fn with_provider(mut self, provider: ProviderId) -> Self {
        self.0.provider.get_or_insert(provider);
        self
    }

    /// Adds the account's name, unless it is already set.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.0.account.get_or_insert_with(|| account.into());
        self
    }

    /// Adds the operation, unless it is already set.
    #[must_use]
    pub fn with_operation(mut self, operation: Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Sets the vendor's HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets how long the vendor asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Sets the vendor's request id, which its support asks for.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<impl Into<String>>) -> Self {
        self.0.request_id = id.map(Into::into);
        self
    }

    /// Sets who refused the request, if that is known.
    #[must_use]
    pub fn with_refused_by(mut self, who: Option<RefusedBy>) -> Self {
        self.0.refused_by = who;
        self
    }

    /// Sets what to do, in place of the kind's help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Sets what to look for after a create without a response.
    #[must_use]
    pub fn with_orphan(mut self, orphan: Orphan) -> Self {
        self.0.help.get_or_insert_with(|| {
            let name = orphan.name.replace(char::is_control, " ");
            format!(
                "look for a key named `{name}`, created about {}, before trying again",
                orphan.sent_at
            )
        });
        self.0.orphan = Some(orphan);
        self
    }

    /// Sets the source, which `Display` does not repeat. It must not hold a secret, as a parser's message may.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Replaces every text for which the function returns another one. A source with such a text is left out.
    #[must_use]
    pub(crate) fn redacted(mut self, redact: impl Fn(&str) -> Option<String>) -> Self {
        let inner = &mut *self.0;
        let replace = |text: &mut String| {
            if let Some(clean) = redact(text) {
                *text = clean;
            }
        };
        replace(&mut inner.message);
        for text in [&mut inner.help, &mut inner.request_id].into_iter().flatten() {
            replace(text);
        }
        if let Some(orphan) = &mut inner.orphan {
            replace(&mut orphan.name);
            orphan.container.iter_mut().for_each(replace);
        }
        let mut cause: Option<&dyn StdError> = inner.source.as_deref().map(|source| source as _);
        while let Some(source) = cause {
            if redact(&source.to_string()).is_some() || redact(&format!("{source:?}")).is_some() {
                inner.source = None;
                break;
            }
            cause = source.source();
        }
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the provider.
    #[must_use]
    pub fn provider(&self) -> Option<&ProviderId> {
        self.0.provider.as_ref()
    }

    /// Returns the account's name, as given to [`Provider::with_account`](crate::Provider::with_account).
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// Returns the operation that failed.
    #[must_use]
    pub fn operation(&self) -> Option<Operation> {
        self.0.operation
    }

    /// Returns the vendor's HTTP status, if there was a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns how long the vendor asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns who refused the request, if that is known.
    #[must_use]
    pub fn refused_by(&self) -> Option<RefusedBy> {
        self.0.refused_by
    }

    /// Returns the vendor's request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns what to look for after a create without a response.
    #[must_use]
    pub fn orphan(&self) -> Option<&Orphan> {
        self.0.orphan.as_ref()
    }

    /// Returns what to do: the error's own help, or that of its kind.
    #[must_use]
    pub fn help(&self) -> &str {
        self.0.help.as_deref().unwrap_or_else(|| self.0.kind.help())
    }

    /// Returns whether the same request may succeed later without a change on this side.
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
        let inner = &self.0;
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
            if let Some(wait) = inner.retry_after {
                write!(f, ", retry after {} s", wait.as_secs_f64().ceil())?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{self}\nhint: {}", self.help())?;
            let mut source = StdError::source(self);
            while let Some(cause) = source {
                write!(f, "\ncaused by: {cause}")?;
                source = cause.source();
            }
            return Ok(());
        }
        let inner = &self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("help", &self.help())
            .field("provider", &inner.provider)
            .field("account", &inner.account)
            .field("operation", &inner.operation)
            .field("status", &inner.status)
            .field("retry_after", &inner.retry_after)
            .field("request_id", &inner.request_id)
            .field("refused_by", &inner.refused_by)
            .field("orphan", &inner.orphan)
            .field("source", &inner.source)
            .finish()
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let inner = &self.0;
        let millis = |wait: Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let mut object = serializer.serialize_struct("Error", 11)?;
        object.serialize_field("kind", &inner.kind)?;
        object.serialize_field("message", &self.to_string())?;
        object.serialize_field("help", self.help())?;
        object.serialize_field("provider", &inner.provider)?;
        object.serialize_field("account", &inner.account)?;
        object.serialize_field("operation", &inner.operation)?;
        object.serialize_field("status", &inner.status)?;
        object.serialize_field("retry_after_ms", &inner.retry_after.map(millis))?;
        object.serialize_field("request_id", &inner.request_id)?;
        object.serialize_field("refused_by", &inner.refused_by)?;
        object.serialize_field("orphan", &inner.orphan)?;
        object.end()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
