//! The questions of `keyroster accounts add`. A wrong answer is explained, and the question asked again.

use keyroster::{ProviderFactory, Registry, Setting};

use crate::config::{self, Config, CredentialSource, Diagnostic, Keychain, Value};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, prompt};

pub(super) fn provider<'a>(
    registry: &'a Registry,
    terminal: &Terminal,
) -> Result<&'a dyn ProviderFactory, Failure> {
    let ids: Vec<String> =
        registry.factories().map(|factory| factory.info().id.to_string()).collect();
    attended("--provider", &format!("pass --provider with one of: {}", ids.join(", ")), terminal)?;
    let question = format!("provider ({}): ", ids.join(", "));
    until(&question, terminal, |id| config::provider(registry, id).map_err(Diagnostic::into_usage))
}

/// The name of the account. An empty answer means the provider's name.
pub(super) fn name(
    provider: &str,
    config: &Config,
    terminal: &Terminal,
) -> Result<String, Failure> {
    attended("NAME", "pass the name after `add`", terminal)?;
    let question = format!("account name [{provider}]: ");
    until(&question, terminal, |name| {
        config::new_name(if name.is_empty() { provider } else { name }, config)
    })
}

/// Tags, if there is a terminal to ask at.
pub(super) fn tags(terminal: &Terminal) -> Result<Vec<String>, Failure> {
    if !prompt::is_attended(terminal) {
        return Ok(Vec::new());
    }
    let answer = prompt::ask("tags, separated by commas [none]: ", terminal)?;
    let tags = answer.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    Ok(tags.map(str::to_owned).collect())
}

/// Where the credential is.
pub(super) async fn credential(
    factory: &dyn ProviderFactory,
    account: &str,
    terminal: &Terminal,
) -> Result<(String, Value), Failure> {
    let mut secrets = factory.settings().iter().filter(|setting| setting.secret);
    let Some(setting) = secrets.next() else {
        return Err(Failure::usage("this provider takes no credential"));
    };
    let others: Vec<&Setting> = secrets.collect();
    let example = |setting: &Setting| format!("--credential {}=env:{}", setting.name, setting.env);
    let instead: Vec<String> = others.iter().map(|other| example(other)).collect();
    let mut usage = example(setting);
    if !instead.is_empty() {
        usage += &format!(" (or {})", instead.join(" "));
    }
    attended("--credential", &format!("pass {usage}"), terminal)?;
    let name = setting.name;
    let help = setting.help;
    let env = setting.env;
    terminal.message(&format!(
        "where is the {name} ({help})?\n  env:NAME      an environment variable, e.g. env:{env}\n  \
         file:PATH     a file that only you can read\n  command:LINE  the output of a command, e.g. \
         command:pass show {account}\n  keychain      this system's credential store; you type the \
         secret next"
    ));
    if !instead.is_empty() {
        let names: Vec<String> =
            others.iter().map(|other| format!("{} ({})", other.name, other.help)).collect();
        terminal.message(&format!(
            "to use {} instead, stop here and pass\n  {}",
            names.join(" and "),
            instead.join(" ")
        ));
    }
    loop {
        let value =
            until("source: ", terminal, |answer| config::new_credential(account, setting, answer))?;
        if let Value::Credential(CredentialSource::Keychain(entry)) = &value
            && let Err(error) = Keychain::holds(entry).await
        {
            terminal.warning_with_hint(&error.message, &error.hint);
            continue;
        }
        return Ok((name.to_owned(), value));
    }
}

/// Refuses if there is no terminal to ask at.
fn attended(argument: &str, hint: &str, terminal: &Terminal) -> Result<(), Failure> {
    if prompt::is_attended(terminal) {
        return Ok(());
    }
    let message = format!("{argument} is missing, and there is no terminal to ask for it");
    Err(Failure::usage(message).with_hint(hint))
}

/// Asks until the answer is right.
fn until<T>(
    question: &str,
    terminal: &Terminal,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    loop {
        match read(&prompt::ask(question, terminal)?) {
            Err(failure) if failure.exit() == Exit::Usage => {
                terminal.warning(&failure.message());
                if let Some(hint) = failure.hint() {
                    terminal.hint(hint);
                }
            }
            outcome => return outcome,
        }
    }
}
