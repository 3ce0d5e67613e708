//! Keeping something in a new file of its own.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::system::{Folder, unused_name};

/// Writes a new file that only its owner can read, and returns its path. Its name begins with `prefix`.
///
/// The file gets its name when it is complete and on the disk.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let kept = keyroster_files::keep(folder.path(), "rescued-", b"content")?;
/// assert_eq!(std::fs::read(kept)?, b"content");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// The system refuses. Nothing is left behind.
pub fn keep(folder: &Path, prefix: &str, content: &[u8]) -> io::Result<PathBuf> {
    let path = folder.canonicalize()?;
    let folder = Folder::open(&path)?;
    // Without the lock: what has a name here is complete, and is not a draft.
    let mut draft = folder.draft(false)?;
    draft.file.write_all(content)?;
    draft.file.sync_all()?;
    loop {
        let name = unused_name(prefix);
        if draft.place_new(&name)? {
            folder.sync()?;
            return Ok(path.join(name));
        }
    }
}
