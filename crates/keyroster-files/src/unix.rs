//! Folders and files on Unix.

use std::collections::hash_map::RandomState;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, RawMode, Stat, Uid, fchmod, fchown, fstat,
    linkat, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;

use crate::error::{FileError, FileErrorKind};

/// How the name of a draft begins, which is also how the next process recognizes it.
const DRAFT: &str = ".keyroster-draft-";

/// A lock file, where a folder itself cannot be locked.
const LOCK: &str = ".keyroster.lock";

/// The permission bits of a mode.
const PERMISSIONS: RawMode = 0o7777;

/// An open folder. Names in it keep their meaning even if it is moved.
#[derive(Debug)]
pub(crate) struct Folder {
    file: File,
}

/// A regular file that is there, and can be written.
#[derive(Debug)]
pub(crate) struct Present {
    pub(crate) file: File,
    found: Stat,
}

/// A file that is not in place yet. It is removed if it is not used.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) file: File,
    folder: &'a Folder,
    /// `None` while it has no name.
    name: Option<OsString>,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { file: open(CWD, path.as_os_str(), flags)? })
    }

    /// What to lock: the folder itself, so that no file is left behind. Where that is not possible (NFS), a file
    /// in it.
    pub(crate) fn to_lock(&self) -> io::Result<Option<File>> {
        // Another opening of the folder, because a lock belongs to an opening.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = open(&self.file, OsStr::new("."), flags)?;
        match folder.try_lock_shared() {
            Ok(()) => folder.unlock()?,
            Err(std::fs::TryLockError::WouldBlock) => {}
            Err(std::fs::TryLockError::Error(_)) => {
                let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                return Ok(open(&self.file, OsStr::new(LOCK), flags).ok());
            }
        }
        Ok(Some(folder))
    }

    /// Finds what is there under a name. Anything but a regular file that can be replaced is an error.
    pub(crate) fn inspect(&self, name: &OsStr, shown: &Path) -> Result<Option<Present>, FileError> {
        let refused = |error: Errno| FileError::system(shown, error.into());
        let found = match statat(&self.file, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => found,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(refused(error)),
        };
        check_type(&found, shown)?;
        let flags =
            OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match openat(&self.file, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(error @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) => {
                let what = format!("is write-protected: {}", io::Error::from(error));
                let help = "change its permissions, or choose another file";
                return Err(FileError::new(FileErrorKind::Protected, shown, &what, help));
            }
            Err(error) => return Err(refused(error)),
        };
        let opened = fstat(&file).map_err(refused)?;
        check_type(&opened, shown)?;
        if opened.st_nlink > 1 {
            let what = format!(
                "has {} names (hard links), and only one would be replaced",
                opened.st_nlink
            );
            let help = "use a file with one name, or a symbolic link";
            return Err(FileError::new(FileErrorKind::HardLinks, shown, &what, help));
        }
        if self.is_mount_point(name) {
            let what = "is a mount point, which cannot be replaced";
            let help = "mount its folder instead, or choose another file";
            return Err(FileError::new(FileErrorKind::NotAFile, shown, what, help));
        }
        Ok(Some(Present { file, found: opened }))
    }

    /// Whether a name still leads to the same file, unchanged.
    pub(crate) fn still_holds(&self, name: &OsStr, present: &Present) -> io::Result<bool> {
        let now = match statat(&self.file, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(now) => now,
            Err(Errno::NOENT) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let of = |stat: &Stat| {
            (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime, stat.st_mtime_nsec)
        };
        Ok(of(&now) == of(&present.found))
    }

    /// A new file that only its owner can read. It has a name only if the system has no files without one.
    pub(crate) fn draft(&self, locked: bool) -> io::Result<Draft<'_>> {
        let mode = Mode::RUSR | Mode::WUSR;
        if let Some(file) = self.nameless(mode) {
            fchmod(&file, mode)?;
            return Ok(Draft { file, folder: self, name: None });
        }
        // Without the lock, the next process could take it for one that was left behind.
        let prefix = if locked { DRAFT } else { ".keyroster-unlocked-draft-" };
        loop {
            let name = unused_name(prefix);
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            match openat(&self.file, &name, flags, mode) {
                Ok(file) => {
                    let draft = Draft { file: File::from(file), folder: self, name: Some(name) };
                    // Whatever the process's umask says.
                    fchmod(&draft.file, mode)?;
                    return Ok(draft);
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn nameless(&self, mode: Mode) -> Option<File> {
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        let file = File::from(openat(&self.file, ".", flags, mode).ok()?);
        // It gets its name through `/proc`.
        Path::new(&by_descriptor(&file)).exists().then_some(file)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    #[expect(clippy::unused_self, reason = "the same signature as on Linux")]
    fn nameless(&self, _: Mode) -> Option<File> {
        None
    }

    /// Removes the drafts of processes that were killed. Only who holds the lock may do that.
    pub(crate) fn remove_stale_drafts(&self) {
        let Ok(entries) = Dir::read_from(&self.file) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_bytes().starts_with(DRAFT.as_bytes()) {
                // What cannot be removed is in no one's way.
                let _ = unlinkat(&self.file, entry.file_name(), AtFlags::empty());
            }
        }
    }

    /// Writes the folder's names to the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match self.file.sync_all() {
            // Some file systems cannot do that with a folder, and write names at once.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            outcome => outcome,
        }
    }

    #[cfg(target_os = "linux")]
    fn is_mount_point(&self, name: &OsStr) -> bool {
        use rustix::fs::{StatxAttributes, StatxFlags, statx};
        let found = statx(&self.file, name, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
        found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "the same signature as on Linux")]
    fn is_mount_point(&self, _: &OsStr) -> bool {
        false
    }
}

impl Present {
    pub(crate) fn is_open_to_others(&self) -> bool {
        self.file.metadata().is_ok_and(|found| found.mode() & 0o077 != 0)
    }

    pub(crate) fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |found| found.len())
    }
}

impl Draft<'_> {
    /// Gives it the owner, the group, the permissions and the access list of a file.
    pub(crate) fn take_after(&mut self, present: &Present) -> io::Result<()> {
        let (own, other) = (fstat(&self.file)?, fstat(&present.file)?);
        let owner = (own.st_uid != other.st_uid).then(|| Uid::from_raw(other.st_uid));
        let group = (own.st_gid != other.st_gid).then(|| Gid::from_raw(other.st_gid));
        if owner.is_some() || group.is_some() {
            fchown(&self.file, owner, group)?;
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        crate::attributes::copy(&present.file, &self.file)?;
        // Changing the owner removes some of the permissions.
        fchmod(&self.file, Mode::from_raw_mode(other.st_mode & PERMISSIONS))?;
        Ok(())
    }

    /// Gives it a name that no file has. Returns false if one has it.
    pub(crate) fn place_new(&mut self, name: &OsStr) -> io::Result<bool> {
        let folder = &self.folder.file;
        let linked = match &self.name {
            None => linkat(CWD, by_descriptor(&self.file), folder, name, AtFlags::SYMLINK_FOLLOW),
            Some(draft) => match linkat(folder, draft, folder, name, AtFlags::empty()) {
                // A file system without hard links.
                Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
                    return self.move_to_new(name);
                }
                linked => linked,
            },
        };
        match linked {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn move_to_new(&mut self, name: &OsStr) -> io::Result<bool> {
        match statat(&self.folder.file, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(false),
            Err(Errno::NOENT) => self.replace(name).map(|()| true),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts it in the place of the file with this name.
    pub(crate) fn replace(&mut self, name: &OsStr) -> io::Result<()> {
        let folder = &self.folder.file;
        while self.name.is_none() {
            let draft = unused_name(DRAFT);
            let path = by_descriptor(&self.file);
            match linkat(CWD, path, folder, &draft, AtFlags::SYMLINK_FOLLOW) {
                Ok(()) => self.name = Some(draft),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(draft) = &self.name {
            renameat(folder, draft, folder, name)?;
            self.name = None;
        }
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // The next process removes what this one cannot.
            let _ = unlinkat(&self.folder.file, name, AtFlags::empty());
        }
    }
}

fn open(folder: impl std::os::fd::AsFd, name: &OsStr, flags: OFlags) -> io::Result<File> {
    let file: OwnedFd = openat(folder, name, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(File::from(file))
}

/// The path of an open file.
fn by_descriptor(file: &File) -> String {
    format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(file))
}

fn check_type(found: &Stat, shown: &Path) -> Result<(), FileError> {
    let what = match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Directory => "is a folder",
        FileType::Fifo => "is a pipe (FIFO), not a file",
        FileType::Socket => "is a socket, not a file",
        FileType::BlockDevice | FileType::CharacterDevice => "is a device, not a file",
        _ => "is not a file",
    };
    Err(FileError::new(FileErrorKind::NotAFile, shown, what, "name a file"))
}

/// A name that no other process is likely to choose.
pub(crate) fn unused_name(prefix: &str) -> OsString {
    let random = RandomState::new().build_hasher().finish();
    format!("{prefix}{random:016x}").into()
}
