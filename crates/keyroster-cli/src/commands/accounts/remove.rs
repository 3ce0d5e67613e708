//! `keyroster accounts remove`: forgets an account.

use crate::accounts::Source;
use crate::args::AccountsRemove;
use crate::config::{self, Config, CredentialSource, Definition, Keychain, Origin, Value};
use crate::exit::{Exit, Failure};
use crate::output::suggestion::Suggestion;
use crate::output::text;
use crate::terminal::{Terminal, prompt};

pub(super) async fn run(
    accounts: &Source<'_>,
    remove: &AccountsRemove,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let (config, diagnostics) = Config::inspect(accounts.config, accounts.registry)?;
    let name = text::clean(&remove.account);
    let account = config.accounts.iter().find(|known| known.name == remove.account);
    let Some(file) = &config.file else {
        return Err(Failure::usage("this system tells no folder for settings".to_owned()));
    };
    match account.map(|account| &account.origin) {
        Some(Origin::Line(_)) => {}
        Some(origin) => {
            return Err(Failure::usage(format!(
                "`{name}` stands in no file; it comes from {origin}: unset that"
            )));
        }
        // So broken that nothing is known of it but where it stands.
        None if config.broken.contains(&remove.account) => {}
        None if diagnostics.is_empty() => {
            let hint =
                Suggestion::new(&name, config.accounts.iter().map(|known| known.name.as_str()));
            return Err(Failure::usage(format!("there is no account `{name}`; {hint}")));
        }
        None => {
            return Err(Failure::configuration(format!(
                "there is no account `{name}`; {}",
                config::report(Some(file), &diagnostics)
            )));
        }
    }
    if !remove.yes {
        let question = format!("remove the account `{name}` from {}", file.display());
        prompt::confirm(&question, terminal)?;
    }
    let rest = config::remove(file, &remove.account, accounts.registry)?;
    terminal.done(&format!("removed `{name}` from {}; its keys stay as they are", file.display()));
    if !rest.is_empty() {
        terminal.warning(&config::report(Some(file), &rest));
    }
    for entry in account.map(entries).unwrap_or_default() {
        let others = config.accounts.iter().filter(|known| known.name != remove.account);
        if others.flat_map(entries).any(|other| other == entry) {
            terminal.done(&format!("`{entry}` stays in the keychain, as another account names it"));
        } else if !rest.is_empty() {
            // What is broken may name it too.
            terminal.warning(&format!("`{entry}` stays in the keychain"));
        } else {
            match Keychain::delete(entry).await {
                Ok(()) => terminal.done(&format!("removed `{entry}` from the keychain")),
                Err(trouble) => terminal.warning(&format!("`{entry}` stays: {trouble}")),
            }
        }
    }
    Ok(Exit::Done)
}

/// The entries of the keychain that an account names.
fn entries(account: &Definition) -> Vec<&str> {
    let named = account.settings.values().filter_map(|setting| match &setting.value {
        Value::Credential(CredentialSource::Keychain(entry)) => Some(entry.as_str()),
        _ => None,
    });
    named.collect()
}
