//! `keyroster accounts remove`: removes an account from the configuration file.

use keyroster::Suggestion;

use crate::accounts::Source;
use crate::args::AccountsRemove;
use crate::config::{self, Config, CredentialSource, Definition, Keychain, Origin, Value};
use crate::exit::{Exit, Failure};
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
        return Err(Failure::usage("cannot determine the configuration folder")
            .with_hint("pass --config FILE"));
    };
    match account.map(|account| &account.origin) {
        Some(Origin::Line(_)) => {}
        Some(origin) => {
            let message = format!("`{name}` is not in a file: it comes from {origin}");
            return Err(Failure::usage(message).with_hint(format!("unset {origin}")));
        }
        // It is so broken that only its name is known.
        None if config.broken.contains(&remove.account) => {}
        None if diagnostics.is_empty() => {
            let known = config.accounts.iter().map(|known| known.name.as_str());
            let suggestion = Suggestion::for_name(&name, known).to_string();
            return Err(
                Failure::usage(format!("no account is named `{name}`")).with_hint(suggestion)
            );
        }
        None => {
            return Err(Failure::configuration(format!(
                "no account is named `{name}`; {}",
                config::report(Some(file), &diagnostics)
            )));
        }
    }
    if !remove.yes {
        let question = format!("remove the account `{name}` from {}", file.display());
        prompt::confirm(&question, terminal)?;
    }
    let rest = config::remove(file, &remove.account, accounts.registry)?;
    terminal.message(&format!(
        "removed account `{name}` from {}; the account's API keys still exist at the vendor",
        file.display()
    ));
    if !rest.is_empty() {
        terminal.warning(&config::report(Some(file), &rest));
    }
    for entry in account.map(entries).unwrap_or_default() {
        let others = config.accounts.iter().filter(|known| known.name != remove.account);
        if others.flat_map(entries).any(|other| other == entry) {
            terminal.message(&format!("kept `{entry}` in the keychain: another account uses it"));
        } else if !rest.is_empty() {
            // A broken account may use it as well.
            terminal
                .warning(&format!("kept `{entry}` in the keychain: a broken account may use it"));
        } else {
            match Keychain::delete(entry).await {
                Ok(()) => terminal.message(&format!("removed `{entry}` from the keychain")),
                Err(error) => terminal.warning_with_hint(
                    &format!("kept `{entry}` in the keychain: {}", error.message),
                    &error.hint,
                ),
            }
        }
    }
    Ok(Exit::Done)
}

/// The keychain entries that an account uses.
fn entries(account: &Definition) -> Vec<&str> {
    let named = account.settings.values().filter_map(|setting| match &setting.value {
        Value::Credential(CredentialSource::Keychain(entry)) => Some(entry.as_str()),
        _ => None,
    });
    named.collect()
}
