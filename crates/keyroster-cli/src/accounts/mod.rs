//! Which accounts a command asks, and opening them.

pub(crate) mod check;
pub(crate) mod find_key;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyroster::{Error, ErrorKind, Provider, ProviderFactory, Registry, Roster, Settings};
use keyroster_sandbox::Sandbox;

use crate::config::{Config, Definition, Origin, Setting, Value, folder_of};
use crate::exit::Failure;
use crate::output::suggestion::Suggestion;
use crate::output::text;

/// Maximum number of names in an error.
const MAX_NAMES: usize = 10;

/// Where accounts come from: the configuration, or a sandbox.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) registry: &'a Arc<Registry>,
    pub(crate) sandbox: bool,
    /// The configuration file that the user names.
    pub(crate) config: Option<&'a Path>,
}

/// The accounts of a command. An account is opened when it is first asked; its secret is not read earlier.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// In the order of their names, like the roster.
    definitions: Vec<Definition>,
    roster: Roster,
    file: Option<PathBuf>,
    /// It serves as long as this exists.
    _sandbox: Option<Sandbox>,
}

/// What it takes to open an account.
#[derive(Debug)]
struct Opener {
    definition: Definition,
    registry: Arc<Registry>,
    /// The file that defines it, if there is one.
    file: Option<PathBuf>,
}

impl Source<'_> {
    /// All accounts; at least one.
    pub(crate) async fn open(&self) -> Result<Accounts, Failure> {
        let sandbox = if self.sandbox { Some(Sandbox::start().await?) } else { None };
        let (definitions, file) = if let Some(sandbox) = &sandbox {
            (made_up(self.registry, sandbox), None)
        } else {
            let config = Config::load(self.config, self.registry)?;
            if config.accounts.is_empty() {
                return Err(no_account(self.registry, &config));
            }
            (config.accounts, config.file)
        };
        let mut roster = Roster::new();
        for definition in &definitions {
            let opener = Arc::new(Opener {
                definition: definition.clone(),
                registry: Arc::clone(self.registry),
                file: file.clone(),
            });
            roster.add_lazily(definition.name.as_str(), move || {
                let opener = Arc::clone(&opener);
                async move { opener.open().await }
            })?;
        }
        Ok(Accounts { definitions, roster, file, _sandbox: sandbox })
    }
}

impl Accounts {
    /// Keeps the accounts that match; at least one must.
    pub(crate) fn retain(&mut self, matches: impl Fn(&Definition) -> bool) -> Result<(), Failure> {
        let available = self.available();
        self.definitions.retain(matches);
        if self.definitions.is_empty() {
            return Err(Failure::usage("no account matches").with_hint(available));
        }
        let definitions = &self.definitions;
        self.roster.retain(|name| definitions.iter().any(|known| known.name == name));
        Ok(())
    }

    /// Keeps the account of that name alone, or all of them without a name.
    pub(crate) fn select(&mut self, name: Option<&str>) -> Result<(), Failure> {
        let Some(name) = name else { return Ok(()) };
        self.definition(name)?;
        self.retain(|account| account.name == name)
    }

    /// All of them as one.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Their definitions, in the order of their names.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter()
    }

    /// The file that defines them, if there is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The definition of the account of that name.
    pub(crate) fn definition(&self, name: &str) -> Result<&Definition, Failure> {
        let known = self.definitions().find(|account| account.name == name);
        known.ok_or_else(|| {
            let names = self.definitions().map(|known| known.name.as_str());
            let suggestion = Suggestion::new(name, names).to_string();
            Failure::usage(format!("no account `{}`", text::clean(name))).with_hint(suggestion)
        })
    }

    /// Opens the account of that name.
    pub(crate) async fn open(&self, name: &str) -> Result<Provider, Failure> {
        self.definition(name)?;
        Ok(self.roster.open(name).await?)
    }

    /// The first accounts and tags, to choose from.
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
        let provider = settings.and_then(|settings| factory.build(&settings));
        provider.map_err(|error| {
            let error = error.with_provider(id);
            match (&self.file, &definition.origin) {
                (Some(file), Origin::Line(line)) => {
                    let help = format!("{} ({}:{line})", error.help(), file.display());
                    error.with_help(help)
                }
                _ => error,
            }
        })
    }

    /// The settings with their secrets.
    async fn settings(&self) -> Result<Settings, Error> {
        let folder = folder_of(self.file.as_deref().unwrap_or(Path::new("")));
        let mut settings = Settings::new();
        for (name, Setting { value, .. }) in &self.definition.settings {
            settings = match value {
                Value::Plain(text) => settings.with(*name, text.as_str()),
                Value::MadeUp(secret) => settings.with(*name, secret.clone()),
                Value::Credential(source) => {
                    let secret = source.fetch(folder).await.map_err(|trouble| {
                        let message = format!("no `{name}`: {}", trouble.what);
                        Error::new(ErrorKind::Configuration, message).with_help(trouble.fix)
                    })?;
                    settings.with(*name, secret)
                }
            };
        }
        Ok(settings)
    }
}

/// The first names, and whether there are more.
fn first_of(names: &BTreeSet<&str>) -> String {
    let shown: Vec<String> =
        names.iter().take(MAX_NAMES).map(|name| format!("`{}`", text::clean(name))).collect();
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// The sandbox's accounts, named after their providers.
fn made_up(registry: &Registry, sandbox: &Sandbox) -> Vec<Definition> {
    let (pinata, openrouter) = (sandbox.pinata(), sandbox.openrouter());
    let account = |factory: &dyn ProviderFactory| {
        let id = factory.info().id.to_string();
        let (secret, value, base_url) = match id.as_str() {
            "pinata" => ("jwt", &pinata.jwt, &pinata.base_url),
            "openrouter" => ("management-key", &openrouter.management_key, &openrouter.base_url),
            // The sandbox imitates these two.
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

/// The error that there is no account, with what to do.
fn no_account(registry: &Registry, config: &Config) -> Failure {
    if config.exists {
        let file = config.file.as_deref().unwrap_or(Path::new("")).display();
        return Failure::configuration(format!("no account: {file} defines none"))
            .with_hint("add one with `keyroster accounts add`");
    }
    let variables = registry.factories().filter_map(|factory| {
        let first = factory.settings().iter().find(|setting| setting.secret)?;
        let name = factory.info().display_name;
        Some(format!("\n  for {name}: set {} ({})", first.env, first.help))
    });
    let variables: String = variables.collect();
    Failure::configuration(
        "no account: no configuration file, and no credential in the environment",
    )
    .with_hint(format!(
        "define an account in one of these ways:{variables}\n  in a file: keyroster accounts add\n  \
         to try it without an account: add --sandbox"
    ))
}
