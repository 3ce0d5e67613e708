//! `cargo xtask`: the workspace's own chores.
#![expect(clippy::print_stderr, reason = "a chore talks to the person who runs it")]

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy [--fix]
       cargo xtask bench [PART…] [--size smoke|full] [--write-docs]

  tidy        check the house rules; --fix writes the generated tables anew
  bench       measure what keyroster costs, beside references";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outcome = match arguments[..] {
        ["bench", ref rest @ ..] => xtask::bench::run(&root, rest).map(|()| Vec::new()),
        ["tidy"] => xtask::tidy::check(&root),
        ["tidy", "--fix"] => xtask::tables::write(&root).and_then(|()| xtask::tidy::check(&root)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            for complaint in complaints {
                eprintln!("tidy: {complaint}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
