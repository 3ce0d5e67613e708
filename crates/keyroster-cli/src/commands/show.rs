//! `keyroster show`: one key with everything that its vendor says of it.

use std::io::Write;
use std::process::ExitCode;

use anstyle::Style;
use keyroster::{
    Access, ApiKey, ErrorKind, Expiry, KeyId, LastUsed, ListKeys, Provider, Timestamp,
};

use crate::accounts::Source;
use crate::args::{Format, Show};
use crate::failure::Failure;
use crate::output::{BOLD, Record, Terminal, print_csv, print_json, print_jsonl, stdout};
use crate::view;

/// So many keys are named when a beginning fits several.
const CANDIDATES: usize = 5;

pub(crate) async fn run(
    accounts: &Source<'_>,
    show: &Show,
    _: &Terminal,
) -> Result<ExitCode, Failure> {
    let Some((account, id)) = show.key.split_once('/').filter(|(_, id)| !id.is_empty()) else {
        let message = format!(
            "`{}` names no key: write ACCOUNT/KEY-ID, as `keyroster list` shows both",
            view::clean(&show.key)
        );
        return Err(Failure::Usage(message));
    };
    let mut accounts = accounts.open().await?;
    let provider = accounts.find(account)?;
    let key = find(&provider, id).await?;
    let now = view::now();
    let record = Record::new(account, &key, now);
    let mut out = stdout();
    match show.output {
        Format::Table => print(account, &key, now, &mut out)?,
        Format::Json => print_json(&record, &mut out)?,
        Format::Jsonl => print_jsonl([record], &mut out)?,
        Format::Csv => print_csv([record], &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The key of that id, or the only one whose id begins so.
async fn find(provider: &Provider, id: &str) -> Result<ApiKey, Failure> {
    if provider.info().capabilities.get {
        match provider.get(&KeyId::from(id)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            found => return Ok(found?),
        }
    }
    let mut keys = provider.list(ListKeys::all()).await?.keys;
    if let Some(at) = keys.iter().position(|key| key.id.as_str() == id) {
        return Ok(keys.swap_remove(at));
    }
    keys.retain(|key| key.id.as_str().starts_with(id));
    let id = view::clean(id);
    match keys.len() {
        0 => Err(Failure::Usage(format!(
            "the account has no key whose id is `{id}` or begins so; `keyroster list` shows them all"
        ))),
        1 => Ok(keys.swap_remove(0)),
        several => {
            let line =
                |key: &ApiKey| format!("\n  {}  {}", view::clean(key.id.as_str()), view::name(key));
            let some: String = keys.iter().take(CANDIDATES).map(line).collect();
            let more = if several > CANDIDATES { "\n  …" } else { "" };
            Err(Failure::Usage(format!(
                "{several} keys of the account begin with `{id}`:{some}{more}"
            )))
        }
    }
}

fn print(account: &str, key: &ApiKey, now: Timestamp, out: &mut impl Write) -> Result<(), Failure> {
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
    lines.push(("Quota", view::quota(key)));
    lines.push(("Resets", view::reset(&key.quota.reset)));
    for usage in &key.usage {
        let spans = [
            ("in all", &usage.total),
            ("today", &usage.daily),
            ("this week", &usage.weekly),
            ("this month", &usage.monthly),
        ];
        let spans = spans
            .iter()
            .filter_map(|(span, amount)| amount.as_ref().map(|amount| format!("{amount} {span}")));
        let spans: Vec<String> = spans.collect();
        lines.push(("Usage", format!("{}: {}", view::clean(&usage.meter), spans.join(", "))));
    }
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
