//! Which accounts there are: described in `keyroster.toml`, in the environment, or both.
//!
//! No secret stands here. An account says where each secret is, and it is read when the account is
//! asked, not before.

mod credential;
mod edit;
mod keychain;
mod mistake;
mod overrides;
mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use keyroster::{ProviderFactory, Registry, Secret};

pub(crate) use credential::{CredentialSource, Trouble, is_variable};
pub(crate) use edit::{NewAccount, add, remove, taken};
pub(crate) use keychain::Keychain;
pub(crate) use mistake::{Mistake, nearest, quoted, report};
use read::Found;
pub(crate) use read::check_name;

use crate::env;
use crate::failure::Failure;

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

/// An account as it is described.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// The provider's id, which the registry knows.
    pub(crate) provider: String,
    /// Who said so.
    pub(crate) provider_by: Origin,
    pub(crate) tags: Vec<String>,
    /// Who said so; none where nobody speaks of tags.
    pub(crate) tags_by: Option<Origin>,
    pub(crate) settings: BTreeMap<&'static str, Setting>,
    pub(crate) origin: Origin,
}

/// A setting's value, and who said so.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// What a setting is set to.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Something that may be shown.
    Plain(String),
    /// A secret that is elsewhere.
    Credential(CredentialSource),
    /// A made-up secret of the sandbox.
    MadeUp(Secret),
}

/// Where a description stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the configuration file.
    Line(usize),
    /// An environment variable.
    Variable(String),
    /// The vendors' own environment variables.
    VendorVariables,
    /// `--sandbox`.
    Sandbox,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Variable(name) => f.write_str(name),
            Self::VendorVariables => f.write_str("the environment"),
            Self::Sandbox => f.write_str("the sandbox"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(&without_user(text)),
            Self::Credential(source) => source.fmt(f),
            Self::MadeUp(_) => f.write_str("made up"),
        }
    }
}

/// An address without the user and password that it may hold.
fn without_user(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{path}"),
        None => text.to_owned(),
    }
}

impl Config {
    /// Reads the file that the user names, or the usual one if it exists, and what the environment adds.
    ///
    /// Without a file, the vendors' own environment variables describe an account each.
    pub(crate) fn load(named: Option<&Path>, registry: &Registry) -> Result<Self, Failure> {
        let (config, mistakes) = Self::inspect(named, registry)?;
        if mistakes.is_empty() {
            return Ok(config);
        }
        Err(Failure::Configuration(report(config.file.as_deref(), &mistakes)))
    }

    /// The same, with all that is wrong.
    pub(crate) fn inspect(
        named: Option<&Path>,
        registry: &Registry,
    ) -> Result<(Self, Vec<Mistake>), Failure> {
        Self::read(named, registry, true)
    }

    /// The same of a file that is about to be written, and so need not exist.
    pub(crate) fn inspect_for_writing(
        named: Option<&Path>,
        registry: &Registry,
    ) -> Result<(Self, Vec<Mistake>), Failure> {
        Self::read(named, registry, false)
    }

    fn read(
        named: Option<&Path>,
        registry: &Registry,
        must_exist: bool,
    ) -> Result<(Self, Vec<Mistake>), Failure> {
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
        let Found { mut accounts, broken, mut mistakes } = match &text {
            Some(text) => read::accounts(text, registry, &overrides::providers(&variables)),
            None => from_vendor_variables(registry),
        };
        mistakes.extend(odd);
        overrides::apply(&mut accounts, &broken, &variables, registry, &mut mistakes);
        if mistakes.is_empty() {
            mistakes.extend(accounts.iter().filter_map(|account| unusable(account, registry)));
        }
        accounts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok((Self { file, exists, accounts, broken }, mistakes))
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
        let hint = nearest(id, known.iter().map(String::as_str));
        if hint.starts_with("did you") {
            format!("there is no provider `{}`; {hint}", crate::view::clean(id))
        } else {
            error.to_string()
        }
    })
}

/// `keyroster.toml` in the folder where this system keeps programs' settings.
fn usual_file() -> Option<PathBuf> {
    Some(env::config_folder()?.join("keyroster").join("keyroster.toml"))
}

/// The file's text; none if it does not exist and nobody said that it does.
fn read_file(path: &Path, must_exist: bool) -> Result<Option<String>, Failure> {
    let wrong = |message: String| Failure::Configuration(message);
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
    writable(path, 0o002)
}

/// How to take away the group's leave to write a file, if it has it.
pub(crate) fn writable_by_group(path: &Path) -> Option<String> {
    writable(path, 0o020)
}

fn writable(path: &Path, bit: u32) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & bit != 0).then(|| format!("run: chmod go-w {}", path.display()))
    }
    #[cfg(not(unix))]
    {
        let _ = (path, bit);
        None
    }
}

/// An account of each provider whose own environment variables hold a credential, named after it.
fn from_vendor_variables(registry: &Registry) -> Found {
    let mut mistakes = Vec::new();
    let described = |factory: &dyn ProviderFactory| {
        let mut settings = BTreeMap::new();
        let mut wrong = Vec::new();
        let unreadable = factory.settings().iter().filter(|setting| env::is_garbled(setting.env));
        mistakes.extend(unreadable.map(|setting| garbled(setting.env)));
        for setting in factory.settings().iter().filter(|setting| env::is_set(setting.env)) {
            let value = if setting.secret {
                Value::Credential(CredentialSource::Env(setting.env.to_owned()))
            } else {
                let text = env::text(setting.env).unwrap_or_default();
                let why = wrong_value(factory, setting.name, &text);
                wrong.extend(why.map(|why| Mistake::new(format!("{}: {why}", setting.env))));
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
            mistakes.extend(wrong);
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
    Found { accounts, broken: Vec::new(), mistakes }
}

/// A variable that nobody can read.
fn garbled(variable: &str) -> Mistake {
    Mistake::new(format!("{variable}: its value is no text (UTF-8); set it anew"))
}

/// What is wrong with the value of a setting that is no secret, and what to do.
pub(crate) fn wrong_value(
    factory: &dyn ProviderFactory,
    setting: &str,
    value: &str,
) -> Option<String> {
    let error = factory.check_setting(setting, value).err()?;
    Some(format!("{}; {}", error.what(), error.help()))
}

/// What keeps an account from being asked, told without reading a secret.
fn unusable(account: &Definition, registry: &Registry) -> Option<Mistake> {
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
        Origin::Line(line) => Mistake::at(line, 1, message),
        _ => Mistake::new(message),
    })
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn an_address_is_shown_without_its_user() {
        for (text, shown) in [
            ("https://me:fa4efa4e@x.example/v1", "https://…@x.example/v1"),
            ("https://fa4efa4e@x.example", "https://…@x.example"),
            ("https://x.example/a@b", "https://x.example/a@b"),
            ("me@x.example", "me@x.example"),
        ] {
            assert_eq!(Value::Plain(text.to_owned()).to_string(), shown);
        }
    }
}
