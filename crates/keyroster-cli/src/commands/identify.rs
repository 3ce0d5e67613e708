//! `keyroster identify`: whose key a secret belongs to.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use futures_util::StreamExt;
use futures_util::stream;
use keyroster::{Error, Identification, Liveness, Provider, Secret};

use crate::accounts::{Accounts, Source};
use crate::args::Identify;
use crate::clock;
use crate::config::is_variable;
use crate::env;
use crate::exit::{Exit, Failure};
use crate::output::{BOLD, Document, ListFormat, Record, format, print_json, schema, stdout, text};
use crate::terminal::Terminal;

/// So many accounts are asked at once.
const ASKED_AT_ONCE: usize = 16;

/// The secret was not sent to anyone.
fn unrecognized() -> Failure {
    Failure::usage("no vendor of your accounts recognizes this secret, so it was not sent to any")
        .with_hint("if you know whose it is, pass --account NAME")
}

/// The accounts that may see the secret.
struct Asked {
    accounts: Vec<(String, Provider)>,
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
    let Asked { accounts: asked, secret, mut failures } = if let Some(name) = &identify.account {
        named(&accounts, name, secret, terminal).await?
    } else {
        recognizing(&accounts, secret).await
    };
    if asked.is_empty() && failures.len() < accounts.definitions().count() {
        for error in &failures {
            terminal.failure(&error);
        }
        return Err(unrecognized());
    }
    let mut answers = Vec::new();
    let mut answering =
        stream::iter(asked.iter().enumerate().map(|(place, (account, provider))| {
            let secret = &secret;
            async move { (place, account.as_str(), provider.identify(secret).await) }
        }))
        .buffer_unordered(ASKED_AT_ONCE);
    while let Some((place, account, answer)) = answering.next().await {
        match answer {
            Ok(answer) => {
                let found = !answer.keys.is_empty();
                answers.push((place, account, answer));
                // No other account can have it as well.
                if found {
                    break;
                }
            }
            Err(error) => failures.push(error),
        }
    }
    drop(answering);
    answers.sort_by_key(|(place, ..)| *place);
    // The account that has the key knows most. Without one, take the first that answered.
    let best = answers.iter().position(|(_, _, answer)| !answer.keys.is_empty()).unwrap_or(0);
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
    let (_, account, answer) = answers.swap_remove(best);
    let mut out = stdout();
    match identify.output {
        ListFormat::Json => {
            let now = clock::now();
            let keys: Vec<_> =
                answer.keys.iter().map(|key| Record::new(account, key, now)).collect();
            let json = serde_json::json!({
                "account": account, "liveness": answer.liveness, "principal": answer.principal,
                "keys": keys, "evidence": answer.evidence,
            });
            print_json(&Document::new(schema::IDENTIFY, json), &mut out)?;
        }
        ListFormat::Table => print(account, &answer, &mut out)?,
    }
    out.flush()?;
    drop(out);
    for error in &failures {
        terminal.failure(&error);
    }
    Ok(if failures.is_empty() { Exit::Done } else { Exit::Partial })
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
    let provider = accounts.find(name).await?;
    let secret = match assigned(&secret) {
        Some(value) if !provider.recognizes(&secret) => value,
        _ => secret,
    };
    if !provider.recognizes(&secret) {
        let name = text::clean(name);
        terminal.warning(&format!(
            "this does not look like a secret of `{name}`'s vendor, so its answer proves little"
        ));
    }
    let accounts = vec![(name.to_owned(), provider)];
    Ok(Asked { accounts, secret, failures: Vec::new() })
}

/// The accounts whose vendor recognizes the secret, as it is or as the value of a line `NAME=value`. One
/// account of each other vendor is opened to find that out.
async fn recognizing(accounts: &Accounts, secret: Secret) -> Asked {
    let value = assigned(&secret);
    let (mut whole, mut part, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    let mut providers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for account in accounts.definitions() {
        providers.entry(&account.provider).or_default().push(&account.name);
    }
    for names in providers.into_values() {
        let mut names = names.into_iter();
        // An account that cannot be opened recognizes nothing.
        let first = loop {
            let Some(name) = names.next() else { break None };
            match accounts.try_find(name).await {
                Some(Ok(provider)) => break Some((name, provider)),
                Some(Err(error)) => failures.push(error),
                None => {}
            }
        };
        let Some((name, provider)) = first else { continue };
        let fitting = if provider.recognizes(&secret) {
            &mut whole
        } else if value.as_ref().is_some_and(|value| provider.recognizes(value)) {
            &mut part
        } else {
            continue;
        };
        fitting.push((name.to_owned(), provider));
        let rest: Vec<&str> = names.collect();
        let opened = stream::iter(rest).map(async |name| (name, accounts.try_find(name).await));
        let opened: Vec<_> = opened.buffered(ASKED_AT_ONCE).collect().await;
        for (name, provider) in opened {
            match provider {
                Some(Ok(provider)) => fitting.push((name.to_owned(), provider)),
                Some(Err(error)) => failures.push(error),
                None => {}
            }
        }
    }
    match value {
        Some(value) if whole.is_empty() => Asked { accounts: part, secret: value, failures },
        _ => Asked { accounts: whole, secret, failures },
    }
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
        let (id, name) = (text::clean(key.id.as_str()), format::name(key));
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
