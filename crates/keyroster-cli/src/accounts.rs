//! Which accounts a command asks.

use keyroster::{
    Error, Provider, ProviderFactory, ProviderId, Registry, Roster, Setting, Settings,
};
use keyroster_sandbox::Sandbox;

use crate::env;
use crate::failure::Failure;
use crate::view;

/// Where accounts come from: the environment, or a sandbox.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) sandbox: bool,
}

/// The accounts that a command asks.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// In the order of their names.
    pub(crate) roster: Roster,
    /// It serves as long as this lives.
    _sandbox: Option<Sandbox>,
}

impl Source<'_> {
    /// All accounts; at least one.
    pub(crate) async fn open(&self) -> Result<Accounts, Failure> {
        let sandbox = if self.sandbox { Some(Sandbox::start().await?) } else { None };
        let mut roster = Roster::new();
        for factory in self.registry.factories() {
            let settings = match &sandbox {
                Some(sandbox) => sandbox_settings(factory, sandbox),
                None => env::settings(factory),
            };
            let is_set = |setting: &Setting| settings.secret(setting.name).is_some();
            // An address alone is no account.
            if factory.settings().iter().any(|setting| setting.secret && is_set(setting)) {
                // An account from the environment is named after its provider.
                let id = factory.info().id;
                let provider = factory.build(&settings);
                let provider = provider.map_err(|error| error.with_provider(id.clone()));
                roster.add(id.as_str(), provider);
            }
        }
        if roster.is_empty() {
            return Err(Failure::NoAccount(no_account(self.registry)));
        }
        Ok(Accounts { roster, _sandbox: sandbox })
    }
}

impl Accounts {
    /// Keeps the accounts that are wanted, by name and provider; at least one.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&str, &str) -> bool) -> Result<(), Failure> {
        let mut kept = Roster::new();
        for (name, provider) in self.roster.accounts() {
            let id = match provider {
                Ok(provider) => Some(&provider.info().id),
                Err(error) => error.provider(),
            };
            if wanted(name, id.map_or("", ProviderId::as_str)) {
                kept.add(name, provider.clone());
            }
        }
        if kept.is_empty() {
            let names: Vec<_> =
                self.roster.accounts().map(|(name, _)| format!("`{name}`")).collect();
            let known = names.join(", ");
            return Err(Failure::Usage(format!("no account fits; there is {known}")));
        }
        self.roster = kept;
        Ok(())
    }

    /// The account of that name.
    pub(crate) fn find(&self, name: &str) -> Result<Provider, Failure> {
        if let Some((_, provider)) = self.roster.accounts().find(|(known, _)| *known == name) {
            return Ok(provider.clone()?);
        }
        let names: Vec<_> = self.roster.accounts().map(|(name, _)| format!("`{name}`")).collect();
        let (name, known) = (view::clean(name), names.join(", "));
        Err(Failure::Usage(format!("there is no account `{name}`, only {known}")))
    }

    /// The account of that name, or without a name all of them; one that cannot be asked is an error.
    pub(crate) fn select(&self, name: Option<&str>) -> Result<Vec<(String, Provider)>, Failure> {
        let (selected, failures) = self.select_each(name)?;
        match failures.into_iter().next() {
            Some(error) => Err(error.into()),
            None => Ok(selected),
        }
    }

    /// The same, with the errors of those that cannot be asked beside the others.
    #[expect(clippy::type_complexity, reason = "the accounts and what is wrong with the others")]
    pub(crate) fn select_each(
        &self,
        name: Option<&str>,
    ) -> Result<(Vec<(String, Provider)>, Vec<Error>), Failure> {
        if let Some(name) = name {
            return Ok((vec![(name.to_owned(), self.find(name)?)], Vec::new()));
        }
        let (mut selected, mut failures) = (Vec::new(), Vec::new());
        for (name, provider) in self.roster.accounts() {
            match provider {
                Ok(provider) => selected.push((name.to_owned(), provider.clone())),
                Err(error) => failures.push(error.clone()),
            }
        }
        Ok((selected, failures))
    }
}

fn sandbox_settings(factory: &dyn ProviderFactory, sandbox: &Sandbox) -> Settings {
    let (pinata, openrouter) = (sandbox.pinata(), sandbox.openrouter());
    match factory.info().id.as_str() {
        "pinata" => Settings::new().with("jwt", pinata.jwt).with("base-url", pinata.base_url),
        "openrouter" => Settings::new()
            .with("management-key", openrouter.management_key)
            .with("base-url", openrouter.base_url),
        // The sandbox imitates these two.
        _ => Settings::new(),
    }
}

/// What to do when no credential is set.
fn no_account(registry: &Registry) -> String {
    let variables = registry.factories().filter_map(|factory| {
        let first = factory.settings().iter().find(|setting| setting.secret)?;
        let name = factory.info().display_name;
        Some(format!("  for {name}, set {} ({})\n", first.env, first.help))
    });
    format!(
        "no account: no credential is set in the environment\n{}  to try keyroster without one, add \
         --sandbox",
        variables.collect::<String>()
    )
}
