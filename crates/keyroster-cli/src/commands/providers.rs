//! `keyroster providers`: what each provider can do, and its settings.

use std::io::Write;

use anstyle::Style;
use keyroster::{Operation, ProviderInfo, Registry};
use serde::Serialize;

use crate::args::Providers;
use crate::exit::{Exit, Failure};
use crate::output::{
    BOLD, Column, DIM, Document, GOOD, ListFormat, Table, print_json, schema, stdout, text,
};
use crate::terminal::Terminal;

/// Column in which the help of a setting begins.
const INDENT: usize = 23;

/// Minimum width of the help of a setting, in columns.
const MIN_WIDTH: usize = 20;

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    info: ProviderInfo,
    settings: Vec<SettingEntry>,
}

#[derive(Serialize)]
struct SettingEntry {
    name: &'static str,
    env: &'static str,
    secret: bool,
    help: &'static str,
}

pub(crate) fn run(
    registry: &Registry,
    providers: &Providers,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let entries: Vec<Entry> = registry
        .factories()
        .map(|factory| Entry {
            info: factory.info(),
            settings: factory
                .settings()
                .iter()
                .map(|setting| SettingEntry {
                    name: setting.name,
                    env: setting.env,
                    secret: setting.secret,
                    help: setting.help,
                })
                .collect(),
        })
        .collect();
    let mut out = stdout();
    match providers.output {
        ListFormat::Json => {
            let body = serde_json::json!({ "providers": entries });
            print_json(&Document::new(schema::PROVIDERS, body), &mut out)?;
        }
        ListFormat::Table => print(&entries, terminal, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn print(entries: &[Entry], terminal: &Terminal, out: &mut impl Write) -> Result<(), Failure> {
    let mut columns = vec![Column::titled("PROVIDER")];
    let operations = Operation::ALL;
    columns.extend(operations.map(|operation| Column::titled(operation.as_str())));
    let mut table = Table::new(&columns);
    for entry in entries {
        let mut row = vec![(entry.info.id.to_string(), Style::new())];
        row.extend(operations.map(|operation| {
            if operation == Operation::GetKey && !entry.info.capabilities.get {
                ("via list".to_owned(), Style::new())
            } else if entry.info.capabilities.can(operation) {
                ("yes".to_owned(), GOOD)
            } else {
                ("no".to_owned(), DIM)
            }
        }));
        table.push(row);
    }
    table.print(terminal.width, out)?;
    for entry in entries {
        let name = &entry.info.display_name;
        let docs = &entry.info.docs_url;
        writeln!(out, "\n{BOLD}{name}{BOLD:#}  {docs}")?;
        if let Some(unlisted) = entry.info.unlisted {
            writeln!(out, "  {:<20} {unlisted}", "(not listed)")?;
        }
        for setting in &entry.settings {
            let room = terminal.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT));
            let help = format!("{} ({})", setting.help, setting.env);
            let mut lines = text::wrapped(&help, room.max(MIN_WIDTH)).into_iter();
            writeln!(out, "  {:<20} {}", setting.name, lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(out, "{:INDENT$}{line}", "")?;
            }
        }
    }
    Ok(())
}
