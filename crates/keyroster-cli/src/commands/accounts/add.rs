//! `keyroster accounts add`: adds an account to the configuration file.

use keyroster::{ProviderFactory, Secret, Setting, Suggestion};

use crate::accounts::Source;
use crate::args::AccountsAdd;
use crate::config::{
    self, Config, CredentialError, CredentialSource, Diagnostic, Keychain, NewAccount, Origin,
    Value, quoted,
};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, prompt};

use super::questions;

pub(super) async fn run(
    accounts: &Source<'_>,
    add: &AccountsAdd,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let (config, _) = Config::inspect_for_writing(accounts.config, accounts.registry)?;
    let Some(file) = &config.file else {
        return Err(Failure::configuration("cannot determine the configuration folder")
            .with_hint("pass --config FILE"));
    };
    let (account, secrets) = describe(accounts, add, &config, terminal).await?;
    // First the secrets, then the file that refers to them.
    for (entry, secret) in secrets {
        Keychain::set(&entry, secret).await.map_err(nothing_written)?;
        terminal.message(&format!("saved `{entry}` in the keychain"));
    }
    config::add(file, &account, accounts.registry)?;
    terminal.message(&format!("added `{}` to {}", account.name, file.display()));
    warn_of_vendor_variables(&config, terminal);
    terminal.hint(&format!("check that it works: keyroster accounts test {}", account.name));
    Ok(Exit::Done)
}

/// The account, and the secrets for the keychain.
async fn describe(
    accounts: &Source<'_>,
    add: &AccountsAdd,
    config: &Config,
    terminal: &Terminal,
) -> Result<(NewAccount, Vec<(String, Secret)>), Failure> {
    let factory = match &add.provider {
        Some(id) => config::provider(accounts.registry, id).map_err(Diagnostic::into_usage)?,
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
            let message = format!("{option} sets `{}` twice", setting.name);
            return Err(Failure::usage(message).with_hint("keep one of them"));
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
        if let Some(mistake) = config::wrong_value(factory, setting.name, value) {
            return Err(mistake.into_usage());
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

/// The secrets for the keychain, after checking that it can hold them.
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
        return Err(Failure::usage("cannot read two secrets from standard input")
            .with_hint("run the command at a terminal"));
    }
    for (_, entry) in &entries {
        if !Keychain::holds(entry).await.map_err(nothing_written)? {
            continue;
        }
        if !prompt::is_attended(terminal) {
            let message =
                format!("the keychain already has an entry `{entry}`; nothing was changed");
            return Err(Failure::guard(message).with_hint("use another name: keychain:NAME"));
        }
        prompt::confirm(&format!("replace the keychain entry `{entry}`"), terminal)?;
    }
    let questions = entries.iter().map(|(setting, _)| format!("{setting} (hidden): "));
    let questions: Vec<String> = questions.collect();
    let typed = prompt::secrets(&questions, terminal).await?;
    Ok(entries.iter().map(|(_, entry)| (*entry).to_owned()).zip(typed).collect())
}

/// Splits `SETTING=VALUE`. The error does not show the argument, because it may be a secret.
fn pair<'a>(option: &str, given: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let (name, value) = given.split_once('=').ok_or_else(|| {
        let (form, example) = match option {
            "--set" => ("SETTING=VALUE", "base-url=https://…"),
            _ => ("SETTING=SOURCE", "jwt=env:NAME"),
        };
        Failure::usage(format!(
            "{option} expects {form} (the value you gave is not shown, because it may be a secret)"
        ))
        .with_hint(format!("for example {option} {example}"))
    })?;
    Ok((name.trim(), value.trim()))
}

/// The setting of that name, if it is a secret or not as asked for.
fn known(
    factory: &dyn ProviderFactory,
    name: &str,
    secret: bool,
) -> Result<&'static Setting, Failure> {
    let id = factory.info().id;
    match factory.settings().iter().find(|setting| setting.name == name) {
        Some(setting) if setting.secret == secret => Ok(setting),
        Some(_) if secret => Err(Failure::usage(format!("`{name}` is not part of a credential"))
            .with_hint(format!("pass --set {name}=VALUE"))),
        Some(_) => Err(Failure::usage(format!("`{name}` is a secret: it must not be an argument"))
            .with_hint(format!("say where it is: --credential {name}=env:NAME"))),
        None => {
            let settings = factory.settings().iter().filter(|setting| setting.secret == secret);
            let suggestion = Suggestion::for_name(name, settings.map(|setting| setting.name));
            Err(Failure::usage(format!("{id} accounts have no setting {}", quoted(name)))
                .with_hint(suggestion.to_string()))
        }
    }
}

/// Nothing has been written yet, because a secret could not be saved.
fn nothing_written(error: CredentialError) -> Failure {
    let message = format!("nothing was written: {}", error.message);
    Failure::configuration(message).with_hint(error.hint)
}

/// Warns that the new file hides the accounts from the vendors' environment variables.
fn warn_of_vendor_variables(before: &Config, terminal: &Terminal) {
    let names: Vec<String> = before
        .accounts
        .iter()
        .filter(|account| account.origin == Origin::VendorVariables)
        .map(|account| format!("`{}`", account.name))
        .collect();
    if before.exists || names.is_empty() {
        return;
    }
    terminal.warning_with_hint(
        &format!(
            "the new configuration file hides accounts from the vendors' environment variables: {}",
            names.join(", ")
        ),
        "to keep them, add each with `keyroster accounts add`",
    );
}
