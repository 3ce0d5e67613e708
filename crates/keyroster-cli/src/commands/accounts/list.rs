//! `keyroster accounts list`: the accounts, and where their credentials are.

use std::io::Write;

use anstyle::Style;
use serde::Serialize;

use crate::accounts::Source;
use crate::args::AccountsList;
use crate::config::{Definition, Origin, Value};
use crate::exit::{Exit, Failure};
use crate::output::{Column, Document, ListFormat, Table, print_json, schema, stdout, text};
use crate::terminal::Terminal;

const COLUMNS: [Column; 5] = [
    Column::titled("ACCOUNT"),
    Column::titled("PROVIDER"),
    Column::titled("CREDENTIAL").shrinks(12),
    Column::titled("TAGS").shrinks(8).drops(2),
    Column::titled("DEFINED IN").shrinks(12).drops(1),
];

#[derive(Serialize)]
struct Entry<'a> {
    account: &'a str,
    provider: &'a str,
    tags: &'a [String],
    credential: Vec<String>,
    described_in: String,
}

pub(super) async fn run(
    accounts: &Source<'_>,
    list: &AccountsList,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let accounts = accounts.open().await?;
    let entries: Vec<Entry<'_>> = accounts
        .definitions()
        .map(|account| Entry {
            account: &account.name,
            provider: &account.provider,
            tags: &account.tags,
            credential: credential(account),
            described_in: described_in(account, accounts.file()),
        })
        .collect();
    let mut out = stdout();
    match list.output {
        ListFormat::Json => {
            let json = serde_json::json!({ "accounts": entries });
            print_json(&Document::new(schema::ACCOUNTS, json), &mut out)?;
        }
        ListFormat::Table => {
            let mut table = Table::new(&COLUMNS);
            for entry in &entries {
                let cells = [
                    entry.account.to_owned(),
                    entry.provider.to_owned(),
                    entry.credential.join(", "),
                    entry.tags.join(", "),
                    entry.described_in.clone(),
                ];
                table.push(cells.map(|cell| (text::clean(&cell), Style::new())).to_vec());
            }
            table.print(terminal.width, &mut out)?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Where each part of the credential is.
fn credential(account: &Definition) -> Vec<String> {
    let settings = account.settings.values();
    let secrets = settings.filter(|setting| !matches!(setting.value, Value::Plain(_)));
    secrets.map(|setting| setting.value.to_string()).collect()
}

/// Where an account is defined, for people.
fn described_in(account: &Definition, file: Option<&std::path::Path>) -> String {
    match (&account.origin, file) {
        (Origin::Line(line), Some(file)) => format!("{}:{line}", file.display()),
        (origin, _) => origin.to_string(),
    }
}
