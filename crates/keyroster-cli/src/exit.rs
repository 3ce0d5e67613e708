//! How a command ends: its exit code, and why it failed.

use std::io;
use std::process::ExitCode;

use keyroster::{Error, ErrorKind, Warning};

/// How a command ended. Its number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Found = 1,
    Usage = 2,
    Partial = 3,
    Credentials = 4,
    Vendor = 5,
    Guard = 6,
    Machine = 7,
    HungUp = 129,
    Interrupted = 130,
    Terminated = 143,
}

impl Exit {
    /// Returns [`Partial`](Exit::Partial) instead of [`Done`](Exit::Done) if a warning says that the result is only
    /// part of what was requested.
    pub(crate) fn unless_partial(self, warnings: &[Warning]) -> Self {
        let partial = warnings.iter().any(|warning| warning.kind.is_partial());
        if self == Self::Done && partial { Self::Partial } else { self }
    }

    /// Every exit code, in ascending order.
    pub(crate) const ALL: [Self; 11] = [
        Self::Done,
        Self::Found,
        Self::Usage,
        Self::Partial,
        Self::Credentials,
        Self::Vendor,
        Self::Guard,
        Self::Machine,
        Self::HungUp,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number that the program exits with.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// What the code means. The tables in the help and in the documents are made of this.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "found: `doctor` found a problem, or `list --exit-code` matched a key",
            Self::Usage => {
                "usage: the command line is wrong, or the vendor does not support the request"
            }
            Self::Partial => {
                "partial: an operation failed for an account or a key, the list of keys may be \
                 incomplete, or a filter could not be evaluated"
            }
            Self::Credentials => {
                "a credential or setting is missing or invalid, or a vendor rejected it"
            }
            Self::Vendor => "a vendor or network error",
            Self::Guard => "blocked by a safety check; nothing was changed",
            Self::Machine => "a local error: a disk, a file, a pipe or the terminal",
            Self::HungUp => "ended because the terminal was closed (SIGHUP)",
            Self::Interrupted => "interrupted with Ctrl-C",
            Self::Terminated => "terminated with SIGTERM",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Configuration | ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => {
                Self::Credentials
            }
            ErrorKind::InvalidRequest | ErrorKind::Unsupported => Self::Usage,
            _ => Self::Vendor,
        }
    }
}

/// Why a command did not do what it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the library, which has its own help.
    Account(Error),
    /// Reading or writing on this machine failed.
    Io(io::Error),
    /// Anything else, with its exit code.
    Other { exit: Exit, message: String, hint: Option<String> },
}

impl Failure {
    /// The command line is wrong in a way that its parser cannot see.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::other(Exit::Usage, message)
    }

    /// The configuration is wrong, or there is none.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::other(Exit::Credentials, message)
    }

    /// A safety check refused; nothing was changed.
    pub(crate) fn guard(message: impl Into<String>) -> Self {
        Self::other(Exit::Guard, message)
    }

    /// What was asked cannot be determined.
    pub(crate) fn cannot_tell(message: impl Into<String>) -> Self {
        Self::other(Exit::Partial, message)
    }

    fn other(exit: Exit, message: impl Into<String>) -> Self {
        Self::Other { exit, message: message.into(), hint: None }
    }

    /// The same, with what to do about it. Has no effect on the library's errors, which say it themselves.
    #[must_use]
    pub(crate) fn with_hint(self, text: impl Into<String>) -> Self {
        match self {
            Self::Other { exit, message, .. } => {
                Self::Other { exit, message, hint: Some(text.into()) }
            }
            other => other,
        }
    }

    /// Whether the only problem is that no one reads the output anymore.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What happened.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Account(error) => error.to_string(),
            Self::Io(error) => error.to_string(),
            Self::Other { message, .. } => message.clone(),
        }
    }

    /// What to do about it, if that is known.
    pub(crate) fn hint(&self) -> Option<&str> {
        match self {
            Self::Account(error) => Some(error.help()),
            Self::Io(_) => None,
            Self::Other { hint, .. } => hint.as_deref(),
        }
    }

    /// The exit code of this failure.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Account(error) => error.kind().into(),
            Self::Io(_) => Exit::Machine,
            Self::Other { exit, .. } => *exit,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Account(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        let message = format!("cannot write CSV: {error}");
        match error.into_kind() {
            // Its kind distinguishes a closed pipe from a full disk.
            csv::ErrorKind::Io(error) => Self::Io(error),
            _ => Self::Io(io::Error::other(message)),
        }
    }
}
