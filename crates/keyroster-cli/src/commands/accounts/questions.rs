//! What `keyroster accounts add` asks a person for; a wrong answer is explained, and asked for again.

use keyroster::{ProviderFactory, Registry, Setting};

use crate::config::{self, Config, CredentialSource, Keychain, Value};
use crate::exit::{Exit, Failure};
use crate::terminal::{Terminal, prompt};

pub(super) fn provider<'a>(
    registry: &'a Registry,
    terminal: &Terminal,
) -> Result<&'a dyn ProviderFactory, Failure> {
    let ids: Vec<String> =
        registry.factories().map(|factory| factory.info().id.to_string()).collect();
    attended("--provider is not given", &format!("there is {}", ids.join(", ")), terminal)?;
    let question = format!("provider ({}): ", ids.join(", "));
    until(&question, terminal, |id| config::provider(registry, id).map_err(Failure::usage))
}

/// The name of the account; the provider's own name, if the person types none.
pub(super) fn name(
    provider: &str,
    config: &Config,
    terminal: &Terminal,
) -> Result<String, Failure> {
    attended("NAME is not given", "write it after `add`", terminal)?;
    let question = format!("name of the account [{provider}]: ");
    until(&question, terminal, |name| {
        config::new_name(if name.is_empty() { provider } else { name }, config)
    })
}

/// Tags, if somebody is there to be asked.
pub(super) fn tags(terminal: &Terminal) -> Result<Vec<String>, Failure> {
    if !prompt::is_attended(terminal) {
        return Ok(Vec::new());
    }
    let answer = prompt::ask("tags, with commas between them [none]: ", terminal)?;
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
        return Err(Failure::usage("the provider takes no credential".to_owned()));
    };
    let others: Vec<&Setting> = secrets.collect();
    let example = |setting: &Setting| format!("--credential {}=env:{}", setting.name, setting.env);
    let instead: Vec<String> = others.iter().map(|other| example(other)).collect();
    let mut usage = example(setting);
    if !instead.is_empty() {
        usage += &format!(" (or {})", instead.join(" "));
    }
    attended("--credential is not given", &format!("say where it is, as {usage}"), terminal)?;
    let (name, help, env) = (setting.name, setting.help, setting.env);
    terminal.say(&format!(
        "where is its {name} ({help})?\n  env:NAME      an environment variable, as env:{env}\n  \
         file:PATH     a file that only you may read\n  command:LINE  what a command prints, as \
         command:pass show {account}\n  keychain      this system's credential store, where it is put now"
    ));
    if !instead.is_empty() {
        let names: Vec<String> =
            others.iter().map(|other| format!("{} ({})", other.name, other.help)).collect();
        terminal.say(&format!(
            "to give {} instead, stop here and add it with {}",
            names.join(" and "),
            instead.join(" ")
        ));
    }
    loop {
        let value =
            until("source: ", terminal, |answer| config::new_credential(account, setting, answer))?;
        if let Value::Credential(CredentialSource::Keychain(entry)) = &value
            && let Err(trouble) = Keychain::holds(entry).await
        {
            terminal.warning(&trouble.to_string());
            continue;
        }
        return Ok((name.to_owned(), value));
    }
}

/// Refuses where nobody is there to be asked.
fn attended(what: &str, instead: &str, terminal: &Terminal) -> Result<(), Failure> {
    if prompt::is_attended(terminal) {
        return Ok(());
    }
    Err(Failure::usage(format!("{what}, and nobody is at the terminal to be asked; {instead}")))
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
            }
            outcome => return outcome,
        }
    }
}
