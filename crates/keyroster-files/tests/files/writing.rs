//! What a written file is like, and what is left next to it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::sync::Barrier;

use keyroster_files::{FileErrorKind, Place, keep};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Path) -> BTreeSet<OsString> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

#[test]
fn no_update_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    let (threads, lines) = (8, 25);
    let together = Barrier::new(threads);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (path, together) = (&path, &together);
            scope.spawn(move || {
                together.wait();
                for line in 0..lines {
                    let mut edit = Place::check(path).unwrap().edit().unwrap();
                    let mut text = edit.read().unwrap();
                    text.extend_from_slice(format!("{thread}-{line}\n").as_bytes());
                    edit.write(&text).unwrap();
                }
            });
        }
    });
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().collect::<BTreeSet<_>>().len(), threads * lines, "{text}");
    assert_eq!(names(folder.path()), [OsString::from("list")].into(), "nothing else is left");
}

#[test]
fn a_new_file_is_private_whatever_the_umask() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    Place::check(&path).unwrap().edit().unwrap().write(b"x").unwrap();
    assert_eq!(mode(&path), 0o600);
    let kept = keep(folder.path(), "kept-", b"x").unwrap();
    assert_eq!(mode(&kept), 0o600);
    assert_ne!(kept, keep(folder.path(), "kept-", b"x").unwrap());
}

#[test]
fn owner_group_and_mode_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs");
    std::fs::write(&path, "old").unwrap();
    for kept in [0o644, 0o640, 0o600, 0o664] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(kept)).unwrap();
        // Only root can give a file away.
        let given = chown(&path, Some(1234), Some(2345)).is_ok();
        Place::check(&path).unwrap().edit().unwrap().write(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(mode(&path), kept);
        let found = path.metadata().unwrap();
        assert!(!given || (found.uid(), found.gid()) == (1234, 2345), "{found:?}");
    }
}

#[test]
fn a_link_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("link"), folder.path().join("there/file"));
    std::fs::create_dir(folder.path().join("there")).unwrap();
    std::fs::write(&file, "old").unwrap();
    symlink("there/file", &link).unwrap();
    let place = Place::check(&link).unwrap();
    assert_eq!(place.target(), file.canonicalize().unwrap());
    place.edit().unwrap().write(b"new").unwrap();
    assert!(link.is_symlink());
    assert_eq!(std::fs::read(&file).unwrap(), b"new");
}

#[test]
fn a_change_by_another_program_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let place = Place::check(&path).unwrap();
    let edit = place.edit().unwrap();
    std::fs::write(&path, "an editor's").unwrap();
    assert_eq!(edit.write(b"ours").unwrap_err().kind(), FileErrorKind::Changed);
    let mut edit = place.edit().unwrap();
    assert_eq!(edit.read().unwrap(), b"an editor's");
    std::fs::write(&path, "an editor's, longer").unwrap();
    assert_eq!(edit.write(b"ours").unwrap_err().kind(), FileErrorKind::Changed);
    assert_eq!(std::fs::read(&path).unwrap(), b"an editor's, longer");
    assert_eq!(names(folder.path()).len(), 1, "no draft is left");
}

#[test]
fn drafts_of_killed_processes_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".keyroster-draft-0123456789abcdef"), "a secret").unwrap();
    std::fs::write(folder.path().join("other"), "ours").unwrap();
    Place::check(&folder.path().join("file")).unwrap();
    assert_eq!(names(folder.path()), [OsString::from("other")].into());
}
