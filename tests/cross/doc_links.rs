//! Links and paths in our documents lead to files and headings that exist.

use std::path::{Path, PathBuf};

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut folders = vec![root.join("docs"), root.join("crates"), root.join("examples")];
    let top = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    found.extend(top.filter(|path| path.is_file()));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found
}

/// The text without its blocks and spans of code.
fn prose(text: &str) -> String {
    let blocks = text.split("```").step_by(2).collect::<String>();
    blocks.split('`').step_by(2).collect()
}

/// The targets of links such as `[text](target)`.
fn links(prose: &str) -> impl Iterator<Item = &str> {
    prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// A heading as the end of a link writes it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The paths from the root that the code map names.
#[test]
fn every_path_of_the_architecture_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let mut checked = 0;
    for line in text.lines().filter(|line| line.starts_with("| `crates/")) {
        let cell = line.split('|').nth(1).unwrap();
        let paths: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        // The first path is whole, the others are next to it.
        let folder = Path::new(paths[0].trim_end_matches('/')).parent().unwrap();
        for path in &paths {
            let found = root.join(path).exists() || root.join(folder).join(path).exists();
            assert!(found, "{path} in: {line}");
            checked += 1;
        }
    }
    assert!(checked > 20, "the code map is read: {checked} paths");
}

#[test]
fn every_link_leads_somewhere() {
    let mut checked = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for link in links(&prose(&text)) {
            if link.starts_with("http") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => document.clone(),
                path => document.parent().unwrap().join(path),
            };
            assert!(target.exists(), "{}: nothing is at {link}", document.display());
            if !heading.is_empty() {
                let target = std::fs::read_to_string(target).unwrap();
                let headings = target.lines().filter(|line| line.starts_with('#'));
                let mut anchors = headings.map(|line| anchor(line.trim_start_matches('#').trim()));
                let found = anchors.any(|anchor| anchor == heading);
                assert!(found, "{}: no heading for {link}", document.display());
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "the documents are read: {checked} links");
}
