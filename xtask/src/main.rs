//! `cargo xtask`: chores of this workspace.
#![expect(clippy::print_stderr, reason = "a chore talks to the person who runs it")]

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str =
    "usage: cargo xtask tidy [--fix | --structure [SRC…] | --words] | api | bench … | prove … | new-provider NAME [--path FOLDER]

  tidy          Check the house rules; --fix first updates the generated tables in the documents;
                --structure prints the top-level modules of each crate (rooms), the dependencies between
                them (arrows), and dependency cycles (circles);
                --words prints the words that docs/style.md rules out
  api           Check that the libraries' public API uses no types from other crates except those on
                an allowlist
  bench         Measure what keyroster costs, next to references:
                bench [PART…] [--size smoke|full] [--write-docs]
  prove         Try keyroster's promises at random:
                prove [NAME…] [--sample] [--seed NUMBER]
  new-provider  Create the crate of a new provider, in crates/provider-NAME or in FOLDER";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outcome = match arguments[..] {
        ["bench", ref rest @ ..] => xtask::program::bench(&root, rest).map(|()| Vec::new()),
        ["prove", ref rest @ ..] => xtask::program::prove(&root, rest).map(|()| Vec::new()),
        ["tidy"] => xtask::tidy::check(&root),
        ["tidy", "--fix"] => xtask::docs::update(&root).and_then(|()| xtask::tidy::check(&root)),
        ["api"] => xtask::api::check(&root),
        ["new-provider", name] => new_provider(&root, name, None),
        ["new-provider", name, "--path", folder] => {
            new_provider(&root, name, Some(Path::new(folder)))
        }
        ["tidy", "--structure", ref sources @ ..] => structure(&root, sources),
        ["tidy", "--words"] => xtask::words::check(&root),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            for complaint in complaints {
                eprintln!("{}: {complaint}", arguments[0]);
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{}: {error}", arguments[0]);
            ExitCode::FAILURE
        }
    }
}

fn new_provider(root: &Path, name: &str, folder: Option<&Path>) -> std::io::Result<Vec<String>> {
    let next_steps = xtask::new_provider::create(root, name, folder)?;
    eprint!("{next_steps}");
    Ok(Vec::new())
}

/// Prints the structure of the given `src` folders; without any, of each of our crates.
fn structure(root: &Path, sources: &[&str]) -> std::io::Result<Vec<String>> {
    let mut folders: Vec<_> = sources.iter().map(std::path::PathBuf::from).collect();
    if folders.is_empty() {
        for entry in std::fs::read_dir(root.join("crates"))? {
            folders.push(entry?.path().join("src"));
        }
        folders.sort();
    }
    for folder in folders {
        let name = folder.parent().and_then(Path::file_name).unwrap_or_default();
        let structure = xtask::structure::read(&folder)?;
        eprint!("{}", structure.report(&name.to_string_lossy(), !sources.is_empty()));
    }
    Ok(Vec::new())
}
