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

const UNRECOGNISED: &str = "no account's vendor recognises the secret, and it is shown to no other; if you \
                            know whose it is, add --account";

/// Who may see the secret.
struct Asked {
    accounts: Vec<(String, Provider)>,
    secret: Secret,
    /// Accounts that cannot be asked.
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
        recognising(&accounts, secret).await
    };
    if asked.is_empty() && failures.len() < accounts.definitions().count() {
        for error in &failures {
            terminal.error(&error.to_string());
        }
        return Err(Failure::usage(UNRECOGNISED.to_owned()));
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
                // The others have nothing to add.
                if found {
                    break;
                }
            }
            Err(error) => failures.push(error),
        }
    }
    drop(answering);
    answers.sort_by_key(|(place, ..)| *place);
    // The account that has the key tells most; otherwise the first that answered.
    let best = answers.iter().position(|(_, _, answer)| !answer.keys.is_empty()).unwrap_or(0);
    if answers.is_empty() {
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else {
            return Err(Failure::usage(UNRECOGNISED.to_owned()));
        };
        for error in failures {
            terminal.error(&error.to_string());
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
        terminal.error(&error.to_string());
    }
    Ok(if failures.is_empty() { Exit::Done } else { Exit::Partial })
}

/// Reads the secret from where the user says; what was written in place of that is not shown, as it may
/// be the secret itself.
fn read(source: &str) -> Result<Secret, Failure> {
    let unreadable = |what: &str, error: &dyn std::fmt::Display| {
        Failure::usage(format!("{what} cannot be read: {error}"))
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
            .ok_or_else(|| Failure::usage("that environment variable is not set".to_owned()))?,
        _ => {
            return Err(Failure::usage(
                "the secret is not taken from the command line, where others can read it; give `-` and \
                 pipe it in, `file:PATH` or `env:NAME`"
                    .to_owned(),
            ));
        }
    };
    let text = Secret::new(text);
    let trimmed = Secret::from(text.expose().trim());
    if trimmed.is_empty() {
        return Err(Failure::usage("there is no secret: the input is empty".to_owned()));
    }
    Ok(trimmed)
}

/// The account that the user names, whatever shape the secret has; no other is opened.
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
            "the secret has not the shape of `{name}`'s vendor; what that says of it proves little"
        ));
    }
    let accounts = vec![(name.to_owned(), provider)];
    Ok(Asked { accounts, secret, failures: Vec::new() })
}

/// The accounts whose vendor recognises the secret, as it is or as the value of a line `NAME=value`. Of a
/// vendor that does not, one account is opened, to know that.
async fn recognising(accounts: &Accounts, secret: Secret) -> Asked {
    let value = assigned(&secret);
    let (mut whole, mut part, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    let mut providers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for account in accounts.definitions() {
        providers.entry(&account.provider).or_default().push(&account.name);
    }
    for names in providers.into_values() {
        let mut names = names.into_iter();
        // One that cannot be opened knows no shape.
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

/// The value of a line `NAME=value`, as it stands in a `.env` file.
fn assigned(secret: &Secret) -> Option<Secret> {
    let (name, value) = secret.expose().split_once('=')?;
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let value = value.trim();
    let value = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    // What is left of base64 that ends with `=` is no value.
    let usable = is_variable(name) && !value.is_empty() && !value.starts_with('=');
    usable.then(|| Secret::from(value))
}

fn print(account: &str, answer: &Identification, out: &mut impl Write) -> Result<(), Failure> {
    let now = clock::now();
    let works = match answer.liveness {
        Liveness::Live => "live: the vendor accepts it",
        Liveness::Dead => "dead: the vendor refuses it",
        _ => "unknown: it could not be tried",
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
                Some(id) => format!("{id}, which is none of this account's"),
                None if compared => "in no list of this account".to_owned(),
                None => "cannot be told".to_owned(),
            },
        ));
    }
    lines.extend(answer.evidence.iter().map(|sentence| ("Because", text::clean(sentence))));
    for (title, text) in lines {
        writeln!(out, "{BOLD}{title:<12}{BOLD:#} {text}")?;
    }
    Ok(())
}
