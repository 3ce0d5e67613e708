//! `keyroster identify`: whose key a secret belongs to.

use std::io::{Read, Write};
use std::process::ExitCode;

use keyroster::{Error, Identification, Liveness, Provider, Secret};

use crate::accounts::{Accounts, Source};
use crate::args::{Identify, ListFormat};
use crate::commands::schema;
use crate::failure::Failure;
use crate::output::{BOLD, Document, Record, Terminal, print_json, stdout};
use crate::{env, view};

pub(crate) async fn run(
    accounts: &Source<'_>,
    identify: &Identify,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let secret = read(&identify.source)?;
    let accounts = accounts.open().await?;
    let asked = asked(&accounts, identify.account.as_deref(), &secret).await?;
    warn_of_shape(&accounts, &asked, &secret, terminal).await?;
    let mut answers = Vec::new();
    let mut failures: Vec<Error> = Vec::new();
    for (account, provider) in &asked {
        match provider.identify(&secret).await {
            Ok(answer) => {
                let found = !answer.keys.is_empty();
                answers.push((account.as_str(), answer));
                if found {
                    break;
                }
            }
            Err(error) => failures.push(error),
        }
    }
    // The account that has the key tells most; otherwise the first that answered.
    let best = answers.iter().position(|(_, answer)| !answer.keys.is_empty()).unwrap_or(0);
    if answers.is_empty() {
        return match failures.into_iter().next() {
            Some(error) => Err(error.into()),
            None => Err(Failure::Usage("no account was asked".to_owned())),
        };
    }
    let (account, answer) = answers.swap_remove(best);
    let mut out = stdout();
    match identify.output {
        ListFormat::Json => {
            let now = view::now();
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
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// Reads the secret from where the user says; what was written in place of that is not shown, as it may
/// be the secret itself.
fn read(source: &str) -> Result<Secret, Failure> {
    let unreadable = |what: &str, error: &dyn std::fmt::Display| {
        Failure::Usage(format!("{what} cannot be read: {error}"))
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
            .ok_or_else(|| Failure::Usage("that environment variable is not set".to_owned()))?,
        _ => {
            return Err(Failure::Usage(
                "the secret is not taken from the command line, where others can read it; give `-` and \
                 pipe it in, `file:PATH` or `env:NAME`"
                    .to_owned(),
            ));
        }
    };
    let text = Secret::new(text);
    let trimmed = Secret::from(text.expose().trim());
    if trimmed.is_empty() {
        return Err(Failure::Usage("there is no secret: the input is empty".to_owned()));
    }
    Ok(trimmed)
}

/// The accounts that may see the secret: the one named, or those whose vendor recognises it.
async fn asked(
    accounts: &Accounts<'_>,
    named: Option<&str>,
    secret: &Secret,
) -> Result<Vec<(String, Provider)>, Failure> {
    let mut asked = accounts.select(named).await?;
    if named.is_none() {
        asked.retain(|(_, provider)| provider.recognizes(secret));
    }
    if asked.is_empty() {
        return Err(Failure::Usage(
            "no account's vendor recognises the secret, and it is shown to no other; if you know whose \
             it is, add --account"
                .to_owned(),
        ));
    }
    Ok(asked)
}

/// Says so when the account that is asked is not of the vendor whose shape the secret has.
async fn warn_of_shape(
    accounts: &Accounts<'_>,
    asked: &[(String, Provider)],
    secret: &Secret,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (all, _) = accounts.select_each(None).await?;
    let known = all.iter().find(|(_, provider)| provider.recognizes(secret));
    if let Some((name, _)) = known
        && !asked.iter().any(|(_, provider)| provider.recognizes(secret))
    {
        terminal.warning(&format!(
            "the secret has the shape of `{name}`'s vendor; what another says of it proves little"
        ));
    }
    Ok(())
}

fn print(account: &str, answer: &Identification, out: &mut impl Write) -> Result<(), Failure> {
    let now = view::now();
    let works = match answer.liveness {
        Liveness::Live => "live: the vendor accepts it",
        Liveness::Dead => "dead: the vendor refuses it",
        _ => "unknown: it could not be tried",
    };
    let mut lines = vec![
        ("Account", account.to_owned()),
        ("Secret", works.to_owned()),
        ("Access", view::access(&answer.principal.access)),
    ];
    lines.extend(answer.keys.iter().map(|key| {
        let (id, name) = (view::clean(key.id.as_str()), view::name(key));
        ("Key", format!("{account}/{id}  {name}  ({})", key.status_at(now)))
    }));
    if answer.keys.is_empty() {
        let id = answer.principal.key_id.as_ref().map(|id| view::clean(id.as_str()));
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
    lines.extend(answer.evidence.iter().map(|sentence| ("Because", view::clean(sentence))));
    for (title, text) in lines {
        writeln!(out, "{BOLD}{title:<12}{BOLD:#} {text}")?;
    }
    Ok(())
}
