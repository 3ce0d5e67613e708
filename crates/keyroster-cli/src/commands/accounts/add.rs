//! `keyroster accounts add`: writes an account into the configuration file.

use keyroster::{ProviderFactory, Secret, Setting};

use crate::accounts::Source;
use crate::args::AccountsAdd;
use crate::config::{self, Config, CredentialSource, Keychain, NewAccount, Origin, Value, quoted};
use crate::exit::{Exit, Failure};
use crate::output::suggestion::Suggestion;
use crate::terminal::{Terminal, prompt};

use super::questions;

pub(super) async fn run(
    accounts: &Source<'_>,
    add: &AccountsAdd,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let (config, _) = Config::inspect_for_writing(accounts.config, accounts.registry)?;
    let Some(file) = &config.file else {
        let message = "this system tells no folder for settings; name a file with --config";
        return Err(Failure::configuration(message.to_owned()));
    };
    let (account, secrets) = describe(accounts, add, &config, terminal).await?;
    // First the secrets, then the file that speaks of them.
    for (entry, secret) in secrets {
        Keychain::set(&entry, secret)
            .await
            .map_err(|trouble| Failure::configuration(format!("nothing was written: {trouble}")))?;
        terminal.done(&format!("kept `{entry}` in the keychain"));
    }
    config::add(file, &account, accounts.registry)?;
    terminal.done(&format!("added `{}` to {}", account.name, file.display()));
    warn_of_vendor_variables(&config, terminal);
    terminal.hint(&format!("see whether it works: keyroster accounts test {}", account.name));
    Ok(Exit::Done)
}

/// The account, and the secrets that shall go into the keychain.
async fn describe(
    accounts: &Source<'_>,
    add: &AccountsAdd,
    config: &Config,
    terminal: &Terminal,
) -> Result<(NewAccount, Vec<(String, Secret)>), Failure> {
    let factory = match &add.provider {
        Some(id) => config::provider(accounts.registry, id).map_err(Failure::usage)?,
        None => questions::provider(accounts.registry, terminal)?,
    };
    let id = factory.info().id.to_string();
    let name = match &add.name {
        Some(name) => config::new_name(name, config)?,
        None => questions::name(&id, config, terminal)?,
    };
    let mut settings: Vec<(String, Value)> = Vec::new();
    let mut give = |option, setting: &Setting, value| {
        if settings.iter().any(|(given, _)| given == setting.name) {
            return Err(Failure::usage(format!(
                "{option} gives `{}` twice; keep one",
                setting.name
            )));
        }
        settings.push((setting.name.to_owned(), value));
        Ok(())
    };
    for given in &add.credentials {
        let (setting, source) = pair("--credential", given)?;
        let setting = known(factory, setting, true)?;
        give("--credential", setting, config::new_credential(&name, setting, source)?)?;
    }
    for given in &add.settings {
        let (setting, value) = pair("--set", given)?;
        let setting = known(factory, setting, false)?;
        if let Some(wrong) = config::wrong_value(factory, setting.name, value) {
            return Err(Failure::usage(wrong));
        }
        give("--set", setting, Value::Plain(value.to_owned()))?;
    }
    if add.credentials.is_empty() {
        settings.push(questions::credential(factory, &name, terminal).await?);
    }
    let asked = add.provider.is_none() || add.name.is_none() || add.credentials.is_empty();
    let tags =
        if asked && add.tags.is_empty() { questions::tags(terminal)? } else { add.tags.clone() };
    let secrets = secrets(&settings, terminal).await?;
    Ok((NewAccount { name, provider: id, tags, settings }, secrets))
}

/// The secrets that shall go into the keychain, once it is known that they can.
async fn secrets(
    settings: &[(String, Value)],
    terminal: &Terminal,
) -> Result<Vec<(String, Secret)>, Failure> {
    let entries: Vec<(&str, &str)> = settings
        .iter()
        .filter_map(|(setting, value)| match value {
            Value::Credential(CredentialSource::Keychain(entry)) => {
                Some((setting.as_str(), entry.as_str()))
            }
            _ => None,
        })
        .collect();
    if entries.len() > 1 && !prompt::is_attended(terminal) {
        return Err(Failure::usage(
            "standard input holds one secret, and two are to be kept in the keychain; add the account at \
             a terminal"
                .to_owned(),
        ));
    }
    for (_, entry) in &entries {
        let trouble = |trouble| Failure::configuration(format!("nothing was written: {trouble}"));
        if !Keychain::holds(entry).await.map_err(trouble)? {
            continue;
        }
        if !prompt::is_attended(terminal) {
            return Err(Failure::guard(format!(
                "the keychain has an entry `{entry}` already; nothing was done; choose another name, as \
                 keychain:NAME"
            )));
        }
        prompt::confirm(&format!("replace the entry `{entry}` of the keychain"), terminal)?;
    }
    let questions = entries.iter().map(|(setting, _)| format!("{setting} (it is not shown): "));
    let questions: Vec<String> = questions.collect();
    let typed = prompt::secrets(&questions, terminal).await?;
    Ok(entries.iter().map(|(_, entry)| (*entry).to_owned()).zip(typed).collect())
}

/// A setting and what it is set to. What was given is not shown in the error: it may be a secret.
fn pair<'a>(option: &str, given: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let (name, value) = given.split_once('=').ok_or_else(|| {
        let example = if option == "--set" { "base-url=https://…" } else { "jwt=env:NAME" };
        Failure::usage(format!(
            "{option} takes a setting and its value, as {option} {example}; what was given is not \
             shown, as it may be a secret"
        ))
    })?;
    Ok((name.trim(), value.trim()))
}

/// The setting of that name, of the kind that is asked for.
fn known(
    factory: &dyn ProviderFactory,
    name: &str,
    secret: bool,
) -> Result<&'static Setting, Failure> {
    let id = factory.info().id;
    match factory.settings().iter().find(|setting| setting.name == name) {
        Some(setting) if setting.secret == secret => Ok(setting),
        Some(_) if secret => Err(Failure::usage(format!(
            "`{name}` is no part of a credential; write --set {name}=…"
        ))),
        Some(_) => Err(Failure::usage(format!(
            "`{name}` is a secret, and does not belong on the command line; say where it is: \
             --credential {name}=env:NAME"
        ))),
        None => {
            let settings = factory.settings().iter().filter(|setting| setting.secret == secret);
            let hint = Suggestion::new(name, settings.map(|setting| setting.name));
            Err(Failure::usage(format!("{id} accounts have no setting {}; {hint}", quoted(name))))
        }
    }
}

/// Once there is a file, the vendors' own variables describe no account any longer.
fn warn_of_vendor_variables(before: &Config, terminal: &Terminal) {
    let names: Vec<&str> = before
        .accounts
        .iter()
        .filter(|account| account.origin == Origin::VendorVariables)
        .map(|account| account.name.as_str())
        .collect();
    if before.exists || names.is_empty() {
        return;
    }
    terminal.warning(&format!(
        "now that there is a configuration file, the vendors' own environment variables are no account \
         any longer; add those that you want: {}",
        names.join(", ")
    ));
}
