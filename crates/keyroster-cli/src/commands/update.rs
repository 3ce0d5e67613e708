//! `keyroster update`: changes a key.

use std::io::Write;
use std::process::ExitCode;

use keyroster::{Access, Change, Provider, Reset, UpdateKey};

use crate::accounts::Source;
use crate::args::{ListFormat, Update};
use crate::arguments::{extras, limit, update_fields};
use crate::commands::show;
use crate::failure::Failure;
use crate::output::{Record, Terminal, print_json, stdout};
use crate::select;
use crate::view;

pub(crate) async fn run(
    accounts: &Source<'_>,
    update: &Update,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let accounts = accounts.open().await?;
    let (account, _) = select::split(&update.key)?;
    let provider = accounts.find(account)?;
    let change = change(update, &provider)?;
    // Before the key is looked up: what cannot be is refused without a request.
    provider.check_update(&change)?;
    let target = select::one(&accounts, &update.key).await?;
    if update.dry_run {
        let name = view::name(&target.key);
        terminal.say(&format!("would change {} ({name})", target.reference()));
        return Ok(ExitCode::SUCCESS);
    }
    let key = target.provider.update(&target.key.id, &change).await?;
    let mut out = stdout();
    match update.output {
        ListFormat::Table => show::print(&target.account, &key, view::now(), &mut out)?,
        ListFormat::Json => print_json(&Record::new(&target.account, &key, view::now()), &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn change(update: &Update, provider: &Provider) -> Result<UpdateKey, Failure> {
    let mut change = UpdateKey::default();
    change.name.clone_from(&update.name);
    change.limit = match &update.limit {
        Some(text) => Change::Set(limit(text, update_fields(provider))?),
        None if update.no_limit => Change::Clear,
        None => Change::Keep,
    };
    change.reset = update.reset.map_or(Change::Keep, |reset| Change::Set(Reset::from(reset)));
    change.expires_at = match update.expires {
        Some(moment) => Change::Set(moment.after(view::now())),
        None if update.no_expiry => Change::Clear,
        None => Change::Keep,
    };
    change.access = Some(update.access.access()).filter(|access| *access != Access::Unknown);
    change.container.clone_from(&update.container);
    change.extras = extras(&update.extras);
    Ok(change)
}
