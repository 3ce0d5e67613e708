//! The lock of a folder, across processes.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{FileError, FileErrorKind};
use crate::system::Folder;

/// How long to wait for another process. Each holds the lock for a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Time between two attempts.
const STEP: Duration = Duration::from_millis(5);

/// The lock of a folder, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock(Option<File>);

impl FolderLock {
    /// Waits for the lock. A file system without locks gives none.
    pub(crate) fn acquire(folder: &Folder, path: &Path) -> Result<Self, FileError> {
        let refused = |error| FileError::system(path, error);
        let Some(file) = folder.to_lock().map_err(refused)? else { return Ok(Self(None)) };
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(Some(file))),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(STEP);
                }
                Err(TryLockError::WouldBlock) => {
                    let what = "is locked by another process";
                    let help = "find the process that hangs, for example with `lslocks`";
                    return Err(FileError::new(FileErrorKind::Locked, path, what, help));
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                // The file system has no locks.
                Err(TryLockError::Error(_)) => return Ok(Self(None)),
            }
        }
    }

    /// Whether there is a lock at all.
    pub(crate) fn is_held(&self) -> bool {
        self.0.is_some()
    }
}
