//! `keyroster accounts test`: whether accounts work.

use std::io::Write;
use std::sync::Arc;

use anstyle::Style;
use glob::Pattern;
use keyroster::{Access, Error, ErrorKind, Principal};
use serde::Serialize;

use crate::accounts::Source;
use crate::accounts::check::{self, Answer};
use crate::args::AccountsTest;
use crate::exit::{Exit, Failure};
use crate::output::{
    BAD, Column, Document, FailedAccount, GOOD, ListFormat, Table, format, print_json, schema,
    stdout, text,
};
use crate::terminal::Terminal;

const COLUMNS: [Column; 5] = [
    Column::titled("ACCOUNT"),
    Column::titled("PROVIDER"),
    Column::titled("CREDENTIAL"),
    Column::titled("LISTS KEYS"),
    Column::titled("ACCESS").drops(1),
];

#[derive(Serialize)]
struct Entry {
    account: Arc<str>,
    provider: String,
    /// Whether the vendor accepts the credential. `None` if it did not say.
    credential: Option<bool>,
    lists_keys: bool,
    access: Access,
}

pub(super) async fn run(
    accounts: &Source<'_>,
    test: &AccountsTest,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let mut accounts = accounts.open().await?;
    let patterns =
        test.accounts.iter().map(|text| Pattern::new(text)).collect::<Result<Vec<_>, _>>();
    let patterns = patterns
        .map_err(|error| Failure::usage(format!("invalid account pattern: {}", error.msg)))?;
    accounts.retain(|account| {
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&account.name))
    })?;
    let answers = check::check(accounts.roster()).await;
    let count = answers.len();
    let mut entries = Vec::new();
    let mut failures = Vec::new();
    for (account, answer) in answers {
        let Answer { provider, principal, page, .. } = match answer {
            Ok(answer) => answer,
            Err(error) => {
                failures.push(error);
                continue;
            }
        };
        let access = match &principal {
            Some(Ok(principal)) => principal.access.clone(),
            _ => Access::Unknown,
        };
        entries.push(Entry {
            account,
            provider: provider.info().id.to_string(),
            credential: principal.as_ref().and_then(verdict),
            lists_keys: page.is_ok(),
            access,
        });
        // A credential that is refused is refused everywhere, so one error is enough.
        failures.extend(principal.and_then(Result::err).or(page.err()));
    }
    let mut out = stdout();
    match test.output {
        ListFormat::Json => {
            let failures: Vec<_> = failures.iter().map(FailedAccount::of_error).collect();
            let json = serde_json::json!({ "accounts": entries, "failures": failures });
            print_json(&Document::new(schema::TESTS, json), &mut out)?;
        }
        ListFormat::Table if entries.is_empty() => {}
        ListFormat::Table => {
            let mut table = Table::new(&COLUMNS);
            for entry in &entries {
                table.push(row(entry));
            }
            table.print(terminal.width, &mut out)?;
        }
    }
    out.flush()?;
    drop(out);
    for error in &failures {
        terminal.failure(error);
    }
    Ok(match failures.first() {
        None => Exit::Done,
        Some(error) if failures.len() == count => Exit::from(error.kind()),
        Some(_) => Exit::Partial,
    })
}

/// Whether the vendor accepts the credential. `None` if it could not be asked.
fn verdict(answer: &Result<Principal, Error>) -> Option<bool> {
    match answer {
        Ok(_) => Some(true),
        Err(error) => match error.kind() {
            ErrorKind::Unauthenticated | ErrorKind::PermissionDenied => Some(false),
            _ => None,
        },
    }
}

fn row(entry: &Entry) -> Vec<(String, Style)> {
    let plain = |text: &str| (text::clean(text), Style::new());
    let verdict = |good: bool, words: [&str; 2]| {
        if good { (words[0].to_owned(), GOOD) } else { (words[1].to_owned(), BAD) }
    };
    vec![
        plain(&entry.account),
        plain(&entry.provider),
        match entry.credential {
            Some(good) => verdict(good, ["valid", "refused"]),
            None => plain(format::UNKNOWN),
        },
        verdict(entry.lists_keys, ["yes", "no"]),
        plain(&format::access(&entry.access)),
    ]
}
