//! `keyroster create`: creates a key, and writes its secret where the user says.

use keyroster::{Access, CreateKey, Error, Provider, Reset};

use crate::accounts::Source;
use crate::args::Create;
use crate::args::values::{create_fields, extras, limit};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::dry_run::{Difference, Outcome, Plan, Planned};
use crate::output::{format, text};
use crate::secret::deliver::{self, Delivery};
use crate::terminal::Terminal;
use crate::terminal::interrupt::{Interrupt, Waited};

pub(crate) async fn run(
    accounts: &Source<'_>,
    create: &Create,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let accounts = accounts.open().await?;
    let provider = accounts.open(&create.account).await?;
    let request = request(create, &provider)?;
    provider.check_create(&request)?;
    // The sink is checked before the key exists, because the secret is shown only once.
    let sink = deliver::open(
        &create.to.secret_to,
        create.to.overwrite,
        create.to.part.as_deref(),
        &provider,
    )?;
    let name = text::clean(&create.name);
    if create.dry_run {
        plan(create, &request)?;
        return Ok(Exit::Done);
    }
    let mut interrupt = Interrupt::listen()?;
    // Whatever happens from here on, the key's name is known.
    terminal.plan(&format!("creating the key `{name}` in {}", create.account));
    let creation = provider.create_without_record(&request);
    let waited = interrupt.wait_for(creation, || {
        terminal.warning(&format!(
            "interrupted: waiting for the secret of `{name}`; interrupt again to give up"
        ));
    });
    let Waited { result, interrupted } = waited.await;
    let Some(made) = result else {
        terminal.error(&format!(
            "interrupted while creating `{name}` in {}: the key may exist, and its secret is lost",
            create.account
        ));
        terminal.error_hint("look for it with `keyroster list`, and revoke it");
        return Ok(interrupted.unwrap_or(Exit::Interrupted));
    };
    match made {
        Ok(created) => {
            let delivery = Delivery {
                account: &create.account,
                provider: &provider,
                commands: accounts.commands(),
                done: "created",
                part: create.to.part.as_deref(),
                output: create.output,
                request: Some(&request),
            };
            deliver::deliver(delivery, sink, created, &mut interrupt, terminal).await
        }
        Err(error) => {
            terminal.failure(&error);
            let search = explain_orphan(&create.account, &provider, &error, terminal);
            // The search may be left undone.
            let _ = interrupt.until_interrupted(search).await;
            Ok(Exit::from(error.kind()))
        }
    }
}

/// Prints the request without sending it.
fn plan(create: &Create, request: &CreateKey) -> Result<(), Failure> {
    let mut changes = Vec::new();
    let mut ask = |field: &str, value: Option<String>| {
        changes.extend(value.map(|value| Difference::made(field, text::clean(&value))));
    };
    ask(
        "access",
        match &request.access {
            Access::Scoped { scopes } if !scopes.is_empty() => {
                Some(scopes.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
            Access::Unknown => None,
            access => Some(format::access(access)),
        },
    );
    ask("limit", request.limit.as_ref().map(ToString::to_string));
    ask("resets", request.reset.as_ref().map(format::reset));
    ask("expires", request.expires_at.map(|at| at.to_string()));
    ask("container", request.container.clone());
    ask("owner", request.owner.clone());
    for (name, value) in &request.extras {
        ask(&text::clean(name), Some(value.to_string()));
    }
    let mut words =
        format!("would create the key `{}` in {}:", text::clean(&request.name), create.account);
    words.extend(changes.iter().map(Difference::line));
    words += &format!("\n  secret to: {}", text::clean(&create.to.secret_to));
    let key = Planned {
        account: create.account.clone(),
        id: None,
        name: Some(request.name.clone()),
        status: None,
        outcome: Outcome::Planned,
        changes,
    };
    let plan = Plan { act: "create", keys: vec![key], secret_to: Some(&create.to.secret_to) };
    plan.print(create.output, &words)
}

fn request(create: &Create, provider: &Provider) -> Result<CreateKey, Failure> {
    let mut request = CreateKey::new(&create.name);
    request.access = create.access.access();
    let limit = create.limit.as_deref().map(|text| limit(text, create_fields(provider)));
    request.limit = limit.transpose()?;
    request.reset = create.reset.map(Reset::from);
    request.expires_at = create.expires.map(|moment| moment.after(clock::now()));
    request.container.clone_from(&create.container);
    request.owner.clone_from(&create.owner);
    request.extras = extras(&create.extras);
    Ok(request)
}

/// After a create without an answer: prints which keys it may have made, and how to revoke them.
async fn explain_orphan(account: &str, provider: &Provider, error: &Error, terminal: &Terminal) {
    let Some(orphan) = error.orphan() else { return };
    let found = provider.reconcile(orphan).await;
    for warning in found.iter().flat_map(|found| &found.warnings) {
        terminal.warning(&warning.message);
    }
    match found {
        Ok(found) if found.suspects.is_empty() => terminal.error_hint(&format!(
            "no new key named `{}` is listed so far, but the list may lag. Check again with `keyroster \
             list` before you create it again",
            text::clean(&orphan.name)
        )),
        Ok(found) => {
            let name = text::clean(&orphan.name);
            for suspect in found.suspects {
                let reference = format!("{account}/{}", suspect.key.id);
                let at = suspect.key.created_at.map_or_else(
                    || "at an unknown time".to_owned(),
                    |at| format!("at {at}"),
                );
                terminal.error_hint(&if suspect.made_since {
                    format!(
                        "`{name}` was created {at}, after the request was sent. If no one else created \
                         it, revoke it:\n  keyroster revoke {}",
                        text::quoted(&reference)
                    )
                } else {
                    let reference = text::clean(&reference);
                    format!(
                        "{reference} is also named `{name}`, but was created {at}, before the request \
                         was sent (by this machine's clock). It may be an older key that is in use"
                    )
                });
            }
        }
        Err(error) => terminal.error_hint(&format!(
            "cannot list the keys to look for it ({error}). Check with `keyroster list`"
        )),
    }
}
