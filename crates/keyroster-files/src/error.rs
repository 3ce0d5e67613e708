//! Why a file cannot be written.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

/// What kind of problem a [`FileError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileErrorKind {
    /// The folder does not exist, is not a folder, or cannot be written.
    Folder,
    /// What is there is a folder, a device, a pipe, a socket or a mount point.
    NotAFile,
    /// A link that leads nowhere, or to an open file of a process.
    Link,
    /// The file has several names, and only one would be replaced.
    HardLinks,
    /// The owner, the group or the permissions of the file cannot be kept.
    Owner,
    /// The file is write-protected.
    Protected,
    /// Another process holds the lock.
    Locked,
    /// The file was changed by a program that does not use the lock.
    Changed,
    /// The system refused, for example because the disk is full or the name is too long.
    System,
}

/// Why a file cannot be written. It contains nothing of the file's content.
#[derive(Debug)]
pub struct FileError {
    kind: FileErrorKind,
    message: String,
    help: &'static str,
    source: Option<io::Error>,
}

impl FileError {
    pub(crate) fn new(kind: FileErrorKind, path: &Path, what: &str, help: &'static str) -> Self {
        let message = format!("{} {what}", path.display());
        Self { kind, message, help, source: None }
    }

    /// The system's refusal to do something with a file.
    pub(crate) fn system(path: &Path, source: io::Error) -> Self {
        let help = match source.kind() {
            io::ErrorKind::PermissionDenied => "check its permissions, or choose another place",
            io::ErrorKind::InvalidFilename => "choose a shorter name",
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => "make room, or choose another place",
            _ => "choose another place",
        };
        let message = format!("cannot write {}: {source}", path.display());
        Self { kind: FileErrorKind::System, message, help, source: Some(source) }
    }

    /// Returns what kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> FileErrorKind {
        self.kind
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn help(&self) -> &str {
        self.help
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        let kind = error.source.as_ref().map_or(io::ErrorKind::Other, io::Error::kind);
        Self::new(kind, error)
    }
}
