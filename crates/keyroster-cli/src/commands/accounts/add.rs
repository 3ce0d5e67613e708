//! `keyroster accounts add`: writes an account into the configuration file.

use std::process::ExitCode;

use keyroster::{ProviderFactory, Secret, Setting};

use crate::accounts::Source;
use crate::args::AccountsAdd;
use crate::config::{
    self, Config, CredentialSource, Keychain, NewAccount, Value, check_name, nearest, quoted,
};
use crate::failure::Failure;
use crate::output::Terminal;
use crate::{prompt, view};

pub(super) async fn run(
    accounts: &Source<'_>,
    add: &AccountsAdd,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let (config, _) = Config::inspect_for_writing(accounts.config, accounts.registry)?;
    let Some(file) = &config.file else {
        let message = "this system tells no folder for settings; name a file with --config";
        return Err(Failure::Configuration(message.to_owned()));
    };
    let (account, secrets) = describe(accounts, add, &config, terminal)?;
    // First the secrets, then the file that speaks of them.
    for (entry, secret) in secrets {
        Keychain::set(&entry, secret)
            .await
            .map_err(|trouble| Failure::Configuration(format!("nothing was written: {trouble}")))?;
        terminal.done(&format!("kept `{entry}` in the keychain"));
    }
    config::add(file, &account, accounts.registry)?;
    terminal.done(&format!("added `{}` to {}", account.name, file.display()));
    warn_of_vendor_variables(&config, terminal);
    terminal.hint(&format!("see whether it works: keyroster accounts test {}", account.name));
    Ok(ExitCode::SUCCESS)
}

/// The account, and the secrets that shall go into the keychain.
fn describe(
    accounts: &Source<'_>,
    add: &AccountsAdd,
    config: &Config,
    terminal: &Terminal,
) -> Result<(NewAccount, Vec<(String, Secret)>), Failure> {
    let factory = provider(accounts, add, terminal)?;
    let id = factory.info().id.to_string();
    let name = if let Some(name) = &add.name {
        name.clone()
    } else {
        let answer = required("NAME", &format!("name of the account [{id}]: "), terminal)?;
        if answer.is_empty() { id.clone() } else { answer }
    };
    check_name(&name)
        .map_err(|wrong| Failure::Usage(format!("`{}`: {wrong}", view::clean(&name))))?;
    if config.exists && config.accounts.iter().any(|known| known.name == name) {
        return Err(Failure::Usage(format!(
            "there is an account `{name}` already; choose another name, or remove it first: keyroster \
             accounts remove {name}"
        )));
    }
    let mut settings = Vec::new();
    let mut secrets = Vec::new();
    for given in &add.credentials {
        let (setting, source) = pair("--credential", given)?;
        let setting = known(factory, setting, true)?;
        settings.push((setting.name.to_owned(), credential(&name, setting, source)?));
    }
    for given in &add.settings {
        let (setting, value) = pair("--set", given)?;
        let setting = known(factory, setting, false)?;
        settings.push((setting.name.to_owned(), Value::Plain(value.to_owned())));
    }
    if add.credentials.is_empty() {
        settings.push(ask_credential(factory, &name, terminal)?);
    }
    for (setting, value) in &settings {
        if let Value::Credential(CredentialSource::Keychain(entry)) = value {
            let question = format!("{setting} (it is not shown): ");
            secrets.push((entry.clone(), prompt::secret(&question, terminal)?));
        }
    }
    if secrets.len() > 1 && !prompt::is_attended(terminal) {
        return Err(Failure::Usage(
            "standard input holds one secret, and two are to be kept in the keychain; add the account at \
             a terminal"
                .to_owned(),
        ));
    }
    Ok((NewAccount { name, provider: id, tags: add.tags.clone(), settings }, secrets))
}

fn provider<'a>(
    accounts: &Source<'a>,
    add: &AccountsAdd,
    terminal: &Terminal,
) -> Result<&'a dyn ProviderFactory, Failure> {
    let ids: Vec<String> =
        accounts.registry.factories().map(|factory| factory.info().id.to_string()).collect();
    let id = match &add.provider {
        Some(id) => id.clone(),
        None => required("--provider", &format!("provider ({}): ", ids.join(", ")), terminal)?,
    };
    config::provider(accounts.registry, &id).map_err(Failure::Usage)
}

/// An answer from the person, who has to be there.
fn required(what: &str, question: &str, terminal: &Terminal) -> Result<String, Failure> {
    if prompt::is_attended(terminal) {
        return prompt::ask(question, terminal);
    }
    Err(Failure::Usage(format!(
        "{what} is not given, and nobody is at the terminal to be asked; see keyroster accounts add \
         --help"
    )))
}

/// A setting and what it is set to. What was given is not shown in the error: it may be a secret.
fn pair<'a>(option: &str, given: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let (name, value) = given.split_once('=').ok_or_else(|| {
        let example = if option == "--set" { "base-url=https://…" } else { "jwt=env:NAME" };
        Failure::Usage(format!(
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
        Some(_) if secret => Err(Failure::Usage(format!(
            "`{name}` is no part of a credential; write --set {name}=…"
        ))),
        Some(_) => Err(Failure::Usage(format!(
            "`{name}` is a secret, and does not belong on the command line; say where it is: \
             --credential {name}=env:NAME"
        ))),
        None => {
            let settings = factory.settings().iter().filter(|setting| setting.secret == secret);
            let hint = nearest(name, settings.map(|setting| setting.name));
            Err(Failure::Usage(format!("{id} accounts have no setting {}; {hint}", quoted(name))))
        }
    }
}

fn credential(account: &str, setting: &Setting, source: &str) -> Result<Value, Failure> {
    let entry = format!("{account}/{}", setting.name);
    let source = CredentialSource::parse(source, &entry);
    source
        .map(Value::Credential)
        .map_err(|wrong| Failure::Usage(format!("`{}`: {wrong}", setting.name)))
}

/// Asks where the credential is.
fn ask_credential(
    factory: &dyn ProviderFactory,
    account: &str,
    terminal: &Terminal,
) -> Result<(String, Value), Failure> {
    let mut secrets = factory.settings().iter().filter(|setting| setting.secret);
    let Some(setting) = secrets.next() else {
        return Err(Failure::Usage("the provider takes no credential".to_owned()));
    };
    let (name, help, env) = (setting.name, setting.help, setting.env);
    if prompt::is_attended(terminal) {
        terminal.say(&format!(
            "where is its {name} ({help})?\n  env:NAME      an environment variable, as env:{env}\n  \
             file:PATH     a file that only you may read\n  command:LINE  what a command prints, as \
             command:pass show {account}\n  keychain      this system's credential store, where it is put \
             now"
        ));
    }
    let answer = required("--credential", "source: ", terminal)?;
    Ok((setting.name.to_owned(), credential(account, setting, &answer)?))
}

/// Once there is a file, the vendors' own variables describe no account any longer.
fn warn_of_vendor_variables(before: &Config, terminal: &Terminal) {
    let names: Vec<&str> = before
        .accounts
        .iter()
        .filter(|account| account.origin == config::Origin::VendorVariables)
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
