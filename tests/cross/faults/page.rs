//! The matrix as tables in `docs/faults.md`.

use std::path::PathBuf;

use keyroster_sandbox::Vendor;

use super::cell::Cell;
use super::rule::{Class, Task, Times, Trouble};

const BEGIN: &str = "<!-- faults:begin -->\n";
const END: &str = "<!-- faults:end -->";

/// Every cell, table by table and row by row.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for vendor in [Vendor::Pinata, Vendor::OpenRouter] {
        for times in [Times::Once, Times::Always] {
            for trouble in Trouble::ALL {
                cells.extend(Task::ALL.map(|task| Cell { vendor, task, trouble, times }));
            }
        }
    }
    cells
}

/// The tables, of classes in the order of [`cells`].
pub(crate) fn tables(classes: &[Class]) -> String {
    let mut text = String::new();
    let names = Task::ALL.map(Task::name).join(" | ");
    let mut classes = classes.iter();
    for vendor in ["Pinata", "OpenRouter"] {
        for times in ["strikes the operation's first request", "strikes every request"] {
            text += &format!("\n### {vendor}, the fault {times}\n\n");
            text += &format!("| fault | {names} |\n|---|{}\n", "---|".repeat(Task::ALL.len()));
            for trouble in Trouble::ALL {
                let row: Vec<_> = classes.by_ref().take(Task::ALL.len()).collect();
                let row: Vec<_> = row.iter().map(ToString::to_string).collect();
                text += &format!("| {} | {} |\n", trouble.name(), row.join(" | "));
            }
        }
    }
    text + "\n"
}

/// Holds the page against the tables, or writes them into it when `UPDATE_DOCS` is set.
#[expect(clippy::disallowed_methods, reason = "the one switch of the tests")]
pub(crate) fn hold_against_docs(tables: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let fresh = format!("{before}{BEGIN}{tables}{END}{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, fresh).unwrap();
    } else {
        let how = "docs/faults.md is stale; run `UPDATE_DOCS=1 cargo test -p tests faults`";
        assert!(fresh == text, "{how}");
    }
}
