//! `keyroster accounts test`: whether accounts can be asked.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anstyle::Style;
use futures_util::future::join_all;
use glob::Pattern;
use keyroster::{Access, Error, PageRequest, PageStart, Principal, Provider};
use serde::Serialize;

use crate::accounts::Source;
use crate::args::{AccountsTest, ListFormat};
use crate::failure::{self, Failure, PARTIAL};
use crate::output::{BAD, Column, FailedAccount, GOOD, Table, Terminal, print_json, stdout};
use crate::view;

/// An account that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

const COLUMNS: [Column; 5] = [
    Column { title: "ACCOUNT", shrinks_to: None, drops: 0 },
    Column { title: "PROVIDER", shrinks_to: None, drops: 0 },
    Column { title: "CREDENTIAL", shrinks_to: None, drops: 0 },
    Column { title: "LISTS KEYS", shrinks_to: None, drops: 0 },
    Column { title: "ACCESS", shrinks_to: None, drops: 1 },
];

#[derive(Serialize)]
struct Entry<'a> {
    account: &'a str,
    provider: String,
    /// Whether the vendor accepts the credential; none where it cannot be asked for that alone.
    credential: Option<bool>,
    lists_keys: bool,
    access: Access,
}

/// What one account answered.
pub(crate) struct Answer {
    pub(crate) principal: Option<Result<Principal, Error>>,
    pub(crate) page: Result<(), Error>,
}

pub(super) async fn run(
    accounts: &Source<'_>,
    test: &AccountsTest,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let mut accounts = accounts.open().await?;
    let patterns =
        test.accounts.iter().map(|text| Pattern::new(text)).collect::<Result<Vec<_>, _>>();
    let patterns = patterns
        .map_err(|error| Failure::Usage(format!("the account is no pattern: {}", error.msg)))?;
    accounts.retain(|account| {
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&account.name))
    })?;
    let (selected, mut failures) = accounts.select_each(None).await?;
    let count = selected.len() + failures.len();
    let answers = join_all(selected.iter().map(|(_, provider)| ask(provider))).await;
    let mut entries = Vec::new();
    for ((name, provider), answer) in selected.iter().zip(answers) {
        let Answer { principal, page } = answer;
        let access = match &principal {
            Some(Ok(principal)) => principal.access.clone(),
            _ => Access::Unknown,
        };
        entries.push(Entry {
            account: name,
            provider: provider.info().id.to_string(),
            credential: principal.as_ref().map(Result::is_ok),
            lists_keys: page.is_ok(),
            access,
        });
        // One that is refused is refused everywhere; said once is enough.
        failures.extend(principal.and_then(Result::err).or(page.err()));
    }
    let mut out = stdout();
    match test.output {
        ListFormat::Json => {
            let failures: Vec<_> = failures.iter().map(FailedAccount::of_error).collect();
            print_json(
                &serde_json::json!({ "accounts": entries, "failures": failures }),
                &mut out,
            )?;
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
        terminal.error(&error.to_string());
    }
    Ok(match failures.first() {
        None => ExitCode::SUCCESS,
        Some(error) if failures.len() == count => ExitCode::from(failure::code(error.kind())),
        Some(_) => ExitCode::from(PARTIAL),
    })
}

/// Asks whose credential it is, and for the first page of keys.
pub(crate) async fn ask(provider: &Provider) -> Answer {
    let own = async {
        if provider.info().capabilities.whoami { Some(provider.whoami().await) } else { None }
    };
    let first = PageRequest::new(PageStart::First);
    let both = async { tokio::join!(own, provider.page(&first)) };
    match tokio::time::timeout(PATIENCE, both).await {
        Ok((principal, page)) => Answer { principal, page: page.map(drop) },
        Err(_) => Answer { principal: None, page: Err(silent(provider)) },
    }
}

fn silent(provider: &Provider) -> Error {
    let message = format!("no answer within {PATIENCE:?}");
    let error = Error::new(keyroster::ErrorKind::Transport, message);
    let error = error.with_provider(provider.info().id.clone());
    match provider.account() {
        Some(account) => error.with_account(account),
        None => error,
    }
}

fn row(entry: &Entry<'_>) -> Vec<(String, Style)> {
    let plain = |text: &str| (view::clean(text), Style::new());
    let verdict = |good: bool, words: [&str; 2]| {
        if good { (words[0].to_owned(), GOOD) } else { (words[1].to_owned(), BAD) }
    };
    vec![
        plain(entry.account),
        plain(&entry.provider),
        match entry.credential {
            Some(good) => verdict(good, ["good", "refused"]),
            None => plain(view::UNKNOWN),
        },
        verdict(entry.lists_keys, ["yes", "no"]),
        plain(&view::access(&entry.access)),
    ]
}
