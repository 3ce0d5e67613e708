//! House rules that no other tool checks.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Which of our packages each one may depend on. Dependencies point one way.
const MAY_DEPEND_ON: [(&str, &[&str]); 7] = [
    ("keyroster-core", &[]),
    ("keyroster-http", &["keyroster-core"]),
    ("keyroster-testkit", &["keyroster-core", "keyroster-http"]),
    ("keyroster-files", &[]),
    ("keyroster-sandbox", &[]),
    ("keyroster", &["keyroster-core", "keyroster-http", "provider-*"]),
    ("keyroster-cli", &["keyroster", "keyroster-files", "keyroster-sandbox"]),
];

/// The files of every provider. It may have more, for what only its vendor has.
const PROVIDER_FILES: [&str; 6] = [
    "README.md",
    "src/client.rs",
    "src/lib.rs",
    "src/normalize.rs",
    "src/settings.rs",
    "src/wire.rs",
];

/// Maximum number of lines of a Rust file. A longer one has more than one subject.
const MAX_LINES: usize = 800;

/// Maximum number of lines of the facade, which only re-exports.
const MAX_FACADE_LINES: usize = 150;

/// Text that no source may contain, and why. Split in two, so that this file passes.
const FORBIDDEN: [(&str, &str, &str); 6] = [
    ("#[ig", "nore", "a test that does not run proves nothing"),
    ("tod", "o!(", "unfinished"),
    ("unimple", "mented!(", "unfinished"),
    ("#[instr", "ument", "it records arguments, and an argument may be a secret"),
    ("tracing::instr", "ument(", "it records arguments, and an argument may be a secret"),
    ("connection_", "verbose", "it logs headers and bodies"),
];

/// Returns the violations of the house rules, one line each.
///
/// # Errors
///
/// A file of the workspace cannot be read.
pub fn check(root: &Path) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let packages = packages(root)?;
    for package in &packages {
        complaints.extend(dependencies(package)?);
        if package.name.starts_with("provider-") {
            complaints.extend(provider_files(package));
        }
    }
    complaints.extend(facade(root, &packages)?);
    complaints.extend(crate::structure::check(root)?);
    complaints.extend(crate::words::check(root)?);
    for source in sources(root)? {
        complaints.extend(source_rules(root, &source)?);
    }
    Ok(complaints)
}

struct Package {
    name: String,
    folder: PathBuf,
    manifest: Table,
}

fn packages(root: &Path) -> io::Result<Vec<Package>> {
    let mut packages = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let manifest = manifest(&folder)?;
        let name = manifest["package"]["name"].as_str().unwrap_or_default().to_owned();
        packages.push(Package { name, folder, manifest });
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

fn manifest(folder: &Path) -> io::Result<Table> {
    let path = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&path)?;
    text.parse().map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

fn names(table: Option<&Value>) -> BTreeSet<String> {
    table.and_then(Value::as_table).map(|t| t.keys().cloned().collect()).unwrap_or_default()
}

/// A package has the name of its folder, and depends only on packages below it.
fn dependencies(package: &Package) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let Package { name, folder, manifest } = package;
    if folder.file_name().and_then(|folder| folder.to_str()) != Some(name) {
        complaints.push(format!("{}: the folder is not named after its package", folder.display()));
    }
    let allowed: &[&str] = if name.starts_with("provider-") {
        &["keyroster-core", "keyroster-http"]
    } else {
        let known = MAY_DEPEND_ON.iter().find(|(known, _)| known == name);
        known.ok_or_else(|| io::Error::other(format!("tidy does not know the package {name}")))?.1
    };
    for dependency in names(manifest.get("dependencies")) {
        let ours = dependency.starts_with("keyroster") || dependency.starts_with("provider-");
        let fits = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(start) => dependency.starts_with(start),
            None => dependency == **pattern,
        };
        if ours && !allowed.iter().any(fits) {
            complaints.push(format!("{name}: may not depend on {dependency}"));
        }
    }
    Ok(complaints)
}

fn provider_files(package: &Package) -> Vec<String> {
    let missing = PROVIDER_FILES.iter().filter(|file| !package.folder.join(file).is_file());
    missing.map(|file| format!("{}: {file} is missing", package.name)).collect()
}

/// A provider's crate, its feature and its module in the facade share a name. That its id is the same name
/// is checked by the integration tests, since only the provider's code says what its id is.
fn facade(root: &Path, packages: &[Package]) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let folder = root.join("crates/keyroster");
    let features = names(manifest(&folder)?.get("features"));
    let text = std::fs::read_to_string(folder.join("src/lib.rs"))?;
    if text.lines().count() > MAX_FACADE_LINES {
        complaints.push(format!("keyroster: src/lib.rs has more than {MAX_FACADE_LINES} lines"));
    }
    let providers = packages.iter().filter_map(|package| package.name.strip_prefix("provider-"));
    let providers: BTreeSet<String> = providers.map(str::to_owned).collect();
    let mut expected = providers.clone();
    expected.extend(["all-providers".to_owned(), "default".to_owned()]);
    if features != expected {
        complaints.push(format!("keyroster: the features are {features:?}, not {expected:?}"));
    }
    for provider in providers {
        let module = provider.replace('-', "_");
        if !text.contains(&format!("pub use provider_{module} as {module};")) {
            complaints.push(format!("keyroster: there is no module `{module}` for {provider}"));
        }
    }
    Ok(complaints)
}

/// Every Rust file of the workspace.
fn sources(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["bench", "crates", "examples", "prove", "tests", "xtask"]
        .iter()
        .map(|folder| root.join(folder))
        .collect();
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !matches!(name, "target" | "node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn source_rules(root: &Path, path: &Path) -> io::Result<Vec<String>> {
    let text = std::fs::read_to_string(path)?;
    let name = path.strip_prefix(root).unwrap_or(path).display();
    let mut complaints = Vec::new();
    if !text.starts_with("//!") && !text.starts_with("#![doc") {
        complaints.push(format!("{name}: does not begin with its subject (`//!`)"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        complaints.push(format!("{name}: {lines} lines; split it, the maximum is {MAX_LINES}"));
    }
    for (head, tail, why) in FORBIDDEN {
        if text.contains(&format!("{head}{tail}")) {
            complaints.push(format!("{name}: contains `{head}{tail}`: {why}"));
        }
    }
    Ok(complaints)
}
