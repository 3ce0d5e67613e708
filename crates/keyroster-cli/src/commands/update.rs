//! `keyroster update`: changes a key.

use std::io::Write;

use keyroster::{Access, ApiKey, Change, Expiry, Limit, Provider, Reset, UpdateKey};

use crate::accounts::find_key::Target;
use crate::accounts::{Source, find_key};
use crate::args::Update;
use crate::args::values::{extras, limit, update_fields};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::dry_run::{Difference, Outcome, Plan, Planned};
use crate::output::{ListFormat, Record, details, format, print_json, stdout, text};
use crate::terminal::Terminal;

pub(crate) async fn run(
    accounts: &Source<'_>,
    update: &Update,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let accounts = accounts.open().await?;
    let (account, _) = find_key::split(&update.key)?;
    let provider = accounts.open(account).await?;
    let change = change(update, &provider)?;
    // What the vendor cannot do is refused before any request.
    provider.check_update(&change)?;
    let target = find_key::one(&accounts, &update.key, find_key::Purpose::Change).await?;
    if update.dry_run {
        plan(update, &target, &change)?;
        return Ok(Exit::Done);
    }
    let updated = target.provider.update(&target.key.id, &change).await?;
    let key = &updated.key;
    terminal.warnings(&updated.warnings);
    let mut out = stdout();
    match update.output {
        ListFormat::Table => details::print(&target.account, key, clock::now(), &mut out)?,
        ListFormat::Json => {
            let record = Record::new(&target.account, key, clock::now());
            print_json(&record.alone().with_warnings(&updated.warnings), &mut out)?;
        }
    }
    out.flush()?;
    Ok(Exit::Done.unless_partial(&updated.warnings))
}

/// Prints what would change.
fn plan(update: &Update, target: &Target, change: &UpdateKey) -> Result<(), Failure> {
    let reference = text::clean(&target.reference());
    let name = format::name(&target.key);
    let changes = differences(&target.key, change);
    let (mut words, outcome) = if changes.is_empty() {
        (
            format!("nothing would change: {reference} ({name}) already has these values"),
            Outcome::Unchanged,
        )
    } else {
        (format!("would change {reference} ({name}):"), Outcome::Planned)
    };
    words.extend(changes.iter().map(Difference::line));
    let keys = vec![Planned::of(&target.account, &target.key, outcome, changes, clock::now())];
    Plan { act: "update", keys, secret_to: None }.print(update.output, &words)
}

/// The fields that a change would alter.
fn differences(key: &ApiKey, change: &UpdateKey) -> Vec<Difference> {
    let now = clock::now();
    let mut found = Vec::new();
    let mut differ = |field: &str, same: bool, old: &str, new: &str| {
        if !same {
            found.push(Difference::new(field, text::clean(old), text::clean(new)));
        }
    };
    if let Some(name) = &change.name {
        differ("name", key.name.as_ref() == Some(name), &format::name(key), name);
    }
    let limit = &key.quota.limit;
    let old = format::quota(&key.quota);
    match &change.limit {
        Change::Set(new) => {
            differ("quota", *limit == Limit::Amount(new.clone()), &old, &new.to_string());
        }
        Change::Clear => differ("quota", *limit == Limit::Unlimited, &old, "unlimited"),
        _ => {}
    }
    let reset = &key.quota.reset;
    let old = format::reset(&key.quota.reset);
    match &change.reset {
        Change::Set(new) => differ("resets", reset == new, &old, &format::reset(new)),
        Change::Clear => differ("resets", *reset == Reset::Never, &old, "never"),
        _ => {}
    }
    let old = format::expiry(key.expiry, now);
    match change.expires_at {
        Change::Set(at) => {
            differ("expires", key.expiry == Expiry::At { at }, &old, &at.to_string());
        }
        Change::Clear => differ("expires", key.expiry == Expiry::Never, &old, "never"),
        _ => {}
    }
    if let Some(access) = &change.access {
        differ(
            "access",
            key.access == *access,
            &format::access(&key.access),
            &format::access(access),
        );
    }
    if let Some(container) = &change.container {
        let old = key.container.as_ref().map_or(format::UNKNOWN, |container| container.id.as_str());
        differ("container", old == container, old, container);
    }
    for (name, value) in &change.extras {
        let old = key.extras.get(name);
        let shown = old.map_or_else(|| format::UNKNOWN.to_owned(), ToString::to_string);
        differ(&text::clean(name), old == Some(value), &shown, &value.to_string());
    }
    found
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
        Some(moment) => Change::Set(moment.after(clock::now())),
        None if update.no_expiry => Change::Clear,
        None => Change::Keep,
    };
    change.access = Some(update.access.access()).filter(|access| *access != Access::Unknown);
    change.container.clone_from(&update.container);
    change.extras = extras(&update.extras);
    Ok(change)
}
