//! Where a file will be written, and whether it can be.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::edit::FileEdit;
use crate::error::{FileError, FileErrorKind};
use crate::lock::FolderLock;
use crate::system::Folder;

/// Maximum number of links on the way to a file, as on Linux.
const MAX_LINKS: usize = 40;

/// Bytes that a new content may be longer than the present one, as far as the check goes: the longest secret.
const GROWTH: usize = 64 * 1024;

/// A path at which a file can be written: a regular file, or none yet.
///
/// Links are followed once, when this is made. What is at their end may change later, so every
/// [`edit`](Self::edit) checks it again.
///
/// ```
/// use keyroster_files::{FileErrorKind, Place};
///
/// let error = Place::check("/dev/null".as_ref()).unwrap_err();
/// assert_eq!(error.kind(), FileErrorKind::NotAFile);
/// ```
#[derive(Clone, Debug)]
pub struct Place {
    /// The path as the caller wrote it.
    shown: PathBuf,
    /// The folder of the file that the path leads to, without links.
    folder: PathBuf,
    name: OsString,
}

impl Place {
    /// Finds where a path leads, and tries whether a file can be written there. It changes nothing: what it
    /// writes has no name and is discarded.
    ///
    /// # Errors
    ///
    /// There is something other than a file, its folder does not exist, or the system refuses.
    pub fn check(path: &Path) -> Result<Self, FileError> {
        let place = Self::follow(path)?;
        let edit = place.edit()?;
        edit.rehearse(GROWTH)?;
        Ok(place)
    }

    /// Begins to read and write the file. No other process that uses this crate edits a file of the same folder
    /// until the edit is dropped. If another one does, this waits for up to ten seconds.
    ///
    /// # Errors
    ///
    /// There is something other than a file, the lock is not released in time, or the system refuses.
    pub fn edit(&self) -> Result<FileEdit, FileError> {
        let folder = Folder::open(&self.folder).map_err(|error| self.refused(error))?;
        let lock = FolderLock::acquire(&folder, &self.folder)?;
        let present = folder.inspect(&self.name, &self.shown)?;
        Ok(FileEdit::new(self.shown.clone(), self.name.clone(), folder, lock, present))
    }

    /// Returns the path as the caller wrote it, for messages.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Returns the path of the file itself, behind all links.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    fn refused(&self, error: io::Error) -> FileError {
        FileError::system(&self.shown, error)
    }

    /// Follows links, and finds the folder of the file at their end.
    fn follow(path: &Path) -> Result<Self, FileError> {
        let refused = |kind, what: &str, help| Err(FileError::new(kind, path, what, help));
        let is_folder = || refused(FileErrorKind::NotAFile, "is a folder", "name a file");
        let mut at = path.to_owned();
        for followed in 0..MAX_LINKS {
            let (Some(name), false) = (at.file_name(), ends_like_a_folder(&at)) else {
                return is_folder();
            };
            let parent = match at.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            };
            let folder = match parent.canonicalize() {
                Ok(folder) if folder.is_dir() => folder,
                Ok(folder) => {
                    let help = "choose another place";
                    return Err(FileError::new(
                        FileErrorKind::Folder,
                        &folder,
                        "is not a folder",
                        help,
                    ));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && followed > 0 => {
                    return dangling(path, &at);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let what = "does not exist";
                    let help = "create the folder first, or choose another place";
                    return Err(FileError::new(FileErrorKind::Folder, parent, what, help));
                }
                Err(error) => return Err(FileError::system(path, error)),
            };
            // What is there is not a name in a folder but an open file, whatever it is.
            if folder.starts_with("/proc") || folder.starts_with("/dev/fd") {
                let what = "leads to an open file of a process";
                let help = "name a file in a folder; for standard output, use `stdout`";
                return refused(FileErrorKind::Link, what, help);
            }
            let here = folder.join(name);
            match here.symlink_metadata() {
                Ok(found) if found.is_symlink() => {
                    let link = here.read_link().map_err(|error| FileError::system(path, error))?;
                    at = folder.join(link);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && followed > 0 => {
                    return dangling(path, &here);
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FileError::system(path, error));
                }
                _ => {
                    return Ok(Self { shown: path.to_owned(), name: name.to_owned(), folder });
                }
            }
        }
        refused(FileErrorKind::Link, "leads through too many links", "name the file itself")
    }
}

fn dangling(path: &Path, to: &Path) -> Result<Place, FileError> {
    let what = format!("is a link to {}, which does not exist", to.display());
    let help = "create that file first, or remove the link";
    Err(FileError::new(FileErrorKind::Link, path, &what, help))
}

/// Whether a path names a folder by its form, whatever is there.
fn ends_like_a_folder(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.ends_with(b"/") || text.ends_with(b"/.") || text == b"."
}
