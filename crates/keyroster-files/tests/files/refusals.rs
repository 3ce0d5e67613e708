//! What is refused, and that it stays as it was.

use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use keyroster_files::{FileError, FileErrorKind, Place};

fn refused(path: &Path) -> FileError {
    let error = Place::check(path).unwrap_err();
    assert!(!error.help().is_empty());
    error
}

#[test]
fn only_a_regular_file_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink("/dev/null", at("null")).unwrap();
    for (name, words) in [
        ("folder", "is a folder"),
        ("fifo", "is a pipe"),
        ("socket", "is a socket"),
        ("null", "is a device"),
    ] {
        let error = refused(&at(name));
        assert_eq!(error.kind(), FileErrorKind::NotAFile);
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(at("fifo").metadata().unwrap().file_type().is_fifo());
    assert!(refused(Path::new("/dev/null")).to_string().contains("is a device"));
    for path in ["", ".", "/", "new/", "folder/."] {
        let error = refused(&folder.path().join(path));
        assert_eq!(error.kind(), FileErrorKind::NotAFile, "{path}: {error}");
    }
}

#[test]
fn an_open_file_of_a_process_is_refused() {
    for path in ["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/2"] {
        assert_eq!(refused(Path::new(path)).kind(), FileErrorKind::Link, "{path}");
    }
}

#[test]
fn a_link_to_nowhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    symlink("none", at("one")).unwrap();
    symlink("none/file", at("other")).unwrap();
    symlink("round", at("round")).unwrap();
    for name in ["one", "other", "round"] {
        assert_eq!(refused(&at(name)).kind(), FileErrorKind::Link, "{name}");
        assert!(at(name).is_symlink());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_file_with_two_names_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    std::fs::write(&one, "both").unwrap();
    std::fs::hard_link(&one, &other).unwrap();
    assert_eq!(refused(&other).kind(), FileErrorKind::HardLinks);
    std::fs::remove_file(&one).unwrap();
    Place::check(&other).unwrap();
}

#[test]
fn a_place_without_room_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refused(&folder.path().join("none/file")).kind(), FileErrorKind::Folder);
    let long = refused(&folder.path().join("x".repeat(300)));
    assert!(long.help().contains("shorter"), "{long}");
    // A name that is almost too long leaves no room for a suffix.
    Place::check(&folder.path().join("x".repeat(255))).unwrap().edit().unwrap().write(b"").unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = refused(&file.join("inside"));
    assert_eq!(error.kind(), FileErrorKind::Folder, "{error}");
}

#[test]
fn a_write_protected_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "kept").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
    match Place::check(&path) {
        Err(error) => assert_eq!(error.kind(), FileErrorKind::Protected),
        // Root may write it.
        Ok(_) => assert!(std::fs::File::options().write(true).open(&path).is_ok()),
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"kept");
}
