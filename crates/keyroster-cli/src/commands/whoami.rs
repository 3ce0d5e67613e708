//! `keyroster whoami`: checks the accounts' own credentials.

use std::io::Write;

use anstyle::Style;
use keyroster::{Access, Principal, Provider, Timestamp};
use serde::Serialize;

use crate::accounts::Source;
use crate::args::WhoAmI;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::{
    Column, Document, FailedAccount, GOOD, ListFormat, Table, format, print_json, schema, stdout,
    text,
};
use crate::terminal::Terminal;

#[derive(Serialize)]
struct Entry<'a> {
    account: &'a str,
    provider: String,
    #[serde(flatten)]
    principal: &'a Principal,
}

const COLUMNS: [Column; 7] = [
    Column::titled("ACCOUNT").shrinks(12),
    Column::titled("CREDENTIAL"),
    Column::titled("KEY").shrinks(8),
    Column::titled("ACCESS"),
    Column::titled("QUOTA").drops(2),
    Column::titled("EXPIRES").drops(1),
    Column::titled("OWNER").shrinks(8).drops(3),
];

pub(crate) async fn run(
    accounts: &Source<'_>,
    whoami: &WhoAmI,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let mut accounts = accounts.open().await?;
    accounts.select(whoami.account.as_deref())?;
    let ask = |provider: Provider| async move {
        let principal = provider.whoami().await?;
        Ok((provider, principal))
    };
    let answers = accounts.roster().ask(ask).await;
    let count = answers.len();
    let mut known = Vec::new();
    let mut failures = Vec::new();
    for (account, answer) in answers {
        match answer {
            Ok((provider, principal)) => known.push((account, provider, principal)),
            Err(error) => failures.push(error),
        }
    }
    let mut out = stdout();
    if whoami.output == ListFormat::Json {
        let entries: Vec<Entry<'_>> = known
            .iter()
            .map(|(account, provider, principal)| Entry {
                account,
                provider: provider.info().id.to_string(),
                principal,
            })
            .collect();
        let failures: Vec<_> = failures.iter().map(FailedAccount::of_error).collect();
        let json = serde_json::json!({ "accounts": entries, "failures": failures });
        print_json(&Document::new(schema::WHOAMI, json), &mut out)?;
    } else if !known.is_empty() {
        let mut table = Table::new(&COLUMNS);
        let now = clock::now();
        for (account, _, principal) in &known {
            table.push(row(account, principal, now));
        }
        table.print(terminal.width, &mut out)?;
    }
    out.flush()?;
    drop(out);
    for error in &failures {
        terminal.failure(error);
    }
    for (account, _, principal) in &known {
        if matches!(principal.access, Access::Scoped { .. }) {
            terminal.warning(&format!(
                "the credential of `{account}` has limited access; it may not be able to manage keys"
            ));
        }
    }
    Ok(match failures.first() {
        None => Exit::Done,
        Some(error) if failures.len() == count => Exit::from(error.kind()),
        Some(_) => Exit::Partial,
    })
}

fn row(account: &str, principal: &Principal, now: Timestamp) -> Vec<(String, Style)> {
    let plain = |text: String| (text, Style::new());
    let unknown = || format::UNKNOWN.to_owned();
    let key = principal.key_id.as_ref().map(|id| text::clean(id.as_str()));
    let key = key.or_else(|| principal.hint.as_deref().map(text::clean)).unwrap_or_else(unknown);
    let owner = principal.owner.as_ref().map_or_else(unknown, |owner| text::clean(&owner.id));
    vec![
        plain(account.to_owned()),
        ("valid".to_owned(), GOOD),
        plain(key),
        plain(format::access(&principal.access)),
        plain(format::quota(&principal.quota)),
        plain(format::expiry(principal.expiry, now)),
        plain(owner),
    ]
}
