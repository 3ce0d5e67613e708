//! The providers that a program knows, and how accounts are created from settings.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::info::ProviderInfo;
use crate::provider::Provider;
use crate::record::id::ProviderId;
use crate::secret::Secret;
use crate::suggestion::Suggestion;

/// Maximum length of an unknown name that a message shows, in bytes.
const MAX_SHOWN_NAME: usize = 40;

/// Creates accounts of one provider from named settings.
///
/// A program that reads settings from a file or the environment needs to know nothing else about providers.
///
/// ```
/// use keyroster_core::{
///     Capabilities, Error, ErrorKind, KeyProvider, Page, PageRequest, Paging, Provider,
///     ProviderFactory, ProviderId, ProviderInfo, Registry, Result, Secret, Setting, Settings,
///     async_trait,
/// };
///
/// #[derive(Debug)]
/// struct Acme(ProviderInfo, Secret);
/// # #[async_trait]
/// # impl KeyProvider for Acme {
/// #     fn info(&self) -> &ProviderInfo { &self.0 }
/// #     async fn list_page(&self, _: &PageRequest) -> Result<Page> { Ok(Page::default()) }
/// # }
///
/// #[derive(Debug)]
/// struct AcmeFactory;
///
/// impl ProviderFactory for AcmeFactory {
///     fn info(&self) -> ProviderInfo {
///         let id = ProviderId::from_static("acme");
///         let docs = "https://docs.acme.example";
///         ProviderInfo::new(id, "Acme", docs, Paging::Single, Capabilities::LIST_ONLY)
///     }
///
///     fn settings(&self) -> &'static [Setting] {
///         const KEY: Setting = Setting::secret("admin-key", "ACME_ADMIN_KEY", "an admin key");
///         &[KEY]
///     }
///
///     fn build(&self, settings: &Settings) -> Result<Provider> {
///         let missing = || {
///             Error::new(ErrorKind::Configuration, "no credential is set")
///                 .with_help("set ACME_ADMIN_KEY to an admin key")
///         };
///         let key = settings.secret("admin-key").ok_or_else(missing)?;
///         Ok(Provider::new(Acme(self.info(), key.clone())))
///     }
/// }
///
/// let mut registry = Registry::new();
/// registry.add(AcmeFactory);
/// assert!(registry.build("acme", &Settings::new().with("admin-key", "fa4efa4e")).is_ok());
/// assert!(registry.build("acme", &Settings::new()).is_err());
/// ```
pub trait ProviderFactory: Debug + Send + Sync {
    /// Returns what the provider is and can do, with its default settings.
    fn info(&self) -> ProviderInfo;

    /// Returns the settings that [`build`](ProviderFactory::build) understands. [`Registry::build`] refuses
    /// others.
    fn settings(&self) -> &'static [Setting];

    /// Checks the value of a setting that is not a secret, without creating an account. By default, every value
    /// is accepted.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the value is malformed. The error does not show it.
    fn check_setting(&self, name: &str, value: &str) -> Result<()> {
        let _ = (name, value);
        Ok(())
    }

    /// Creates an account. Nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): a setting is missing or malformed. The message names its
    ///   environment variable.
    fn build(&self, settings: &Settings) -> Result<Provider>;
}

/// A setting that a provider understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The name in settings files, in kebab-case.
    pub name: &'static str,
    /// The vendor's usual environment variable.
    pub env: &'static str,
    /// Whether the value is part of the credential.
    pub secret: bool,
    /// Whether the value is the id of the credential's key, so that records may contain it.
    pub is_key_id: bool,
    /// What the setting is, as a fragment.
    pub help: &'static str,
}

impl Setting {
    /// Creates a setting that is part of the credential.
    #[must_use]
    pub const fn secret(name: &'static str, env: &'static str, help: &'static str) -> Self {
        Self { name, env, secret: true, is_key_id: false, help }
    }

    /// Declares that the value is the id of the credential's key. Other secret values never reach a record or an
    /// error of the account.
    #[must_use]
    pub const fn as_key_id(mut self) -> Self {
        self.is_key_id = true;
        self
    }

    /// Creates a setting whose value may be shown.
    #[must_use]
    pub const fn plain(name: &'static str, env: &'static str, help: &'static str) -> Self {
        Self { name, env, secret: false, is_key_id: false, help }
    }
}

/// Values of a provider's settings, by name.
///
/// Every value is kept as a [`Secret`], so that a secret with a wrong name is not shown either.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, Secret>);

impl Settings {
    /// Creates settings without values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value, replacing an earlier one of that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Returns the value of that name.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// Returns the value of that name as text, for settings that are not secret.
    #[must_use]
    pub fn plain(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::expose)
    }

    /// Returns whether no value is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The providers that a program knows. It is a plain value that factories are added to.
///
/// ```
/// use keyroster_core::{ErrorKind, Registry, Settings};
///
/// let mut registry = Registry::new();
/// registry.add_disabled("acme", "enable the feature `acme`");
/// let error = registry.build("acme", &Settings::new()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert_eq!(error.help(), "enable the feature `acme`");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    factories: BTreeMap<ProviderId, Arc<dyn ProviderFactory>>,
    disabled: BTreeMap<&'static str, &'static str>,
}

impl Registry {
    /// Creates a registry without providers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a provider, replacing an earlier one with the same id.
    pub fn add(&mut self, factory: impl ProviderFactory + 'static) {
        self.factories.insert(factory.info().id, Arc::new(factory));
    }

    /// Names a provider that exists but is not compiled into this program. `how` says how to add it.
    pub fn add_disabled(&mut self, id: &'static str, how: &'static str) {
        self.disabled.insert(id, how);
    }

    /// Returns the providers in the order of their ids.
    pub fn factories(&self) -> impl Iterator<Item = &dyn ProviderFactory> {
        self.factories.values().map(AsRef::as_ref)
    }

    /// Returns the provider with this id.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no such provider, or it is not compiled in. The
    ///   help names the nearest id, and the providers that are compiled in and those that are not.
    pub fn factory(&self, id: &str) -> Result<&dyn ProviderFactory> {
        if let Ok(id) = ProviderId::parse(id)
            && let Some(factory) = self.factories.get(&id)
        {
            return Ok(factory.as_ref());
        }
        let error = |message: String| Error::new(ErrorKind::Configuration, message);
        if let Some(how) = self.disabled.get(id) {
            let message = format!("the provider `{id}` is not compiled into this program");
            return Err(error(message).with_help(*how));
        }
        Err(error(format!("unknown provider {}", shown(id))).with_help(self.provider_help(id)))
    }

    /// Creates an account of the provider with this id. Nothing is sent.
    ///
    /// A setting that the provider does not know is refused: a misspelt `base-url` would otherwise send the
    /// credential to the vendor's default host.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no such provider, or a setting is unknown,
    ///   missing or malformed.
    pub fn build(&self, id: &str, settings: &Settings) -> Result<Provider> {
        let factory = self.factory(id)?;
        let account = check_names(factory, settings).and_then(|()| factory.build(settings));
        if let Ok(account) = &account {
            let credential = |setting: &&Setting| setting.secret && !setting.is_key_id;
            for setting in factory.settings().iter().filter(credential) {
                if let Some(secret) = settings.secret(setting.name) {
                    account.known_secrets().add(secret);
                }
            }
        }
        account.map_err(|error| error.with_provider(factory.info().id))
    }

    fn provider_help(&self, id: &str) -> String {
        let compiled_in: Vec<&str> = self.factories.keys().map(ProviderId::as_str).collect();
        let known = compiled_in.iter().chain(self.disabled.keys()).copied();
        let list = if compiled_in.is_empty() {
            "no provider is compiled in".to_owned()
        } else {
            format!("providers: {}", compiled_in.join(", "))
        };
        let mut parts = vec![list];
        parts.extend(
            self.disabled.iter().map(|(id, how)| format!("`{id}` is not compiled in: {how}")),
        );
        let providers = parts.join("; ");
        match Suggestion::for_name(id, known).nearest() {
            Some(nearest) => format!("did you mean `{nearest}`? ({providers})"),
            None => providers,
        }
    }
}

/// Refuses the first setting that a provider does not know.
fn check_names(factory: &dyn ProviderFactory, settings: &Settings) -> Result<()> {
    let known: Vec<&str> = factory.settings().iter().map(|setting| setting.name).collect();
    let Some(name) = settings.0.keys().find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let list = known.join(", ");
    let help = match Suggestion::for_name(name, known).nearest() {
        Some(nearest) => format!("did you mean `{nearest}`? (settings: {list})"),
        None if list.is_empty() => "the provider has no settings".to_owned(),
        None => format!("settings: {list}"),
    };
    let message = format!("unknown setting {}", shown(name));
    Err(Error::new(ErrorKind::Configuration, message).with_help(help))
}

/// Returns a name for a message. A text that cannot be a name is not shown, because it may be a secret.
fn shown(name: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_ ".contains(c);
    if name.len() <= MAX_SHOWN_NAME && name.chars().all(is_name) {
        format!("`{name}`")
    } else {
        "(not shown, as it may be a secret)".to_owned()
    }
}
