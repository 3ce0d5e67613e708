//! `keyroster create`: makes a key, and puts its secret where the user says.

use std::io::Write;
use std::process::ExitCode;

use keyroster::{CreateKey, CreatedKey, Error, Provider, Reset, Secret};

use crate::accounts::Source;
use crate::args::{Create, ListFormat};
use crate::arguments::{create_fields, extras, limit};
use crate::commands::show;
use crate::failure::{self, Failure};
use crate::output::{Record, Terminal, print_json, stdout};
use crate::sink::{self, Sink};
use crate::view;

pub(crate) async fn run(
    accounts: &Source<'_>,
    create: &Create,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let accounts = accounts.open().await?;
    let provider = accounts.find(&create.account)?;
    let request = request(create, &provider)?;
    provider.check_create(&request)?;
    check_part(create, &provider)?;
    // The sink is checked before anything is made: a secret is shown once.
    let sink = Sink::open(&create.secret_to, create.overwrite).map_err(Failure::Usage)?;
    let name = view::clean(&create.name);
    if create.dry_run {
        terminal.say(&format!("would create the key `{name}` at {}", create.account));
        return Ok(ExitCode::SUCCESS);
    }
    let Some(made) = unhurried(provider.create_unread(&request), &name, terminal).await else {
        terminal.error(&format!(
            "interrupted while the key `{name}` was being made; it may exist without anybody holding its \
             secret; look for it with `keyroster list`"
        ));
        return Ok(ExitCode::from(130));
    };
    match made {
        Ok(created) => finish(create, &provider, sink, created, terminal).await,
        Err(error) => {
            terminal.error(&error.to_string());
            interruptible(explain_orphan(&create.account, &provider, &error, terminal)).await;
            Ok(ExitCode::from(failure::code(error.kind())))
        }
    }
}

/// Waits for a create that is on its way. The first interruption is answered and waited out, as the answer
/// may bring the secret; the second gives up.
async fn unhurried<T>(
    create: impl Future<Output = T>,
    name: &str,
    terminal: &Terminal,
) -> Option<T> {
    let mut create = std::pin::pin!(create);
    for round in 0..2 {
        tokio::select! {
            biased;
            made = &mut create => return Some(made),
            _ = tokio::signal::ctrl_c() => {}
        }
        if round == 0 {
            terminal.warning(&format!(
                "the key `{name}` is being made; waiting for its secret; interrupt again to give up"
            ));
        }
    }
    None
}

/// Does what may be left undone, until it is interrupted.
async fn interruptible(work: impl Future<Output = ()>) {
    tokio::select! {
        biased;
        () = work => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Refuses a part that the vendor does not hand out, before the key is made.
fn check_part(create: &Create, provider: &Provider) -> Result<(), Failure> {
    let Some(part) = &create.part else { return Ok(()) };
    let parts = provider.info().capabilities.secret_parts;
    if parts.contains(&part.as_str()) {
        return Ok(());
    }
    let known = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    let part = view::clean(part);
    Err(Failure::Usage(format!(
        "the vendor hands out no part `{part}` beside the secret, but {known}"
    )))
}

fn request(create: &Create, provider: &Provider) -> Result<CreateKey, Failure> {
    let mut request = CreateKey::new(&create.name);
    request.access = create.access.access();
    let limit = create.limit.as_deref().map(|text| limit(text, create_fields(provider)));
    request.limit = limit.transpose()?;
    request.reset = create.reset.map(Reset::from);
    request.expires_at = create.expires.map(|moment| moment.after(view::now()));
    request.container.clone_from(&create.container);
    request.owner.clone_from(&create.owner);
    request.extras = extras(&create.extras);
    Ok(request)
}

/// Brings the secret to safety first, then looks up the record and shows it.
async fn finish(
    create: &Create,
    provider: &Provider,
    sink: Sink,
    mut created: CreatedKey,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let reference = format!("{}/{}", create.account, view::clean(created.key.id.as_str()));
    let to_stdout = matches!(sink, Sink::Stdout);
    let (chosen, left) = choose(create, &mut created);
    let delivered = sink.deliver(&chosen);
    let code = match &delivered {
        Ok(place) => {
            terminal.say(&format!("created {reference}; its secret is in {place}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            terminal.error(&format!(
                "{reference} was created, and its secret could not be delivered: {error}"
            ));
            rescue(&chosen, &reference, terminal);
            ExitCode::from(5)
        }
    };
    if !left.is_empty() {
        let left = left.join(", ");
        terminal.warning(&format!("the vendor handed out more, which was not kept: {left}"));
    }
    drop(chosen);
    // Standard output is the secret's alone.
    if to_stdout {
        return Ok(code);
    }
    interruptible(provider.read_back(&mut created)).await;
    for warning in &created.warnings {
        terminal.warning(&warning.message);
    }
    let (key, now) = (&created.key, view::now());
    let mut out = stdout();
    let shown = match create.output {
        ListFormat::Table => show::print(&create.account, key, now, &mut out),
        ListFormat::Json => print_json(&Record::new(&create.account, key, now).alone(), &mut out),
    };
    // The key is made and its secret safe; that nobody reads the record changes nothing of that.
    if let Err(error) = shown.and_then(|()| out.flush().map_err(Failure::from))
        && !error.is_broken_pipe()
    {
        return Err(error);
    }
    Ok(code)
}

/// The value that the user wants, and the names of the others.
fn choose(create: &Create, created: &mut CreatedKey) -> (Secret, Vec<String>) {
    let mut parts = std::mem::take(&mut created.parts);
    let wanted = create.part.as_deref();
    let chosen = parts.iter().position(|(name, _)| Some(name.as_str()) == wanted);
    let (secret, mut left) = match chosen {
        Some(at) => (parts.swap_remove(at).1, vec!["the secret itself".to_owned()]),
        None => (created.secret.clone(), Vec::new()),
    };
    left.extend(parts.into_iter().map(|(name, _)| format!("`{}`", view::clean(&name))));
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
            view::quoted(reference)
        )),
    }
}

/// After a create that went unanswered: which keys may be the one, and how to be rid of them.
async fn explain_orphan(account: &str, provider: &Provider, error: &Error, terminal: &Terminal) {
    let Some(orphan) = error.orphan() else { return };
    let found = provider.reconcile(orphan).await;
    for warning in found.iter().flat_map(|found| &found.warnings) {
        terminal.warning(&warning.message);
    }
    match found {
        Ok(found) if found.suspects.is_empty() => terminal.hint(&format!(
            "the account has no new key named `{}` yet; the vendor's list may lag, so look again with \
             `keyroster list` before you create it anew",
            view::clean(&orphan.name)
        )),
        Ok(found) => {
            let name = view::clean(&orphan.name);
            for suspect in found.suspects {
                let reference = format!("{account}/{}", suspect.key.id);
                let at = suspect.key.created_at.map_or_else(
                    || "at a time that the vendor does not tell".to_owned(),
                    |at| format!("at {at}"),
                );
                terminal.hint(&if suspect.made_since {
                    format!(
                        "`{name}` was made {at}, after the request was sent; if nobody else made it, \
                         revoke it:\n  keyroster revoke {}",
                        view::quoted(&reference)
                    )
                } else {
                    let reference = view::clean(&reference);
                    format!(
                        "{reference} is named `{name}` too, and was made {at}, before the request was \
                         sent by this machine's clock: it may be an older key in good use"
                    )
                });
            }
        }
        Err(error) => terminal.hint(&format!(
            "the keys could not be listed to look for it ({error}); look with `keyroster list`"
        )),
    }
}
