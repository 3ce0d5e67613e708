//! The results as tables in `docs/faults.md`.

use keyroster_sandbox::Vendor;

use super::cell::Cell;
use super::expected::{Class, Task, Times, Trouble};

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

/// The tables of results in the order of [`cells`].
pub(crate) fn tables(classes: &[Class]) -> String {
    let mut text = String::new();
    let names = Task::ALL.map(Task::name).join(" | ");
    let mut classes = classes.iter();
    for vendor in ["Pinata", "OpenRouter"] {
        for times in ["affects the operation's first request", "affects every request"] {
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
