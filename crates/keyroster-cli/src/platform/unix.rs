//! Unix: permission bits and devices.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::Others;

/// Whether a file of these metadata can be read, written or run by anybody but its owner.
pub(crate) fn is_open_to_others(file: &Metadata) -> bool {
    file.permissions().mode() & 0o077 != 0
}

/// Whether a file can be written by others.
pub(crate) fn is_writable_by(path: &Path, others: Others) -> bool {
    let bit = match others {
        Others::Group => 0o020,
        Others::Everybody => 0o002,
    };
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & bit != 0)
}

/// The options for a file that only its owner can read and write.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = File::options();
    options.mode(0o600);
    options
}

/// A builder of folders that only their owner can look into.
pub(crate) fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Whether what is written to standard output arrives anywhere.
pub(crate) fn is_stdout_read() -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let (Ok(stdout), Ok(null)) =
        (stdout.and_then(|out| out.metadata()), Path::new("/dev/null").metadata())
    else {
        return false;
    };
    stdout.rdev() != null.rdev() || stdout.rdev() == 0
}
