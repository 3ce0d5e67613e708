//! The dependencies of each crate, as Cargo reports them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The dependencies of a package with these features.
fn tree(package: &str, features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        // Dependencies of this system are there without a network; those of other systems may not be.
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--edges", "normal"])
        .args(["--format", "{p}", "--no-default-features", "--package", package])
        .args(["--features", features])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn core_has_no_client_no_runtime_and_no_vendor() {
    let tree = tree("keyroster-core", "");
    for absent in [
        "reqwest",
        "hyper",
        "http",
        "ureq",
        "rustls",
        "native-tls",
        "openssl-sys",
        "tokio",
        "async-std",
        "smol",
        "async-executor",
        "provider-pinata",
        "provider-openrouter",
        "keyroster-http",
    ] {
        assert!(!tree.contains(absent), "keyroster-core depends on {absent}");
    }
    assert!(tree.contains("serde"), "the tree is parsed");
}

/// The source files under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn core_names_no_vendor() {
    let src = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/keyroster-core/src");
    let files = sources(Path::new(src));
    assert!(files.iter().any(|file| file.ends_with("record/key.rs")), "folders are read");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            // Documentation may name vendors; code may not.
            let code = line.split("//").next().unwrap_or_default().to_lowercase();
            assert!(
                !code.contains("pinata") && !code.contains("openrouter"),
                "{}:{}: {line}",
                path.display(),
                number + 1
            );
        }
    }
}

#[test]
fn the_facade_has_no_provider_by_default() {
    let tree = tree("keyroster", "");
    assert!(!tree.iter().any(|package| package.starts_with("provider-")), "{tree:?}");
    assert!(!tree.contains("reqwest"));
}

#[test]
fn a_feature_adds_only_its_provider() {
    for (feature, other) in [("pinata", "openrouter"), ("openrouter", "pinata")] {
        let tree = tree("keyroster", feature);
        assert!(tree.contains(&format!("provider-{feature}")));
        assert!(!tree.contains(&format!("provider-{other}")));
    }
    let tree = tree("keyroster", "all-providers");
    assert!(tree.contains("provider-pinata") && tree.contains("provider-openrouter"));
}

#[test]
fn the_sandbox_depends_on_none_of_ours() {
    let tree = tree("keyroster-sandbox", "");
    let ours = tree
        .iter()
        .filter(|package| package.starts_with("keyroster") || package.starts_with("provider-"));
    assert_eq!(ours.collect::<Vec<_>>(), ["keyroster-sandbox"]);
}
