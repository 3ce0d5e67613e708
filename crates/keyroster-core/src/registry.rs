//! Which providers a program knows.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::error::{Error, ErrorKind, Result};
use crate::info::ProviderInfo;
use crate::provider::Provider;
use crate::record::id::ProviderId;
use crate::secret::Secret;

/// Makes accounts of one provider out of named settings.
///
/// A program that reads settings from a file or the environment knows providers by this alone.
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
    /// What the provider is and can do, with its default settings.
    fn info(&self) -> ProviderInfo;

    /// The settings that [`build`](ProviderFactory::build) understands.
    fn settings(&self) -> &'static [Setting];

    /// Whether the value of a setting that is no secret can be used, told before an account is made and
    /// without its credential. Nothing is checked unless the provider says how.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): it is malformed; the error does not show it.
    fn check_setting(&self, name: &str, value: &str) -> Result<()> {
        let _ = (name, value);
        Ok(())
    }

    /// Makes an account.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): a setting is missing or malformed; the message
    ///   names it by its environment variable.
    fn build(&self, settings: &Settings) -> Result<Provider>;
}

/// A setting that a provider understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// Its name in settings files, in kebab-case.
    pub name: &'static str,
    /// The vendor's usual environment variable for it.
    pub env: &'static str,
    /// Whether it is a part of the credential.
    pub secret: bool,
    /// What it is, as a fragment.
    pub help: &'static str,
}

impl Setting {
    /// A part of the credential.
    #[must_use]
    pub const fn secret(name: &'static str, env: &'static str, help: &'static str) -> Self {
        Self { name, env, secret: true, help }
    }

    /// A setting that may be shown.
    #[must_use]
    pub const fn plain(name: &'static str, env: &'static str, help: &'static str) -> Self {
        Self { name, env, secret: false, help }
    }
}

/// Values of a provider's settings, by name.
///
/// Every value is kept as a [`Secret`], so that one which was given the wrong name is not shown either.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, Secret>);

impl Settings {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value, in place of an earlier one of that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of that name.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// The value of that name as text, for what is no secret.
    #[must_use]
    pub fn plain(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::expose)
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The providers that a program knows: a plain value that one adds factories to.
///
/// ```
/// use keyroster_core::{ErrorKind, Registry, Settings};
///
/// let mut registry = Registry::new();
/// registry.add_disabled("acme", "enable the feature `acme` of the crate `acme-tools`");
/// let error = registry.build("acme", &Settings::new()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert!(error.to_string().contains("feature `acme`"));
/// ```
#[derive(Debug, Default)]
pub struct Registry {
    factories: BTreeMap<ProviderId, Box<dyn ProviderFactory>>,
    disabled: BTreeMap<&'static str, &'static str>,
}

impl Registry {
    /// Knows nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a provider, in place of an earlier one of that name.
    pub fn add(&mut self, factory: impl ProviderFactory + 'static) {
        self.factories.insert(factory.info().id, Box::new(factory));
    }

    /// Names a provider that exists and was left out of this program, and how it is put in.
    pub fn add_disabled(&mut self, id: &'static str, how: &'static str) {
        self.disabled.insert(id, how);
    }

    /// The providers in the order of their names.
    pub fn factories(&self) -> impl Iterator<Item = &dyn ProviderFactory> {
        self.factories.values().map(AsRef::as_ref)
    }

    /// The provider of that name.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is none; the message says whether it was left
    ///   out, and which there are.
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
        let known: Vec<String> = self.factories.keys().map(|id| format!("`{id}`")).collect();
        let help = if known.is_empty() {
            "no provider is compiled in: enable a provider's feature".to_owned()
        } else {
            format!("known providers: {}", known.join(", "))
        };
        Err(error(format!("there is no provider `{id}`")).with_help(help))
    }

    /// Makes an account of the provider of that name; nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no such provider, or a setting is missing or
    ///   malformed.
    pub fn build(&self, id: &str, settings: &Settings) -> Result<Provider> {
        let factory = self.factory(id)?;
        factory.build(settings).map_err(|error| error.with_provider(factory.info().id))
    }
}
