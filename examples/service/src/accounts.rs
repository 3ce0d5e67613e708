//! The accounts, from a JSON file that holds no secret.
//!
//! ```json
//! [{ "name": "prod", "provider": "pinata", "secrets": { "jwt": "PROD_PINATA_JWT" } }]
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use keyroster::{Error, ErrorKind, Provider, Registry, Result, Roster, Settings};
use serde::Deserialize;

/// Time in which an account answers in full, or fails.
pub const DEADLINE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    name: String,
    provider: String,
    /// Settings of the provider and their values.
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// Settings of the provider and the environment variables that hold their values.
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

/// Reads the accounts from the text of a file. `env` returns the value of an environment variable.
///
/// An account that is set up wrongly is part of the roster: it fails in each answer, and hides no other.
pub fn read(
    file: &str,
    env: impl Fn(&str) -> Option<String>,
) -> std::result::Result<Roster, Box<dyn std::error::Error>> {
    let registry = keyroster::registry();
    let mut roster = Roster::new().with_deadline(DEADLINE, tokio::time::sleep);
    let accounts: Vec<Account> = serde_json::from_str(file)?;
    for account in accounts {
        let provider = account.open(&registry, &env);
        roster.add(account.name, provider)?;
    }
    Ok(roster)
}

impl Account {
    fn open(&self, registry: &Registry, env: impl Fn(&str) -> Option<String>) -> Result<Provider> {
        let mut settings = Settings::new();
        for (name, value) in &self.settings {
            settings = settings.with(name, value.as_str());
        }
        for (name, variable) in &self.secrets {
            let Some(value) = env(variable) else {
                let message = format!("the environment variable {variable} is not set");
                return Err(Error::new(ErrorKind::Configuration, message));
            };
            settings = settings.with(name, value);
        }
        registry.build(&self.provider, &settings)
    }
}
