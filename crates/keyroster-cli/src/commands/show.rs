//! `keyroster show`: one key with everything that its vendor says of it.

use std::io::Write;
use std::process::ExitCode;

use anstyle::Style;
use keyroster::{Access, ApiKey, Expiry, LastUsed, Timestamp, Usage};

use crate::accounts::Source;
use crate::args::{Format, Show};
use crate::facts::Fact;
use crate::failure::Failure;
use crate::output::{
    BOLD, Record, print_csv, print_ids, print_json, print_jsonl, raw_stdout, stdout, table,
};
use crate::select::{self, Target};
use crate::view;

pub(crate) async fn run(accounts: &Source<'_>, show: &Show) -> Result<ExitCode, Failure> {
    let accounts = accounts.open().await?;
    let Target { account, key, .. } = select::one(&accounts, &show.key).await?;
    let now = view::now();
    let record = Record::new(&account, &key, now);
    match show.output {
        Format::Table => {
            let mut out = stdout();
            print(&account, &key, now, &mut out)?;
            out.flush()?;
        }
        Format::Json => print_json(&record.alone(), &mut raw_stdout())?,
        Format::Jsonl => print_jsonl([record], &mut raw_stdout())?,
        Format::Ids => print_ids([record], &mut raw_stdout())?,
        Format::Csv => print_csv([record], &Fact::exact_ones(), &mut raw_stdout())?,
        Format::Markdown => {
            let facts = Fact::shown();
            let columns: Vec<_> = facts.iter().map(Fact::column).collect();
            let whole = |record: &Record<'_>| record.key.id.to_string();
            table([record], &facts, &columns, whole).print_markdown(&mut raw_stdout())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Every fact of a record, a line each.
pub(crate) fn print(
    account: &str,
    key: &ApiKey,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let at = |at: Timestamp| format!("{at} ({})", view::relative(at, now));
    let known = |instant: Option<Timestamp>| instant.map_or_else(|| view::UNKNOWN.to_owned(), at);
    let mut lines = vec![
        ("Account", account.to_owned()),
        ("Provider", key.provider.to_string()),
        ("Id", view::clean(key.id.as_str())),
        ("Name", view::name(key)),
        ("Hint", key.hint.as_deref().map_or_else(|| view::UNKNOWN.to_owned(), view::clean)),
        ("Status", key.status_at(now).to_string()),
    ];
    match &key.access {
        Access::Scoped { scopes } if !scopes.is_empty() => {
            for (at, scope) in scopes.iter().enumerate() {
                lines.push((if at == 0 { "Access" } else { "" }, view::clean(scope)));
            }
        }
        access => lines.push(("Access", view::access(access))),
    }
    lines.push(("Quota", view::quota(&key.quota)));
    lines.push(("Resets", view::reset(&key.quota.reset)));
    lines.extend(key.usage.iter().map(|usage| ("Usage", usage_line(usage))));
    if let Some(owner) = &key.owner {
        lines.push(("Owner", view::clean(owner.name.as_ref().unwrap_or(&owner.id))));
    }
    if let Some(container) = &key.container {
        let name = container.name.as_deref().map(|name| format!(" ({})", view::clean(name)));
        let (kind, id) = (view::clean(&container.kind), view::clean(&container.id));
        lines.push(("Container", format!("{kind} {id}{}", name.unwrap_or_default())));
    }
    lines.push(("Created", known(key.created_at)));
    lines.push(("Updated", known(key.updated_at)));
    lines.push((
        "Expires",
        match key.expiry {
            Expiry::At { at: instant } => at(instant),
            expiry => view::expiry(expiry, now),
        },
    ));
    lines.push((
        "Last used",
        match key.last_used {
            LastUsed::At { at: instant } => at(instant),
            used => view::last_used(used, now),
        },
    ));
    for (name, value) in &key.extras {
        lines.push(("Vendor says", view::clean(&format!("{name} = {value}"))));
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
        amount.as_ref().map(|amount| format!("{} {span}", view::number(amount)))
    });
    let spans: Vec<String> = spans.collect();
    let total = usage.total.as_ref().map_or_else(
        || view::UNKNOWN.to_owned(),
        |total| format!("{} {}", view::number(total), view::clean(total.unit.as_str())),
    );
    let spans = if spans.is_empty() { String::new() } else { format!(" ({})", spans.join(", ")) };
    format!("{}  {total}{spans}", view::clean(&usage.meter))
}
