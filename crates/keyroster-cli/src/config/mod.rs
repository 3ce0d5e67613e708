//! Defines the accounts, from `keyroster.toml` and the environment.
//!
//! A definition contains no secrets. It says where each secret is; the secret is read when the account is
//! first used.

mod account;
mod credential;
mod diagnostic;
mod edit;
mod keychain;
mod overrides;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyroster::{ProviderFactory, Registry};

pub(crate) use account::{Definition, Origin, Setting, Value, check_name};
pub(crate) use credential::{CredentialError, CredentialSource, is_variable};
pub(crate) use diagnostic::{Diagnostic, invalid, quoted, report};
pub(crate) use edit::{NewAccount, add, new_credential, new_name, remove};
pub(crate) use keychain::Keychain;
use read::Found;

use crate::clock::duration;
use crate::exit::Failure;
use crate::platform::env;
use crate::platform::process;
use crate::platform::{self, Others};

/// The defined accounts, and the configuration file.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file, whether it exists or not. `None` if the system has no folder for settings.
    pub(crate) file: Option<PathBuf>,
    /// Whether the file exists.
    pub(crate) exists: bool,
    /// The accounts, sorted by name.
    pub(crate) accounts: Vec<Definition>,
    /// The names of accounts in the file that are too broken to be among the others.
    pub(crate) broken: Vec<String>,
    /// How long a command may take, if the file says so.
    pub(crate) command_timeout: Option<Duration>,
}

impl Config {
    /// Reads the file that the user names, or else the default one if it exists, and the environment.
    ///
    /// Without a file, each vendor's own environment variables define one account.
    pub(crate) fn load(named: Option<&Path>, registry: &Registry) -> Result<Self, Failure> {
        let (config, diagnostics) = Self::inspect(named, registry)?;
        if diagnostics.is_empty() {
            return Ok(config);
        }
        Err(invalid(config.file.as_deref(), &diagnostics))
    }

    /// Like [`load`](Self::load), but returns the mistakes next to the accounts.
    pub(crate) fn inspect(
        named: Option<&Path>,
        registry: &Registry,
    ) -> Result<(Self, Vec<Diagnostic>), Failure> {
        Self::read(named, registry, true)
    }

    /// Like [`inspect`](Self::inspect), for a file that is about to be written and need not exist.
    pub(crate) fn inspect_for_writing(
        named: Option<&Path>,
        registry: &Registry,
    ) -> Result<(Self, Vec<Diagnostic>), Failure> {
        Self::read(named, registry, false)
    }

    fn read(
        named: Option<&Path>,
        registry: &Registry,
        must_exist: bool,
    ) -> Result<(Self, Vec<Diagnostic>), Failure> {
        let named = named.map(Path::to_owned).or_else(env::config_file);
        let must_exist = must_exist && named.is_some();
        let file = named.or_else(default_file);
        let text = match &file {
            None => None,
            Some(path) => read_file(path, must_exist)?,
        };
        let exists = text.is_some();
        let mut unreadable = Vec::new();
        let variables = overrides::variables(&mut unreadable);
        let Found { mut accounts, broken, mut diagnostics, command_timeout } = match &text {
            Some(text) => read::accounts(text, registry, &overrides::providers(&variables)),
            None => from_vendor_variables(registry),
        };
        diagnostics.extend(unreadable);
        overrides::apply(&mut accounts, &broken, &variables, registry, &mut diagnostics);
        if diagnostics.is_empty() {
            diagnostics.extend(accounts.iter().filter_map(|account| unusable(account, registry)));
        }
        accounts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok((Self { file, exists, accounts, broken, command_timeout }, diagnostics))
    }
}

/// How long a command may take: the environment's value, else the file's, else the default.
pub(crate) fn command_timeout(from_file: Option<Duration>) -> Result<Duration, Failure> {
    let Some(text) = env::text(env::COMMAND_TIMEOUT) else {
        return Ok(from_file.unwrap_or(process::TIMEOUT));
    };
    duration(&text).map_err(|wrong| {
        Failure::configuration(format!("{}: {wrong}", env::COMMAND_TIMEOUT))
            .with_hint("set it to a duration, for example `120s`, or unset it")
    })
}

/// The variables from which the credential of any account is read, or could be.
pub(crate) fn credential_variables(accounts: &[Definition], registry: &Registry) -> Vec<String> {
    let values = accounts.iter().flat_map(|account| account.settings.values());
    let named = values.filter_map(|setting| match &setting.value {
        Value::Credential(CredentialSource::Env(name)) => Some(name.clone()),
        _ => None,
    });
    let secret = |setting: &&keyroster::Setting| setting.secret;
    let own = registry.factories().flat_map(|factory| factory.settings().iter().filter(secret));
    let plain = registry.factories().flat_map(ProviderFactory::settings);
    let plain: BTreeSet<&str> =
        plain.filter(|setting| !setting.secret).map(|setting| setting.name).collect();
    // What is not known to be plain may be a secret.
    let overriding = env::overrides().into_iter().filter(|name| !overrides::is_plain(name, &plain));
    let all: BTreeSet<String> =
        named.chain(own.map(|setting| setting.env.to_owned())).chain(overriding).collect();
    all.into_iter().collect()
}

/// The folder of a file: the current one if the path has none.
pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Returns the provider with this id.
pub(crate) fn provider<'a>(
    registry: &'a Registry,
    id: &str,
) -> Result<&'a dyn ProviderFactory, Diagnostic> {
    registry.factory(id).map_err(|error| Diagnostic::new(error.to_string()).with_hint(error.help()))
}

/// `keyroster.toml` in the system's folder for settings.
fn default_file() -> Option<PathBuf> {
    Some(env::config_folder()?.join("keyroster").join("keyroster.toml"))
}

/// Reads the file. Returns `None` if it does not exist and need not.
fn read_file(path: &Path, must_exist: bool) -> Result<Option<String>, Failure> {
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(text) => match writable_by_others(path) {
            Some(hint) => {
                let message = format!(
                    "every user can write to {shown}, which can make keyroster run commands"
                );
                Err(Failure::configuration(message).with_hint(hint))
            }
            None => Ok(Some(text)),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let hint = format!(
                "create it with `keyroster --config {shown} accounts add`, or pass another file with \
                 --config or KEYROSTER_CONFIG"
            );
            Err(Failure::configuration(format!("the configuration file {shown} does not exist"))
                .with_hint(hint))
        }
        Err(error) => Err(Failure::configuration(format!("cannot read {shown}: {error}"))
            .with_hint("check its permissions, or pass another file with --config")),
    }
}

/// The command that removes everyone's permission to write a file, if they have it.
fn writable_by_others(path: &Path) -> Option<String> {
    writable(path, Others::Everyone)
}

/// The command that removes the group's permission to write a file, if it has it.
pub(crate) fn writable_by_group(path: &Path) -> Option<String> {
    writable(path, Others::Group)
}

fn writable(path: &Path, others: Others) -> Option<String> {
    platform::is_writable_by(path, others).then(|| format!("run `chmod go-w {}`", path.display()))
}

/// One account for each provider whose own environment variables contain a credential, named after the
/// provider.
fn from_vendor_variables(registry: &Registry) -> Found {
    let mut diagnostics = Vec::new();
    let described = |factory: &dyn ProviderFactory| {
        let mut settings = BTreeMap::new();
        let mut wrong = Vec::new();
        let unreadable = factory.settings().iter().filter(|setting| env::is_garbled(setting.env));
        diagnostics.extend(unreadable.map(|setting| garbled(setting.env)));
        for setting in factory.settings().iter().filter(|setting| env::is_set(setting.env)) {
            let value = if setting.secret {
                Value::Credential(CredentialSource::Env(setting.env.to_owned()))
            } else {
                let text = env::text(setting.env).unwrap_or_default();
                let diagnostic = wrong_value(factory, setting.name, &text);
                wrong.extend(diagnostic.map(|diagnostic| diagnostic.of(setting.env)));
                Value::Plain(text)
            };
            let origin = Origin::Variable(setting.env.to_owned());
            settings.insert(setting.name, Setting { value, origin });
        }
        // An address alone does not define an account.
        let has_credential =
            settings.values().any(|setting| matches!(setting.value, Value::Credential(_)));
        let id = factory.info().id.to_string();
        if has_credential {
            diagnostics.extend(wrong);
        }
        has_credential.then(|| Definition {
            name: id.clone(),
            provider: id,
            provider_by: Origin::VendorVariables,
            tags: Vec::new(),
            tags_by: None,
            settings,
            origin: Origin::VendorVariables,
        })
    };
    let accounts = registry.factories().filter_map(described).collect();
    Found { accounts, broken: Vec::new(), diagnostics, command_timeout: None }
}

/// A variable that is not valid UTF-8.
fn garbled(variable: &str) -> Diagnostic {
    Diagnostic::new(format!("{variable}: not valid UTF-8")).with_hint("correct or unset it")
}

/// The mistake in the value of a setting that is not a secret, if there is one.
pub(crate) fn wrong_value(
    factory: &dyn ProviderFactory,
    setting: &str,
    value: &str,
) -> Option<Diagnostic> {
    let error = factory.check_setting(setting, value).err()?;
    Some(Diagnostic::new(error.to_string()).with_hint(error.help()))
}

/// What keeps an account from being used, without reading a secret.
fn unusable(account: &Definition, registry: &Registry) -> Option<Diagnostic> {
    let factory = registry.factory(&account.provider).ok()?;
    let secrets: Vec<&str> = factory
        .settings()
        .iter()
        .filter(|setting| setting.secret)
        .map(|setting| setting.name)
        .collect();
    let [first, ..] = secrets[..] else { return None };
    if secrets.iter().any(|name| account.settings.contains_key(name)) {
        return None;
    }
    let diagnostic = Diagnostic::new(format!("account `{}` has no credential", account.name));
    let variable = overrides::variable(&account.name, first);
    Some(match account.origin {
        Origin::Line(line) => diagnostic
            .with_hint(format!("say where it is: `{first} = {{ env = \"{variable}\" }}`"))
            .at(line, 1),
        _ => diagnostic.with_hint(format!("set {variable}")),
    })
}
