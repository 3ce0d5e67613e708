//! `keyroster update`: changes a key.

use std::io::Write;
use std::process::ExitCode;

use keyroster::{Access, ApiKey, Change, Provider, Reset, UpdateKey};

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
    let provider = accounts.find(account).await?;
    let change = change(update, &provider)?;
    // Before the key is looked up: what cannot be is refused without a request.
    provider.check_update(&change)?;
    let target = select::one(&accounts, &update.key).await?;
    if update.dry_run {
        let (reference, name) = (view::clean(&target.reference()), view::name(&target.key));
        let lines = differences(&target.key, &change).join("\n  ");
        terminal.say(&format!("would change {reference} ({name}):\n  {lines}"));
        return Ok(ExitCode::SUCCESS);
    }
    let key = target.provider.update(&target.key.id, &change).await?;
    let mut out = stdout();
    match update.output {
        ListFormat::Table => show::print(&target.account, &key, view::now(), &mut out)?,
        ListFormat::Json => {
            print_json(&Record::new(&target.account, &key, view::now()).alone(), &mut out)?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What a change would make of a key, a line a field: what it is, and what it becomes.
fn differences(key: &ApiKey, change: &UpdateKey) -> Vec<String> {
    let now = view::now();
    let line = |field: &str, old: String, new: String| format!("{field}: {old} -> {new}");
    let mut lines = Vec::new();
    if let Some(name) = &change.name {
        lines.push(line("name", view::name(key), view::clean(name)));
    }
    let old = view::quota(&key.quota);
    match &change.limit {
        Change::Set(limit) => lines.push(line("quota", old, view::clean(&limit.to_string()))),
        Change::Clear => lines.push(line("quota", old, "unlimited".to_owned())),
        _ => {}
    }
    let old = view::reset(&key.quota.reset);
    match &change.reset {
        Change::Set(reset) => lines.push(line("resets", old, view::reset(reset))),
        Change::Clear => lines.push(line("resets", old, "never".to_owned())),
        _ => {}
    }
    let old = view::expiry(key.expiry, now);
    match change.expires_at {
        Change::Set(at) => lines.push(line("expires", old, at.to_string())),
        Change::Clear => lines.push(line("expires", old, "never".to_owned())),
        _ => {}
    }
    if let Some(access) = &change.access {
        lines.push(line("access", view::access(&key.access), view::access(access)));
    }
    if let Some(container) = &change.container {
        let old = key.container.as_ref().map_or(view::UNKNOWN, |container| container.id.as_str());
        lines.push(line("container", view::clean(old), view::clean(container)));
    }
    for (name, value) in &change.extras {
        let old =
            key.extras.get(name).map_or_else(|| view::UNKNOWN.to_owned(), ToString::to_string);
        lines.push(line(&view::clean(name), view::clean(&old), view::clean(&value.to_string())));
    }
    lines
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
