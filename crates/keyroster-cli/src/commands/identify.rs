//! `keyroster identify`: whose key a secret belongs to.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Write};
use std::sync::Arc;

use keyroster::{Error, Identification, Liveness, Provider, Roster, Secret};
use tokio::sync::watch;

use crate::accounts::{Accounts, Source};
use crate::args::Identify;
use crate::clock;
use crate::config::is_variable;
use crate::exit::{Exit, Failure};
use crate::output::{BOLD, Document, ListFormat, Record, format, print_json, schema, stdout, text};
use crate::platform::env;
use crate::terminal::Terminal;

/// The secret was not sent to anyone.
fn unrecognized() -> Failure {
    Failure::usage("no vendor of your accounts recognizes this secret, so it was not sent to any")
        .with_hint("if you know whose it is, pass --account NAME")
}

/// The accounts that may see the secret.
struct Asked {
    roster: Roster,
    secret: Secret,
    /// Accounts that could not be opened.
    failures: Vec<Error>,
}

pub(crate) async fn run(
    accounts: &Source<'_>,
    identify: &Identify,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let secret = read(&identify.source)?;
    let accounts = accounts.open().await?;
    let Asked { roster, secret, mut failures } = if let Some(name) = &identify.account {
        named(&accounts, name, secret, terminal).await?
    } else {
        recognizing(&accounts, secret).await
    };
    if roster.is_empty() && failures.len() < accounts.definitions().count() {
        for error in &failures {
            terminal.failure(error);
        }
        return Err(unrecognized());
    }
    let mut answers = Vec::new();
    for (account, answer) in ask(&roster, &secret).await {
        match answer {
            Ok(Some(answer)) => answers.push((account, answer)),
            Ok(None) => {}
            Err(error) => failures.push(error),
        }
    }
    // The account that has the key knows most. Without one, take the first that answered.
    let best = answers.iter().position(|(_, answer)| !answer.keys.is_empty()).unwrap_or(0);
    if answers.is_empty() {
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else {
            return Err(unrecognized());
        };
        for error in failures {
            terminal.failure(&error);
        }
        return Err(first.into());
    }
    let (account, answer) = answers.swap_remove(best);
    let mut out = stdout();
    match identify.output {
        ListFormat::Json => {
            let now = clock::now();
            let keys: Vec<_> =
                answer.keys.iter().map(|key| Record::new(&account, key, now)).collect();
            let json = serde_json::json!({
                "account": account, "liveness": answer.liveness, "principal": answer.principal,
                "keys": keys, "evidence": answer.evidence,
            });
            print_json(&Document::new(schema::IDENTIFY, json), &mut out)?;
        }
        ListFormat::Table => print(&account, &answer, &mut out)?,
    }
    out.flush()?;
    drop(out);
    for error in &failures {
        terminal.failure(error);
    }
    Ok(if failures.is_empty() { Exit::Done } else { Exit::Partial })
}

/// Asks every account about the secret. When one has its key, the others are given up: no other can have it.
async fn ask(
    roster: &Roster,
    secret: &Secret,
) -> Vec<(Arc<str>, Result<Option<Identification>, Error>)> {
    let (found, is_found) = watch::channel(false);
    let ask = |provider: Provider| {
        let mut is_found = is_found.clone();
        let found = &found;
        async move {
            tokio::select! {
                biased;
                answer = provider.identify(secret) => {
                    let answer = answer?;
                    if !answer.keys.is_empty() {
                        found.send_replace(true);
                    }
                    Ok(Some(answer))
                }
                _ = is_found.wait_for(|is_found| *is_found) => Ok(None),
            }
        }
    };
    roster.ask(ask).await
}

/// Reads the secret from where the user says. Errors do not show the argument, because it may be the secret.
fn read(source: &str) -> Result<Secret, Failure> {
    let unreadable = |what: &str, error: &dyn std::fmt::Display| {
        Failure::usage(format!("cannot read {what}: {error}"))
    };
    let text = match source.split_once(':') {
        _ if source == "-" => {
            let mut text = String::new();
            std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .map_err(|error| unreadable("standard input", &error))?;
            text
        }
        Some(("file", path)) => {
            std::fs::read_to_string(path).map_err(|error| unreadable("the file", &error))?
        }
        Some(("env", name)) => env::variable(name)
            .ok_or_else(|| Failure::usage("this environment variable is not set"))?,
        _ => {
            return Err(Failure::usage(
                "a secret must not be an argument, where others can read it",
            )
            .with_hint("pass `-` and pipe it in, or pass file:PATH or env:NAME"));
        }
    };
    let text = Secret::new(text);
    let trimmed = Secret::from(text.expose().trim());
    if trimmed.is_empty() {
        return Err(Failure::usage("no secret: the input is empty"));
    }
    Ok(trimmed)
}

/// The account that the user names, whatever the secret looks like. No other is opened.
async fn named(
    accounts: &Accounts,
    name: &str,
    secret: Secret,
    terminal: &Terminal,
) -> Result<Asked, Failure> {
    let provider = accounts.open(name).await?;
    let secret = match assigned(&secret) {
        Some(value) if !provider.recognizes(&secret) => value,
        _ => secret,
    };
    if !provider.recognizes(&secret) {
        let name = text::clean(name);
        terminal.warning(&format!(
            "this does not look like a secret of `{name}`'s vendor, so its response proves little"
        ));
    }
    let mut roster = accounts.roster().clone();
    roster.retain(|account| account == name);
    Ok(Asked { roster, secret, failures: Vec::new() })
}

/// The accounts whose vendor recognizes the secret, as it is or as the value of a line `NAME=value`. One
/// account of each other vendor is opened to find that out.
async fn recognizing(accounts: &Accounts, secret: Secret) -> Asked {
    let value = assigned(&secret);
    let mut whole = HashSet::new();
    let mut part = HashSet::new();
    let mut failures = Vec::new();
    let mut providers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for account in accounts.definitions() {
        providers.entry(&account.provider).or_default().push(&account.name);
    }
    for names in providers.into_values() {
        let mut broken = HashSet::new();
        for name in &names {
            let provider = match accounts.roster().open(name).await {
                Ok(provider) => provider,
                // An account that cannot be opened recognizes nothing.
                Err(error) => {
                    broken.insert(*name);
                    failures.push(error);
                    continue;
                }
            };
            let working = names.iter().copied().filter(|name| !broken.contains(name));
            if provider.recognizes(&secret) {
                whole.extend(working);
            } else if value.as_ref().is_some_and(|value| provider.recognizes(value)) {
                part.extend(working);
            }
            break;
        }
    }
    let (names, secret) = match value {
        Some(value) if whole.is_empty() => (part, value),
        _ => (whole, secret),
    };
    let mut roster = accounts.roster().clone();
    roster.retain(|name| names.contains(name));
    Asked { roster, secret, failures }
}

/// The value of a line `NAME=value` of a `.env` file.
fn assigned(secret: &Secret) -> Option<Secret> {
    let (name, value) = secret.expose().split_once('=')?;
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let value = value.trim();
    let value = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    // The rest of base64 that ends with `=` is not a value.
    let usable = is_variable(name) && !value.is_empty() && !value.starts_with('=');
    usable.then(|| Secret::from(value))
}

fn print(account: &str, answer: &Identification, out: &mut impl Write) -> Result<(), Failure> {
    let now = clock::now();
    let works = match answer.liveness {
        Liveness::Live => "live: the vendor accepts it",
        Liveness::Dead => "dead: the vendor refuses it",
        _ => "unknown: it could not be tested",
    };
    let mut lines = vec![
        ("Account", account.to_owned()),
        ("Secret", works.to_owned()),
        ("Access", format::access(&answer.principal.access)),
    ];
    lines.extend(answer.keys.iter().map(|key| {
        let id = text::clean(key.id.as_str());
        let name = format::name(key);
        ("Key", format!("{account}/{id}  {name}  ({})", key.status_at(now)))
    }));
    if answer.keys.is_empty() {
        let id = answer.principal.key_id.as_ref().map(|id| text::clean(id.as_str()));
        let compared = answer.principal.hint.is_some();
        lines.push((
            "Key",
            match id {
                Some(id) => format!("{id}, which is not in this account's list"),
                None if compared => "not in this account's list".to_owned(),
                None => "unknown".to_owned(),
            },
        ));
    }
    lines.extend(answer.evidence.iter().map(|sentence| ("Evidence", text::clean(sentence))));
    for (title, text) in lines {
        writeln!(out, "{BOLD}{title:<12}{BOLD:#} {text}")?;
    }
    Ok(())
}
