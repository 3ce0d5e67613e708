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
    // The sink is checked before anything is made: a secret is shown once.
    let sink = Sink::open(&create.secret_to, create.overwrite).map_err(Failure::Usage)?;
    if create.dry_run {
        terminal.plan(&format!("would create the key `{}` at {}", create.name, create.account));
        return Ok(ExitCode::SUCCESS);
    }
    match provider.create(&request).await {
        Ok(created) => finish(create, sink, created, terminal),
        Err(error) => {
            let code = failure::code(error.kind());
            terminal.error(&error.to_string());
            explain_orphan(&create.account, &provider, &error, terminal).await;
            Ok(ExitCode::from(code))
        }
    }
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

/// Gives the secret away first, then shows the record.
fn finish(
    create: &Create,
    sink: Sink,
    created: CreatedKey,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let CreatedKey { key, secret, parts, warnings, .. } = created;
    for warning in &warnings {
        terminal.warning(&warning.message);
    }
    let (chosen, missing_part) = choose(create, secret, parts);
    let to_stdout = matches!(sink, Sink::Stdout);
    let mut code = ExitCode::SUCCESS;
    match sink.deliver(&chosen) {
        Ok(place) if !to_stdout => terminal.note(&format!("the secret is in {place}")),
        Ok(_) => {}
        Err(error) => {
            terminal
                .error(&format!("the key exists, and its secret could not be delivered: {error}"));
            match sink::rescue(&chosen) {
                Ok(path) => terminal.hint(&format!(
                    "the secret is in {}, which nobody else can read; move it to its place",
                    path.display()
                )),
                Err(error) => terminal.hint(&format!(
                    "it could not be kept anywhere ({error}), so it is lost; revoke the key: keyroster \
                     revoke {}/{}",
                    create.account, key.id
                )),
            }
            code = ExitCode::from(5);
        }
    }
    if let Some(part) = missing_part {
        terminal.warning(&part);
    }
    if to_stdout {
        // Standard output is the secret's alone.
        terminal.note(&format!("created {}/{}", create.account, view::clean(key.id.as_str())));
        return Ok(code);
    }
    let mut out = stdout();
    match create.output {
        ListFormat::Table => show::print(&create.account, &key, view::now(), &mut out)?,
        ListFormat::Json => {
            print_json(&Record::new(&create.account, &key, view::now()), &mut out)?;
        }
    }
    out.flush()?;
    Ok(code)
}

/// The value that the user wants, and what to say if the vendor gave no such one.
fn choose(
    create: &Create,
    secret: Secret,
    mut parts: Vec<(String, Secret)>,
) -> (Secret, Option<String>) {
    let Some(wanted) = &create.part else { return (secret, None) };
    if let Some(at) = parts.iter().position(|(name, _)| name == wanted) {
        return (parts.swap_remove(at).1, None);
    }
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    let message = format!(
        "the vendor hands out no `{}` (only {}); the secret itself was delivered",
        view::clean(wanted),
        if names.is_empty() { "the secret".to_owned() } else { names.join(", ") }
    );
    (secret, Some(message))
}

/// After a create that went unanswered: which keys may be the one, and how to be rid of them.
async fn explain_orphan(account: &str, provider: &Provider, error: &Error, terminal: &Terminal) {
    let Some(orphan) = error.orphan() else { return };
    match provider.reconcile(orphan).await {
        Ok(suspects) if suspects.is_empty() => terminal.hint(&format!(
            "the account has no new key named `{}` yet; the vendor's list may lag, so look again with \
             `keyroster list` before you create it anew",
            view::clean(&orphan.name)
        )),
        Ok(suspects) => {
            let name = view::clean(&orphan.name);
            let mut hint = format!(
                "made as `{name}` since the request was sent; nobody holds the secret, so revoke it:"
            );
            for key in suspects {
                let id = view::clean(key.id.as_str());
                let at = key.created_at.map(|at| format!("  # created {at}")).unwrap_or_default();
                hint += &format!("\n  keyroster revoke {account}/{id}{at}");
            }
            terminal.hint(&hint);
        }
        Err(error) => terminal.hint(&format!(
            "the keys could not be listed to look for it ({error}); look with `keyroster list`"
        )),
    }
}
