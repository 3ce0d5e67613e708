//! The tables in our documents that follow from the code.

use std::io;
use std::path::Path;

use keyroster::{Field, Operation, ProviderFactory, ProviderInfo};

/// A table of a document: the mark around it, and what makes it.
struct Generated {
    document: &'static str,
    mark: &'static str,
    make: fn() -> String,
}

const TABLES: [Generated; 1] =
    [Generated { document: "README.md", mark: "capabilities", make: capabilities }];

/// Writes every table anew.
pub fn write(root: &Path) -> io::Result<()> {
    for Generated { document, mark, make } in TABLES {
        let path = root.join(document);
        let text = std::fs::read_to_string(&path)?;
        if let Some(fresh) = with_table(&text, mark, &make()) {
            std::fs::write(path, fresh)?;
        }
    }
    Ok(())
}

/// What is wrong with the tables as they stand.
pub(crate) fn complaints(root: &Path) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for Generated { document, mark, make } in TABLES {
        let text = std::fs::read_to_string(root.join(document))?;
        match with_table(&text, mark, &make()) {
            None => complaints.push(format!("{document}: no marks for the table `{mark}`")),
            Some(fresh) if fresh != text => complaints.push(format!(
                "{document}: the table `{mark}` is stale; run `cargo xtask tidy --fix`"
            )),
            Some(_) => {}
        }
    }
    Ok(complaints)
}

/// The document with another table between its marks; none if there are no marks.
fn with_table(text: &str, mark: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {mark}:begin -->\n"), format!("<!-- {mark}:end -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{table}{end}{after}"))
}

/// What each provider can do.
fn capabilities() -> String {
    let registry = keyroster::registry();
    let providers: Vec<ProviderInfo> = registry.factories().map(ProviderFactory::info).collect();
    let row = |name: &str, cells: Vec<String>| format!("| {name} | {} |\n", cells.join(" | "));
    let cells = |make: &dyn Fn(&ProviderInfo) -> String| providers.iter().map(make).collect();
    let mut table = row("", cells(&|info| info.display_name.to_string()));
    table += &row("---", cells(&|_| "---".to_owned())).replace("| --- ", "|---").replace(" |", "|");
    for operation in Operation::ALL {
        table += &row(operation.name(), cells(&|info| detail(info, operation)));
    }
    table
}

/// Whether a provider can do something, and with what.
fn detail(info: &ProviderInfo, operation: Operation) -> String {
    let with = |fields: Option<&[Field]>| match fields {
        None => "no".to_owned(),
        Some(fields) => fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    match operation {
        Operation::GetKey if !info.capabilities.get => "by listing".to_owned(),
        Operation::CreateKey => with(info.capabilities.create),
        Operation::UpdateKey => with(info.capabilities.update),
        operation if info.capabilities.can(operation) => "yes".to_owned(),
        _ => "no".to_owned(),
    }
}
