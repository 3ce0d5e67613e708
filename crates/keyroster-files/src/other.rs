//! Folders and files on systems other than Unix, as far as the standard library goes.

use std::collections::hash_map::RandomState;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{FileError, FileErrorKind};

/// How the name of a draft begins, which is also how the next process recognizes it.
const DRAFT: &str = ".keyroster-draft-";

/// The file that is locked, because a folder cannot be.
const LOCK: &str = ".keyroster.lock";

/// A folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// A regular file that is there, and can be written.
#[derive(Debug)]
pub(crate) struct Present {
    pub(crate) file: File,
    found: Metadata,
}

/// A file that is not in place yet. It is removed if it is not used.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) file: File,
    folder: &'a Folder,
    name: Option<OsString>,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned() })
    }

    pub(crate) fn to_lock(&self) -> io::Result<Option<File>> {
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        Ok(Some(options.open(self.path.join(LOCK))?))
    }

    /// Finds what is there under a name. Anything but a regular file is an error.
    pub(crate) fn inspect(&self, name: &OsStr, shown: &Path) -> Result<Option<Present>, FileError> {
        let path = self.path.join(name);
        let refused = |error| FileError::system(shown, error);
        match path.symlink_metadata() {
            Ok(found) if found.is_file() => {}
            Ok(_) => {
                let kind = FileErrorKind::NotAFile;
                return Err(FileError::new(kind, shown, "is not a file", "name a file"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(error)),
        }
        let file = File::options().read(true).write(true).open(&path).map_err(refused)?;
        let found = file.metadata().map_err(refused)?;
        Ok(Some(Present { file, found }))
    }

    /// Whether a name still leads to the same file, unchanged.
    pub(crate) fn still_holds(&self, name: &OsStr, present: &Present) -> io::Result<bool> {
        let now = self.path.join(name).symlink_metadata()?;
        let is_same_time = now.modified().ok() == present.found.modified().ok();
        Ok(now.is_file() && now.len() == present.found.len() && is_same_time)
    }

    pub(crate) fn draft(&self, _: bool) -> io::Result<Draft<'_>> {
        loop {
            let name = unused_name(DRAFT);
            match File::options().write(true).create_new(true).open(self.path.join(&name)) {
                Ok(file) => return Ok(Draft { file, folder: self, name: Some(name) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes the drafts of processes that were killed. Only who holds the lock may do that.
    pub(crate) fn remove_stale_drafts(&self) {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(DRAFT) {
                // What cannot be removed is in no one's way.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Names are written at once.
    #[expect(clippy::unused_self, reason = "the same signature as on Unix")]
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Present {
    #[expect(clippy::unused_self, reason = "the same signature as on Unix")]
    pub(crate) fn is_open_to_others(&self) -> bool {
        false
    }

    pub(crate) fn length(&self) -> u64 {
        self.found.len()
    }
}

impl Draft<'_> {
    /// Gives it the permissions of a file.
    pub(crate) fn take_after(&mut self, present: &Present) -> io::Result<()> {
        self.file.set_permissions(present.found.permissions())
    }

    /// Gives it a name that no file has. Returns false if one has it.
    pub(crate) fn place_new(&mut self, name: &OsStr) -> io::Result<bool> {
        match self.folder.path.join(name).symlink_metadata() {
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.replace(name).map(|()| true)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts it in the place of the file with this name.
    pub(crate) fn replace(&mut self, name: &OsStr) -> io::Result<()> {
        let Some(draft) = &self.name else { return Ok(()) };
        std::fs::rename(self.folder.path.join(draft), self.folder.path.join(name))?;
        self.name = None;
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // The next process removes what this one cannot.
            let _ = std::fs::remove_file(self.folder.path.join(name));
        }
    }
}

/// A name that no other process is likely to choose.
pub(crate) fn unused_name(prefix: &str) -> OsString {
    let random = RandomState::new().build_hasher().finish();
    format!("{prefix}{random:016x}").into()
}
