//! Systems without Unix permissions and devices: what cannot be asked is assumed to be right.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::path::Path;

use super::Others;

/// Whether a file of these metadata can be read, written or run by anybody but its owner.
pub(crate) fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Whether a file can be written by others.
pub(crate) fn is_writable_by(_: &Path, _: Others) -> bool {
    false
}

/// The options for a file that only its owner can read and write.
pub(crate) fn private_file() -> OpenOptions {
    File::options()
}

/// A builder of folders that only their owner can look into.
pub(crate) fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

/// Whether what is written to standard output arrives anywhere.
pub(crate) fn is_stdout_read() -> bool {
    true
}
