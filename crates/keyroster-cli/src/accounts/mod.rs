//! Opens the accounts that a command uses.

pub(crate) mod check;
pub(crate) mod find_key;
pub(crate) mod in_use;
pub(crate) mod recheck;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyroster::{
    Error, ErrorKind, Provider, ProviderFactory, Registry, Roster, Settings, Suggestion,
};
use keyroster_sandbox::Sandbox;

use crate::config::{self, Config, Definition, Origin, Setting, Value, folder_of};
use crate::exit::Failure;
use crate::output::text;
use crate::platform::process::Commands;

/// Maximum number of names in an error.
const MAX_NAMES: usize = 10;

/// Where accounts come from: the configuration, or a sandbox.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) registry: &'a Arc<Registry>,
    pub(crate) sandbox: bool,
    /// The configuration file given on the command line.
    pub(crate) config: Option<&'a Path>,
}

/// The accounts of a command. An account is opened, and its secret read, when it is first used.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// Sorted by name, like the roster.
    definitions: Vec<Definition>,
    roster: Roster,
    file: Option<PathBuf>,
    commands: Arc<Commands>,
    /// Runs until this is dropped.
    _sandbox: Option<Sandbox>,
}

/// What it takes to open an account.
#[derive(Debug)]
struct Opener {
    definition: Definition,
    registry: Arc<Registry>,
    /// The file that defines it, if any.
    file: Option<PathBuf>,
    commands: Arc<Commands>,
}

impl Source<'_> {
    /// Returns all accounts, at least one.
    pub(crate) async fn open(&self) -> Result<Accounts, Failure> {
        let sandbox = if self.sandbox { Some(Sandbox::start().await?) } else { None };
        let (definitions, file, timeout) = if let Some(sandbox) = &sandbox {
            (made_up(self.registry, sandbox), None, config::command_timeout(None)?)
        } else {
            let config = Config::load(self.config, self.registry)?;
            if config.accounts.is_empty() {
                return Err(no_account(self.registry, &config));
            }
            let timeout = config::command_timeout(config.command_timeout)?;
            (config.accounts, config.file, timeout)
        };
        let commands = Arc::new(Commands {
            hidden: config::credential_variables(&definitions, self.registry),
            timeout,
        });
        let mut roster = Roster::new();
        for definition in &definitions {
            let opener = Arc::new(Opener {
                definition: definition.clone(),
                registry: Arc::clone(self.registry),
                file: file.clone(),
                commands: Arc::clone(&commands),
            });
            roster.add_lazily(definition.name.as_str(), move || {
                let opener = Arc::clone(&opener);
                async move { opener.open().await }
            })?;
        }
        Ok(Accounts { definitions, roster, file, commands, _sandbox: sandbox })
    }
}

impl Accounts {
    /// Keeps the accounts that match; at least one must.
    pub(crate) fn retain(&mut self, matches: impl Fn(&Definition) -> bool) -> Result<(), Failure> {
        let available = self.available();
        self.definitions.retain(matches);
        if self.definitions.is_empty() {
            return Err(Failure::usage("no account matches the selection").with_hint(available));
        }
        let kept: HashSet<&str> = self.definitions.iter().map(|known| &*known.name).collect();
        self.roster.retain(|name| kept.contains(name));
        Ok(())
    }

    /// Keeps only the account with this name, or all accounts without a name.
    pub(crate) fn select(&mut self, name: Option<&str>) -> Result<(), Failure> {
        let Some(name) = name else { return Ok(()) };
        self.definition(name)?;
        self.retain(|account| account.name == name)
    }

    /// Returns all accounts as one roster.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Returns the definitions, sorted by name.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter()
    }

    /// Returns the file that defines the accounts, if any.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns what all commands have in common.
    pub(crate) fn commands(&self) -> &Commands {
        &self.commands
    }

    /// Returns the definition of the account with this name.
    pub(crate) fn definition(&self, name: &str) -> Result<&Definition, Failure> {
        let known = self.definitions().find(|account| account.name == name);
        known.ok_or_else(|| {
            let names = self.definitions().map(|known| known.name.as_str());
            let suggestion = Suggestion::for_name(name, names).to_string();
            Failure::usage(format!("no account is named `{}`", text::clean(name)))
                .with_hint(suggestion)
        })
    }

    /// Opens the account with this name.
    pub(crate) async fn open(&self, name: &str) -> Result<Provider, Failure> {
        self.definition(name)?;
        Ok(self.roster.open(name).await?)
    }

    /// The names and tags to choose from.
    fn available(&self) -> String {
        let names: BTreeSet<&str> = self.definitions().map(|known| known.name.as_str()).collect();
        let tags = self.definitions().flat_map(|known| &known.tags).map(String::as_str);
        let tags: BTreeSet<&str> = tags.collect();
        let accounts = format!("accounts: {}", first_of(&names));
        if tags.is_empty() {
            return accounts;
        }
        format!("{accounts}; tags: {}", first_of(&tags))
    }
}

impl Opener {
    async fn open(&self) -> Result<Provider, Error> {
        let definition = &self.definition;
        let factory = self.registry.factory(&definition.provider)?;
        let id = factory.info().id;
        let settings = self.settings().await;
        let provider =
            settings.and_then(|settings| self.registry.build(&definition.provider, &settings));
        provider.map_err(|error| {
            let error = error.with_provider(id);
            match (&self.file, &definition.origin) {
                (Some(file), Origin::Line(line)) => {
                    let help = format!("{} (see {}:{line})", error.help(), file.display());
                    error.with_help(help)
                }
                _ => error,
            }
        })
    }

    /// Returns the settings with their secrets.
    async fn settings(&self) -> Result<Settings, Error> {
        let folder = folder_of(self.file.as_deref().unwrap_or(Path::new("")));
        let mut settings = Settings::new();
        for (name, Setting { value, .. }) in &self.definition.settings {
            settings = match value {
                Value::Plain(text) => settings.with(*name, text.as_str()),
                Value::MadeUp(secret) => settings.with(*name, secret.clone()),
                Value::Credential(source) => {
                    let secret = source.fetch(folder, &self.commands).await.map_err(|error| {
                        let message = format!("cannot get `{name}`: {error}");
                        Error::new(ErrorKind::Configuration, message).with_help(error.hint)
                    })?;
                    settings.with(*name, secret)
                }
            };
        }
        Ok(settings)
    }
}

/// The first names, and `…` if there are more.
fn first_of(names: &BTreeSet<&str>) -> String {
    let shown: Vec<String> =
        names.iter().take(MAX_NAMES).map(|name| format!("`{}`", text::clean(name))).collect();
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// The sandbox's accounts, named after their providers.
fn made_up(registry: &Registry, sandbox: &Sandbox) -> Vec<Definition> {
    let pinata = sandbox.pinata();
    let openrouter = sandbox.openrouter();
    let account = |factory: &dyn ProviderFactory| {
        let id = factory.info().id.to_string();
        let (secret, value, base_url) = match id.as_str() {
            "pinata" => ("jwt", &pinata.jwt, &pinata.base_url),
            "openrouter" => ("management-key", &openrouter.management_key, &openrouter.base_url),
            // The sandbox imitates only these two.
            _ => return None,
        };
        let setting = |value| Setting { value, origin: Origin::Sandbox };
        let settings = [
            (secret, setting(Value::MadeUp(value.as_str().into()))),
            ("base-url", setting(Value::Plain(base_url.clone()))),
        ];
        Some(Definition {
            name: id.clone(),
            provider: id,
            provider_by: Origin::Sandbox,
            tags: Vec::new(),
            tags_by: None,
            settings: settings.into(),
            origin: Origin::Sandbox,
        })
    };
    registry.factories().filter_map(account).collect()
}

/// The failure of a command that needs an account.
fn no_account(registry: &Registry, config: &Config) -> Failure {
    if config.exists {
        let file = config.file.as_deref().unwrap_or(Path::new("")).display();
        return Failure::configuration(format!("no accounts: {file} defines none"))
            .with_hint("run `keyroster accounts add`");
    }
    let variables = registry.factories().filter_map(|factory| {
        let first = factory.settings().iter().find(|setting| setting.secret)?;
        Some(format!("{} ({})", first.env, factory.info().display_name))
    });
    let variables: Vec<String> = variables.collect();
    Failure::configuration(
        "no accounts: there is no configuration file, and no credential is set in the environment",
    )
    .with_hint(format!(
        "run `keyroster accounts add`, or set {}; pass --sandbox to try made-up accounts",
        variables.join(" or ")
    ))
}
