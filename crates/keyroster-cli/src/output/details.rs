//! One key with every field that its vendor reports, for people.

use std::io::Write;

use anstyle::Style;
use keyroster::{Access, ApiKey, Expiry, LastUsed, Timestamp, Usage};

use super::{BOLD, format, text};
use crate::exit::Failure;

/// Prints every field of a record, one per line.
pub(crate) fn print(
    account: &str,
    key: &ApiKey,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let past = |at: Timestamp| format!("{at} ({})", format::past(at, now));
    let known =
        |instant: Option<Timestamp>| instant.map_or_else(|| format::UNKNOWN.to_owned(), past);
    let mut lines = vec![
        ("Account", account.to_owned()),
        ("Provider", key.provider.to_string()),
        ("Id", text::clean(key.id.as_str())),
        ("Name", format::name(key)),
        ("Hint", key.hint.as_deref().map_or_else(|| format::UNKNOWN.to_owned(), text::clean)),
        ("Status", key.status_at(now).to_string()),
    ];
    match &key.access {
        Access::Scoped { scopes } if !scopes.is_empty() => {
            for (at, scope) in scopes.iter().enumerate() {
                lines.push((if at == 0 { "Access" } else { "" }, text::clean(scope)));
            }
        }
        access => lines.push(("Access", format::access(access))),
    }
    lines.push(("Quota", format::quota(&key.quota)));
    lines.push(("Resets", format::reset(&key.quota.reset)));
    lines.extend(key.usage.iter().map(|usage| ("Usage", usage_line(usage))));
    if let Some(owner) = &key.owner {
        lines.push(("Owner", text::clean(owner.name.as_ref().unwrap_or(&owner.id))));
    }
    if let Some(container) = &key.container {
        let name = container.name.as_deref().map(|name| format!(" ({})", text::clean(name)));
        let kind = text::clean(&container.kind);
        let id = text::clean(&container.id);
        lines.push(("Container", format!("{kind} {id}{}", name.unwrap_or_default())));
    }
    lines.push(("Created", known(key.created_at)));
    lines.push(("Updated", known(key.updated_at)));
    lines.push((
        "Expires",
        match key.expiry {
            Expiry::At { at } => format!("{at} ({})", format::relative(at, now)),
            expiry => format::expiry(expiry, now),
        },
    ));
    lines.push((
        "Last used",
        match key.last_used {
            LastUsed::At { at } => past(at),
            used => format::last_used(used, now),
        },
    ));
    if !key.unreadable.is_empty() {
        let facts: Vec<&str> = key.unreadable.iter().map(|fact| fact.as_str()).collect();
        lines.push(("Unreadable", facts.join(", ")));
    }
    for (name, value) in &key.extras {
        lines.push(("Extra", text::clean(&format!("{name} = {value}"))));
    }
    for (title, text) in lines {
        let style: Style = BOLD;
        writeln!(out, "{style}{title:<12}{style:#} {text}")?;
    }
    Ok(())
}

/// `credits  202.80 USD (12.50 today, 25.50 this week, 25.50 this month)`.
fn usage_line(usage: &Usage) -> String {
    let spans =
        [("today", &usage.daily), ("this week", &usage.weekly), ("this month", &usage.monthly)];
    let spans = spans.iter().filter_map(|(span, amount)| {
        amount.as_ref().map(|amount| format!("{} {span}", format::number(amount)))
    });
    let spans: Vec<String> = spans.collect();
    let total = usage.total.as_ref().map_or_else(
        || format::UNKNOWN.to_owned(),
        |total| format!("{} {}", format::number(total), text::clean(total.unit.as_str())),
    );
    let spans = if spans.is_empty() { String::new() } else { format!(" ({})", spans.join(", ")) };
    format!("{}  {total}{spans}", text::clean(&usage.meter))
}
