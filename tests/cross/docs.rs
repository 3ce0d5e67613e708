//! Tables in our documents that follow from the code. With `UPDATE_DOCS` set, the tests write them.

use keyroster::{Field, Operation, ProviderFactory, ProviderInfo};

use crate::support::docs::assert_fresh;

#[test]
fn the_readme_says_what_each_provider_can_do() {
    assert_fresh("README.md", "capabilities", &capabilities(), "docs");
}

/// A row for each operation, a column for each provider.
fn capabilities() -> String {
    let registry = keyroster::registry();
    let providers: Vec<ProviderInfo> = registry.factories().map(ProviderFactory::info).collect();
    let row = |name: &str, cells: Vec<String>| format!("| {name} | {} |\n", cells.join(" | "));
    let names = providers.iter().map(|info| info.display_name.to_string()).collect();
    let mut table = row("", names);
    table += &format!("|---|{}\n", "---|".repeat(providers.len()));
    for operation in Operation::ALL {
        let cells = providers.iter().map(|info| capability(info, operation)).collect();
        table += &row(operation.as_str(), cells);
    }
    table
}

/// Whether a provider offers an operation, and the fields that it supports.
fn capability(info: &ProviderInfo, operation: Operation) -> String {
    let fields = |fields: Option<&[Field]>| match fields {
        None => "no".to_owned(),
        Some(fields) => fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    match operation {
        Operation::GetKey if !info.capabilities.get => "by listing".to_owned(),
        Operation::CreateKey => fields(info.capabilities.create),
        Operation::UpdateKey => fields(info.capabilities.update),
        operation if info.capabilities.can(operation) => "yes".to_owned(),
        _ => "no".to_owned(),
    }
}
