//! `keyroster config`: where the configuration is, whether it is correct, and what it contains.

use std::io::Write;

use serde_json::json;

use crate::accounts::Source;
use crate::args::{ConfigCommand, ConfigShow};
use crate::config::{Config, Definition, Origin};
use crate::exit::{Exit, Failure};
use crate::output::{BOLD, DIM, Document, ListFormat, print_json, schema, stdout, text};
use crate::terminal::Terminal;

pub(crate) fn run(
    accounts: &Source<'_>,
    command: &ConfigCommand,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    if accounts.sandbox {
        return Err(Failure::usage("the sandbox's accounts have no configuration")
            .with_hint("leave out --sandbox"));
    }
    match command {
        ConfigCommand::Path => path(accounts, terminal),
        ConfigCommand::Check => check(accounts, terminal),
        ConfigCommand::Show(show) => self::show(accounts, show),
    }
}

fn path(accounts: &Source<'_>, terminal: &Terminal) -> Result<Exit, Failure> {
    let (config, _) = Config::inspect_for_writing(accounts.config, accounts.registry)?;
    let Some(file) = &config.file else {
        return Err(Failure::configuration("cannot determine the configuration folder")
            .with_hint("pass --config FILE"));
    };
    let mut out = stdout();
    writeln!(out, "{}", file.display())?;
    out.flush()?;
    if !config.exists {
        terminal.hint("this file does not exist yet; `keyroster accounts add` creates it");
    }
    Ok(Exit::Done)
}

fn check(accounts: &Source<'_>, terminal: &Terminal) -> Result<Exit, Failure> {
    let config = Config::load(accounts.config, accounts.registry)?;
    let count = text::plural(config.accounts.len() as u64, "account");
    let place = match &config.file {
        Some(file) if config.exists => format!("{} is correct", file.display()),
        _ => "no configuration file; the environment is correct".to_owned(),
    };
    terminal.message(&format!("{place}: {count}"));
    terminal.hint("run `keyroster doctor` to also check the secrets and the vendors");
    Ok(Exit::Done)
}

fn show(accounts: &Source<'_>, show: &ConfigShow) -> Result<Exit, Failure> {
    let config = Config::load(accounts.config, accounts.registry)?;
    let mut out = stdout();
    match show.output {
        ListFormat::Json => {
            let accounts: Vec<_> = config.accounts.iter().map(to_json).collect();
            let file = config.file.as_ref().map(|file| file.display().to_string());
            let json = json!({ "file": file, "exists": config.exists, "accounts": accounts });
            print_json(&Document::new(schema::CONFIG, json), &mut out)?;
        }
        ListFormat::Table => print(&config, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn to_json(account: &Definition) -> serde_json::Value {
    let settings = account.settings.iter().map(|(name, setting)| {
        let value = setting.value.to_string();
        let set_by = setting.origin.to_string();
        json!({ "name": name, "value": value, "set_by": set_by })
    });
    json!({
        "account": account.name,
        "provider": account.provider,
        "provider_set_by": account.provider_by.to_string(),
        "tags": account.tags,
        "tags_set_by": account.tags_by.as_ref().map(Origin::to_string),
        "described_in": account.origin.to_string(),
        "settings": settings.collect::<Vec<_>>(),
    })
}

/// For people: like a file, each line with the origin of its value.
fn print(config: &Config, out: &mut impl Write) -> Result<(), Failure> {
    match &config.file {
        Some(file) if config.exists => writeln!(out, "{DIM}# {}{DIM:#}", file.display())?,
        _ => writeln!(out, "{DIM}# no configuration file{DIM:#}")?,
    }
    for account in &config.accounts {
        writeln!(out, "\n{BOLD}[accounts.{}]{BOLD:#}", account.name)?;
        line("provider", &account.provider, &account.provider_by, out)?;
        if let Some(by) = &account.tags_by {
            line("tags", &account.tags.join(", "), by, out)?;
        }
        for (name, setting) in &account.settings {
            line(name, &setting.value.to_string(), &setting.origin, out)?;
        }
    }
    Ok(())
}

fn line(name: &str, value: &str, origin: &Origin, out: &mut impl Write) -> Result<(), Failure> {
    let name = format!("{name}:");
    let value = text::clean(value);
    Ok(writeln!(out, "{name:<20} {value}  {DIM}# {origin}{DIM:#}")?)
}
