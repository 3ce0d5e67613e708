//! Delivers a new secret to its sink. The vendor shows it only once.

use std::io::{self, Write};

use keyroster::{CreateKey, CreatedKey, Provider, Secret};

use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::{ListFormat, Record, details, print_json, stdout, text};
use crate::platform::process::Commands;
use crate::secret::sink::{self, Sink};
use crate::terminal::Terminal;
use crate::terminal::interrupt::{Interrupt, Waited};

/// Where a new secret comes from, and how to print its key.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) account: &'a str,
    pub(crate) provider: &'a Provider,
    pub(crate) commands: &'a Commands,
    /// `created` or `rotated`.
    pub(crate) done: &'static str,
    pub(crate) part: Option<&'a str>,
    pub(crate) output: ListFormat,
    /// What the record of a new key is compared with.
    pub(crate) request: Option<&'a CreateKey>,
}

/// Checks where the secret will go, and which part of it, before it exists.
pub(crate) fn open(
    sink: &str,
    overwrite: bool,
    part: Option<&str>,
    provider: &Provider,
) -> Result<Sink, Failure> {
    let parts = provider.info().capabilities.secret_parts;
    let Some(part) = part.filter(|part| !parts.contains(part)) else {
        return Sink::open(sink, overwrite);
    };
    let name = &provider.info().display_name;
    let message = format!("{name} does not return `{}`", text::clean(part));
    Err(Failure::usage(message).with_hint(if parts.is_empty() {
        "leave out --part".to_owned()
    } else {
        format!("pass --part with one of: {}", parts.join(", "))
    }))
}

/// Delivers the secret first, then looks up the record and prints it.
pub(crate) async fn deliver(
    delivery: Delivery<'_>,
    sink: Sink,
    mut created: CreatedKey,
    interrupt: &mut Interrupt,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let Delivery { account, provider, commands, done, part, output, request } = delivery;
    let reference = format!("{account}/{}", text::clean(created.key.id.as_str()));
    let to_stdout = matches!(sink, Sink::Stdout);
    let (chosen, left) = choose(part, &mut created);
    let waited = interrupt.wait_for(sink.deliver(&chosen, commands), || {
        terminal.warning(&format!(
            "interrupted: waiting until the secret of {reference} is delivered; interrupt again to give up"
        ));
    });
    let Waited { result, interrupted } = waited.await;
    let gave_up = result.is_none();
    let delivered = result.unwrap_or_else(|| Err(io::Error::other("interrupted")));
    let exit = match &delivered {
        Ok(place) => {
            terminal.message(&format!("{done} {reference}; its secret is in {place}"));
            Exit::Done
        }
        Err(error) => {
            terminal.error(&format!("{done} {reference}, but could not write its secret: {error}"));
            rescue(&chosen, &reference, terminal);
            interrupted.filter(|_| gave_up).unwrap_or(Exit::Machine)
        }
    };
    if gave_up {
        return Ok(exit);
    }
    if !left.is_empty() {
        let left = left.join(", ");
        let name = &provider.info().display_name;
        terminal.warning(&format!(
            "{name} also returned {left}, which was not saved and cannot be shown again"
        ));
    }
    drop(chosen);
    // Standard output is for the secret only.
    if to_stdout {
        terminal.warnings(&created.warnings);
        return Ok(exit.unless_partial(&created.warnings));
    }
    // The secret is safe without the record, too.
    let _ = interrupt.until_interrupted(provider.fetch_record(&mut created)).await;
    if let Some(request) = request {
        provider.compare_created(request, &mut created);
    }
    terminal.warnings(&created.warnings);
    let exit = exit.unless_partial(&created.warnings);
    let key = &created.key;
    let now = clock::now();
    let mut out = stdout();
    let shown = match output {
        ListFormat::Table => details::print(account, key, now, &mut out),
        ListFormat::Json => {
            let record = Record::new(account, key, now).alone();
            print_json(&record.with_warnings(&created.warnings), &mut out)
        }
    };
    // The secret is safe even if no one reads the record.
    if let Err(error) = shown.and_then(|()| out.flush().map_err(Failure::from))
        && !error.is_broken_pipe()
    {
        return Err(error);
    }
    Ok(exit)
}

/// The value that the user wants, and the names of the others.
fn choose(wanted: Option<&str>, created: &mut CreatedKey) -> (Secret, Vec<String>) {
    let mut parts = std::mem::take(&mut created.parts);
    let chosen = parts.iter().position(|(name, _)| Some(name.as_str()) == wanted);
    let (secret, mut left) = match chosen {
        Some(at) => (parts.swap_remove(at).1, vec!["the secret itself".to_owned()]),
        None => (created.secret.clone(), Vec::new()),
    };
    left.extend(parts.into_iter().map(|(name, _)| format!("`{}`", text::clean(&name))));
    (secret, left)
}

/// Keeps a secret that could not be delivered, and says where.
fn rescue(secret: &Secret, reference: &str, terminal: &Terminal) {
    match sink::rescue(secret) {
        Ok(path) => terminal.error_hint(&format!(
            "the secret is in {}, which only you can read. Move it where it belongs",
            path.display()
        )),
        Err(error) => terminal.error_hint(&format!(
            "the secret is lost ({error}). Revoke the key:\n  keyroster revoke {}",
            text::quoted(reference)
        )),
    }
}
