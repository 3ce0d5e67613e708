//! Which accounts there are: described in `keyroster.toml`, in the environment, or both.
//!
//! No secret stands here. An account says where each secret is, and it is read when the account is
//! asked, not before.

mod account;
mod credential;
mod diagnostic;
mod edit;
mod keychain;
mod overrides;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keyroster::{ProviderFactory, Registry};

pub(crate) use account::{Definition, Origin, Setting, Value, check_name};
pub(crate) use credential::{CredentialError, CredentialSource, is_variable};
pub(crate) use diagnostic::{Diagnostic, quoted, report};
pub(crate) use edit::{NewAccount, add, new_credential, new_name, remove};
pub(crate) use keychain::Keychain;
use read::Found;

use crate::env;
use crate::exit::Failure;
use crate::output::suggestion::Suggestion;
use crate::output::text;
use crate::platform::{self, Others};

/// The accounts of this run, and the file that describes them.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file, whether it exists or not; none where this system has no folder for it.
    pub(crate) file: Option<PathBuf>,
    /// Whether the file exists.
    pub(crate) exists: bool,
    /// In the order of their names.
    pub(crate) accounts: Vec<Definition>,
    /// The names of accounts in the file that are so wrong that they are not among the others.
    pub(crate) broken: Vec<String>,
}

impl Config {
    /// Reads the file that the user names, or the usual one if it exists, and what the environment adds.
    ///
    /// Without a file, the vendors' own environment variables describe an account each.
    pub(crate) fn load(named: Option<&Path>, registry: &Registry) -> Result<Self, Failure> {
        let (config, diagnostics) = Self::inspect(named, registry)?;
        if diagnostics.is_empty() {
            return Ok(config);
        }
        Err(Failure::configuration(report(config.file.as_deref(), &diagnostics)))
    }

    /// The same, with all that is wrong.
    pub(crate) fn inspect(
        named: Option<&Path>,
        registry: &Registry,
    ) -> Result<(Self, Vec<Diagnostic>), Failure> {
        Self::read(named, registry, true)
    }

    /// The same of a file that is about to be written, and so need not exist.
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
        let file = named.or_else(usual_file);
        let text = match &file {
            None => None,
            Some(path) => read_file(path, must_exist)?,
        };
        let exists = text.is_some();
        let mut odd = Vec::new();
        let variables = overrides::variables(&mut odd);
        let Found { mut accounts, broken, mut diagnostics } = match &text {
            Some(text) => read::accounts(text, registry, &overrides::providers(&variables)),
            None => from_vendor_variables(registry),
        };
        diagnostics.extend(odd);
        overrides::apply(&mut accounts, &broken, &variables, registry, &mut diagnostics);
        if diagnostics.is_empty() {
            diagnostics.extend(accounts.iter().filter_map(|account| unusable(account, registry)));
        }
        accounts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok((Self { file, exists, accounts, broken }, diagnostics))
    }
}

/// The folder that a file lies in: the current one, where its path names none.
pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The provider of that id; the error says which there are, and the nearest.
pub(crate) fn provider<'a>(
    registry: &'a Registry,
    id: &str,
) -> Result<&'a dyn ProviderFactory, String> {
    registry.factory(id).map_err(|error| {
        let known: Vec<String> =
            registry.factories().map(|factory| factory.info().id.to_string()).collect();
        match Suggestion::new(id, known.iter().map(String::as_str)) {
            suggestion @ Suggestion::DidYouMean(_) => {
                format!("there is no provider `{}`; {suggestion}", text::clean(id))
            }
            Suggestion::Known(_) => format!("{error}; {}", error.help()),
        }
    })
}

/// `keyroster.toml` in the folder where this system keeps programs' settings.
fn usual_file() -> Option<PathBuf> {
    Some(env::config_folder()?.join("keyroster").join("keyroster.toml"))
}

/// The file's text; none if it does not exist and nobody said that it does.
fn read_file(path: &Path, must_exist: bool) -> Result<Option<String>, Failure> {
    let wrong = |message: String| Failure::configuration(message);
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(text) => {
            if let Some(fix) = writable_by_others(path) {
                return Err(wrong(format!(
                    "{shown} can be written by everybody, who could let it run commands; {fix}"
                )));
            }
            Ok(Some(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(wrong(format!(
            "there is no file {shown}; create it with `keyroster --config {shown} accounts add`, or name \
             another with --config or KEYROSTER_CONFIG"
        ))),
        Err(error) => Err(wrong(format!(
            "{shown} cannot be read: {error}; make it a file that you may read, or name another with \
             --config"
        ))),
    }
}

/// How to take away everybody's leave to write a file, if they have it.
fn writable_by_others(path: &Path) -> Option<String> {
    writable(path, Others::Everyone)
}

/// How to take away the group's leave to write a file, if it has it.
pub(crate) fn writable_by_group(path: &Path) -> Option<String> {
    writable(path, Others::Group)
}

fn writable(path: &Path, others: Others) -> Option<String> {
    platform::is_writable_by(path, others).then(|| format!("run: chmod go-w {}", path.display()))
}

/// An account of each provider whose own environment variables hold a credential, named after it.
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
                let why = wrong_value(factory, setting.name, &text);
                wrong.extend(why.map(|why| Diagnostic::new(format!("{}: {why}", setting.env))));
                Value::Plain(text)
            };
            let origin = Origin::Variable(setting.env.to_owned());
            settings.insert(setting.name, Setting { value, origin });
        }
        // An address alone is no account.
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
    Found { accounts, broken: Vec::new(), diagnostics }
}

/// A variable that nobody can read.
fn garbled(variable: &str) -> Diagnostic {
    Diagnostic::new(format!("{variable}: its value is no text (UTF-8); set it anew"))
}

/// What is wrong with the value of a setting that is no secret, and what to do.
pub(crate) fn wrong_value(
    factory: &dyn ProviderFactory,
    setting: &str,
    value: &str,
) -> Option<String> {
    let error = factory.check_setting(setting, value).err()?;
    Some(format!("{error}; {}", error.help()))
}

/// What keeps an account from being asked, told without reading a secret.
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
    let message = format!(
        "account `{}` has no credential; say where it is, as `{first} = {{ env = \"{}\" }}`",
        account.name,
        overrides::variable(&account.name, first)
    );
    Some(match account.origin {
        Origin::Line(line) => Diagnostic::at(line, 1, message),
        _ => Diagnostic::new(message),
    })
}
