//! A file for one secret.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use keyroster::Secret;
use tempfile::NamedTempFile;

/// A file that will hold one secret. On Unix, only its owner can read it.
///
/// It appears under its name once it is complete, and leaves nothing behind if it is dropped before.
#[derive(Debug)]
pub struct SecretFile {
    path: PathBuf,
    draft: NamedTempFile,
}

impl SecretFile {
    /// Prepares a file, so that what can go wrong goes wrong before there is a secret.
    ///
    /// A file that exists already is not replaced: it may hold a secret that is in use.
    pub fn prepare(path: &Path) -> io::Result<Self> {
        if path.try_exists()? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let draft = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        Ok(Self { path: path.to_owned(), draft })
    }

    /// Stores the secret.
    pub fn store(mut self, secret: &Secret) -> io::Result<()> {
        self.draft.write_all(secret.expose().as_bytes())?;
        self.draft.as_file().sync_all()?;
        self.draft.persist_noclobber(&self.path)?;
        Ok(())
    }
}
