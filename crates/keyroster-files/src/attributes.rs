//! Extended attributes of a file, its access list among them, on Linux.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};

/// The attribute with the access list.
const ACCESS_LIST: &str = "system.posix_acl_access";

/// Maximum length of the list of names, and of a value, in bytes. Linux has the same.
const MAX_LENGTH: usize = 64 * 1024;

/// Copies the attributes of a file to another one. The access list must be the same; the others are a courtesy.
pub(crate) fn copy(from: &File, to: &File) -> io::Result<()> {
    let mut names = vec![0; MAX_LENGTH];
    // A file system without attributes has none.
    let length = flistxattr(from, &mut names[..]).unwrap_or(0);
    let mut has_list = false;
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = OsStr::from_bytes(name);
        let mut value = vec![0; MAX_LENGTH];
        let copied = fgetxattr(from, name, &mut value[..])
            .and_then(|length| fsetxattr(to, name, &value[..length], XattrFlags::empty()));
        if name == ACCESS_LIST {
            has_list = true;
            copied?;
        }
    }
    if !has_list {
        // The folder may have given it one.
        let _ = fremovexattr(to, ACCESS_LIST);
    }
    Ok(())
}
