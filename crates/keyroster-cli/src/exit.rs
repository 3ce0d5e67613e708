//! How a command ends that does not end well.

use std::io;

use keyroster::{Error, ErrorKind};

/// The exit code of a result in which something is missing.
pub(crate) const PARTIAL: u8 = 3;

/// Why a command did not do what it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library's own errors, each of which says what to do.
    Account(Error),
    /// The command line is wrong in a way that its parser cannot see.
    Usage(String),
    /// No credential is set.
    NoAccount(String),
    /// The configuration is wrong.
    Configuration(String),
    /// A guard refused; nothing was done.
    Guard(String),
    /// Reading or writing on this machine.
    Io(io::Error),
}

impl Failure {
    /// Whether it is no more than that nobody reads our output any longer.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What happened, and what to do.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Io(error) => error.to_string(),
            Self::Account(error) => error.to_string(),
            Self::Usage(message)
            | Self::NoAccount(message)
            | Self::Configuration(message)
            | Self::Guard(message) => message.clone(),
        }
    }

    /// The exit code that it stands for.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Io(_) => 5,
            Self::Usage(_) => 2,
            Self::NoAccount(_) | Self::Configuration(_) => 4,
            Self::Guard(_) => 6,
            Self::Account(error) => code(error.kind()),
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
        match error.into_kind() {
            // Its kind tells a reader that left from a full disk.
            csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(format!("no CSV can be written: {other:?}"))),
        }
    }
}

/// The exit code that a kind of error stands for.
pub(crate) fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Configuration | ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => 4,
        ErrorKind::InvalidRequest | ErrorKind::Unsupported => 2,
        _ => 5,
    }
}
