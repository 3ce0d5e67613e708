//! Reading and replacing a file while no one else does.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use crate::error::{FileError, FileErrorKind};
use crate::lock::FolderLock;
use crate::system::{Folder, Present};

/// Maximum length of a present file that is written a second time as a rehearsal, in bytes.
const MAX_REHEARSED: u64 = 1024 * 1024;

/// A file while it is edited. The lock is released when this is dropped.
#[derive(Debug)]
pub struct FileEdit {
    /// The path as the caller wrote it.
    shown: PathBuf,
    name: OsString,
    folder: Folder,
    lock: FolderLock,
    /// The file that is there. `None` if there is none.
    present: Option<Present>,
}

impl FileEdit {
    pub(crate) fn new(
        shown: PathBuf,
        name: OsString,
        folder: Folder,
        lock: FolderLock,
        present: Option<Present>,
    ) -> Self {
        // The holder of the lock knows that no draft with a name is in use.
        if lock.is_held() {
            folder.remove_stale_drafts();
        }
        Self { shown, name, folder, lock, present }
    }

    /// Returns whether there is a file already.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.present.is_some()
    }

    /// Returns whether users other than the owner may read the file that is there.
    #[must_use]
    pub fn is_open_to_others(&self) -> bool {
        self.present.as_ref().is_some_and(Present::is_open_to_others)
    }

    /// Returns the content, which is empty if there is no file yet.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub fn read(&mut self) -> Result<Vec<u8>, FileError> {
        let Some(present) = &mut self.present else { return Ok(Vec::new()) };
        let mut read = || -> io::Result<Vec<u8>> {
            io::Seek::rewind(&mut present.file)?;
            // Growing would leave copies of what may be a secret behind.
            let length = usize::try_from(present.file.metadata()?.len()).unwrap_or(0);
            let mut content = Vec::with_capacity(length + 1);
            present.file.read_to_end(&mut content)?;
            Ok(content)
        };
        read().map_err(|error| {
            let message = format!("cannot be read: {error}");
            FileError::new(FileErrorKind::System, &self.shown, &message, "check the file")
        })
    }

    /// Replaces the whole content, or creates the file. When this returns, the file and its name are on the disk.
    ///
    /// # Errors
    ///
    /// The file is not the one that was there when the edit began, or the system refuses. The file is then as it
    /// was.
    pub fn write(self, content: &[u8]) -> Result<(), FileError> {
        let Self { shown, name, folder, lock, present } = &self;
        let write = || -> io::Result<bool> {
            let mut draft = folder.draft(lock.is_held())?;
            draft.file.write_all(content)?;
            if let Some(present) = present {
                draft.take_after(present)?;
            }
            draft.file.sync_all()?;
            let placed = match present {
                None => draft.place_new(name),
                Some(present) if folder.still_holds(name, present)? => {
                    draft.replace(name).map(|()| true)
                }
                Some(_) => Ok(false),
            }?;
            if placed {
                folder.sync()?;
            }
            Ok(placed)
        };
        if write().map_err(|error| FileError::system(shown, error))? {
            return Ok(());
        }
        let what = "was changed by another program meanwhile";
        Err(FileError::new(FileErrorKind::Changed, shown, what, "try again"))
    }

    /// Tries everything that [`write`](Self::write) does, short of giving the new content its name.
    pub(crate) fn rehearse(mut self, growth: usize) -> Result<(), FileError> {
        let length = self.present.as_ref().map_or(0, Present::length).min(MAX_REHEARSED);
        let try_out = |edit: &mut Self| -> io::Result<()> {
            let mut draft = edit.folder.draft(edit.lock.is_held())?;
            // Whatever compresses or shares zeros would not notice that there is no room.
            let block = noise();
            let mut left = length.saturating_add(growth as u64);
            while left > 0 {
                let part = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
                draft.file.write_all(&block[..part])?;
                left -= part as u64;
            }
            // Some systems find out only now that there is no room.
            draft.file.sync_data()
        };
        try_out(&mut self).map_err(|error| FileError::system(&self.shown, error))?;
        let Some(present) = &self.present else { return Ok(()) };
        let mut draft = self
            .folder
            .draft(self.lock.is_held())
            .map_err(|error| FileError::system(&self.shown, error))?;
        draft.take_after(present).map_err(|error| {
            let what = format!("cannot keep its owner and permissions if it is replaced: {error}");
            let help = "run this as the file's owner, or choose another file";
            FileError::new(FileErrorKind::Owner, &self.shown, &what, help)
        })
    }
}

/// A block of bytes without a pattern.
fn noise() -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..16 * 1024).map(step).collect()
}
