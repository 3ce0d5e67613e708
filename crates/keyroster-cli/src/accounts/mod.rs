//! Which accounts a command asks, and opening them.

pub(crate) mod check;
pub(crate) mod find_key;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use keyroster::{Error, ErrorKind, Provider, ProviderFactory, Registry, Roster, Settings};
use keyroster_sandbox::Sandbox;
use tokio::sync::OnceCell;

use crate::config::{Config, Definition, Origin, Setting, Value, folder_of};
use crate::exit::Failure;
use crate::output::suggestion::Suggestion;
use crate::output::text;

/// So many accounts' secrets are fetched at once; each may start a command.
const FETCHED_AT_ONCE: usize = 16;

/// Nobody reads more names in an error.
const NAMED: usize = 10;

/// Where accounts come from: the configuration, or a sandbox.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) registry: &'a Arc<Registry>,
    pub(crate) sandbox: bool,
    /// The configuration file that the user names.
    pub(crate) config: Option<&'a Path>,
}

/// The accounts that a command may ask. One is opened when it is first asked: only then is its secret
/// fetched.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// In the order of their names.
    all: Vec<Arc<Account>>,
    file: Option<PathBuf>,
    /// It serves as long as this lives.
    _sandbox: Option<Sandbox>,
}

#[derive(Debug)]
struct Account {
    definition: Definition,
    registry: Arc<Registry>,
    /// The file that describes it, if one does.
    file: Option<PathBuf>,
    opened: OnceCell<Result<Provider, Error>>,
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
                return Err(Failure::configuration(no_account(self.registry, &config)));
            }
            (config.accounts, config.file)
        };
        let account = |definition| {
            let (registry, file) = (Arc::clone(self.registry), file.clone());
            Arc::new(Account { definition, registry, file, opened: OnceCell::new() })
        };
        let all = definitions.into_iter().map(account).collect();
        Ok(Accounts { all, file, _sandbox: sandbox })
    }
}

impl Accounts {
    /// Keeps the accounts that are wanted; at least one.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&Definition) -> bool) -> Result<(), Failure> {
        let there_is = self.there_is();
        self.all.retain(|account| wanted(&account.definition));
        if self.all.is_empty() {
            return Err(Failure::usage(format!("no account fits; there is {there_is}")));
        }
        Ok(())
    }

    /// All of them as one; each is opened in its turn, so that a secret that is slow to come delays nobody.
    pub(crate) fn roster(&self) -> Result<Roster, Error> {
        let mut roster = Roster::new();
        for account in &self.all {
            let name = account.definition.name.as_str();
            let account = Arc::clone(account);
            roster.add_lazily(name, move || {
                let account = Arc::clone(&account);
                async move { account.open().await }
            })?;
        }
        Ok(roster)
    }

    /// How they are described, in the order of their names.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.all.iter().map(|account| &account.definition)
    }

    /// The file that describes them, if one does.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The account of that name.
    pub(crate) async fn find(&self, name: &str) -> Result<Provider, Failure> {
        let Some(account) = self.all.iter().find(|account| account.definition.name == name) else {
            let hint = Suggestion::new(name, self.definitions().map(|known| known.name.as_str()));
            let name = text::clean(name);
            return Err(Failure::usage(format!("there is no account `{name}`; {hint}")));
        };
        Ok(account.open().await?)
    }

    /// The account of that name, or why it cannot be asked; none if there is none.
    pub(crate) async fn try_find(&self, name: &str) -> Option<Result<Provider, Error>> {
        let account = self.all.iter().find(|account| account.definition.name == name)?;
        Some(account.open().await)
    }

    /// The account of that name, or without a name all of them, with the errors of those that cannot be asked
    /// beside the others.
    pub(crate) async fn select_each(
        &self,
        name: Option<&str>,
    ) -> Result<(Vec<(String, Provider)>, Vec<Error>), Failure> {
        if let Some(name) = name {
            return Ok((vec![(name.to_owned(), self.find(name).await?)], Vec::new()));
        }
        let (mut selected, mut failures) = (Vec::new(), Vec::new());
        for (account, provider) in self.all.iter().zip(self.open_all().await) {
            match provider {
                Ok(provider) => selected.push((account.definition.name.clone(), provider)),
                Err(error) => failures.push(error),
            }
        }
        Ok((selected, failures))
    }

    async fn open_all(&self) -> Vec<Result<Provider, Error>> {
        let opened = stream::iter(&self.all).map(|account| account.open());
        opened.buffered(FETCHED_AT_ONCE).collect().await
    }

    /// The first accounts and tags, to choose from.
    fn there_is(&self) -> String {
        let names: BTreeSet<&str> = self.definitions().map(|known| known.name.as_str()).collect();
        let tags = self.definitions().flat_map(|known| &known.tags).map(String::as_str);
        let tags: BTreeSet<&str> = tags.collect();
        let accounts = format!("the accounts {}", first_of(&names));
        if tags.is_empty() {
            return accounts;
        }
        format!("{accounts}, with the tags {}", first_of(&tags))
    }
}

impl Account {
    async fn open(&self) -> Result<Provider, Error> {
        let name = self.definition.name.as_str();
        let opened = self.opened.get_or_init(|| async {
            let provider = self.build().await.map_err(|error| error.with_account(name))?;
            Ok(provider.with_account(name))
        });
        opened.await.clone()
    }

    async fn build(&self) -> Result<Provider, Error> {
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

/// So many names, and a sign that there are more.
fn first_of(names: &BTreeSet<&str>) -> String {
    let shown: Vec<String> =
        names.iter().take(NAMED).map(|name| format!("`{}`", text::clean(name))).collect();
    let more = if names.len() > NAMED { ", …" } else { "" };
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

/// What to do when there is no account.
fn no_account(registry: &Registry, config: &Config) -> String {
    if config.exists {
        let file = config.file.as_deref().unwrap_or(Path::new("")).display();
        return format!("no account: {file} describes none; add one with `keyroster accounts add`");
    }
    let variables = registry.factories().filter_map(|factory| {
        let first = factory.settings().iter().find(|setting| setting.secret)?;
        let name = factory.info().display_name;
        Some(format!("  for {name}, set {} ({})\n", first.env, first.help))
    });
    format!(
        "no account: there is no configuration file, and no credential is set in the environment\n{}  or \
         describe accounts in a file: keyroster accounts add\n  to try keyroster without one, add \
         --sandbox",
        variables.collect::<String>()
    )
}
