//! Bringing a new secret to safety: it is shown once, by a vendor that keeps no copy.

use std::io::Write;

use keyroster::{CreatedKey, Provider, Secret};

use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::{ListFormat, Record, details, print_json, stdout, text};
use crate::secret::sink::{self, Sink};
use crate::terminal::Terminal;
use crate::terminal::interrupt::Interrupt;

/// Whose secret it is, how it came to be, and what the user wants of it.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) account: &'a str,
    pub(crate) provider: &'a Provider,
    /// `created` or `rotated`.
    pub(crate) done: &'static str,
    pub(crate) part: Option<&'a str>,
    pub(crate) output: ListFormat,
}

/// Checks where the secret shall go, and what of it, before there is one.
pub(crate) fn open(
    sink: &str,
    overwrite: bool,
    part: Option<&str>,
    provider: &Provider,
) -> Result<Sink, Failure> {
    let parts = provider.info().capabilities.secret_parts;
    let Some(part) = part.filter(|part| !parts.contains(part)) else {
        return Sink::open(sink, overwrite).map_err(Failure::usage);
    };
    let known = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    let part = text::clean(part);
    Err(Failure::usage(format!(
        "the vendor hands out no part `{part}` beside the secret, but {known}"
    )))
}

/// Brings the secret to safety first, then looks up the record and shows it.
pub(crate) async fn deliver(
    delivery: Delivery<'_>,
    sink: Sink,
    mut created: CreatedKey,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let Delivery { account, provider, done, part, output } = delivery;
    let reference = format!("{account}/{}", text::clean(created.key.id.as_str()));
    let to_stdout = matches!(sink, Sink::Stdout);
    let (chosen, left) = choose(part, &mut created);
    let delivered = sink.deliver(&chosen);
    let exit = match &delivered {
        Ok(place) => {
            terminal.say(&format!("{done} {reference}; its secret is in {place}"));
            Exit::Done
        }
        Err(error) => {
            terminal.error(&format!(
                "{reference} was {done}, and its secret could not be delivered: {error}"
            ));
            rescue(&chosen, &reference, terminal);
            Exit::Machine
        }
    };
    if !left.is_empty() {
        let left = left.join(", ");
        terminal.warning(&format!("the vendor handed out more, which was not kept: {left}"));
    }
    drop(chosen);
    // Standard output is the secret's alone.
    if to_stdout {
        return Ok(exit);
    }
    // Without the record, the secret is safe as well.
    let _ = Interrupt::listen()?.until_interrupted(provider.fetch_record(&mut created)).await;
    for warning in &created.warnings {
        terminal.warning(&warning.message);
    }
    let (key, now) = (&created.key, clock::now());
    let mut out = stdout();
    let shown = match output {
        ListFormat::Table => details::print(account, key, now, &mut out),
        ListFormat::Json => print_json(&Record::new(account, key, now).alone(), &mut out),
    };
    // The secret is safe; that nobody reads the record changes nothing of that.
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

/// Keeps a secret that could not be delivered, and tells where.
fn rescue(secret: &Secret, reference: &str, terminal: &Terminal) {
    match sink::rescue(secret) {
        Ok(path) => terminal.hint(&format!(
            "the secret is in {}, which nobody else can read; move it to its place",
            path.display()
        )),
        Err(error) => terminal.hint(&format!(
            "it could not be kept anywhere ({error}), so it is lost; revoke the key: keyroster revoke \
             {}",
            text::quoted(reference)
        )),
    }
}
