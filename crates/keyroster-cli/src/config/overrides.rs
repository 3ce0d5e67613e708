//! Settings in environment variables, all of one scheme: `KEYROSTER_ACCOUNT__SETTING`.
//!
//! Names are written in capitals, and what is neither letter nor digit as `_`: the setting `base-url` of
//! the account `pinata-prod` is `KEYROSTER_PINATA_PROD__BASE_URL`. `…__PROVIDER` for a name that no
//! account has makes one. A secret's variable holds the secret itself.

use std::collections::{BTreeMap, BTreeSet};

use keyroster::Registry;

use super::{CredentialSource, Definition, Diagnostic, Origin, Setting, Value, check_name};
use crate::env::{self, ACCOUNT_PREFIX as PREFIX};
use crate::output::suggestion::Suggestion;

const PROVIDER: &str = "PROVIDER";
const TAGS: &str = "TAGS";

/// The variable that holds an account's setting.
pub(crate) fn variable(account: &str, setting: &str) -> String {
    format!("{PREFIX}{}__{}", in_capitals(account), in_capitals(setting))
}

fn in_capitals(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect()
}

/// Account and setting that a variable of the scheme names, both in capitals.
fn parts(variable: &str) -> Option<(&str, &str)> {
    let parts = variable.strip_prefix(PREFIX)?.rsplit_once("__")?;
    (!parts.0.is_empty() && !parts.1.is_empty()).then_some(parts)
}

/// Providers that the environment sets, by account in capitals.
pub(super) fn providers(variables: &[String]) -> BTreeMap<String, String> {
    let named = variables.iter().filter_map(|variable| {
        let (account, setting) = parts(variable)?;
        let value = (setting == PROVIDER).then(|| env::text(variable)).flatten()?;
        Some((account.to_owned(), value))
    });
    named.collect()
}

/// The provider that the environment gives an account of the file.
pub(super) fn provider_of<'a>(
    providers: &'a BTreeMap<String, String>,
    account: &str,
) -> Option<&'a str> {
    providers.get(&in_capitals(account)).map(String::as_str)
}

/// The variables of the scheme that can be read; of others is told what is wrong.
pub(super) fn variables(diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let (mut readable, mut odd) = (Vec::new(), Vec::new());
    for variable in env::overrides() {
        let capitals = variable.to_ascii_uppercase();
        if variable != capitals {
            odd.push(Diagnostic::new(format!(
                "{variable}: such a variable is written in capitals, as {capitals}"
            )));
        } else if env::is_garbled(&variable) {
            odd.push(super::garbled(&variable));
        } else {
            readable.push(variable);
        }
    }
    diagnostics.extend(odd);
    readable
}

/// Sets what the variables say, and makes the accounts that only they describe. Of the file's `broken`
/// accounts the file's own diagnostics tell enough.
pub(super) fn apply(
    accounts: &mut Vec<Definition>,
    broken: &[String],
    variables: &[String],
    registry: &Registry,
    diagnostics: &mut Vec<Diagnostic>,
) {
    diagnostics.extend(ambiguous(accounts));
    let mut lost: BTreeSet<String> = broken.iter().map(|name| in_capitals(name)).collect();
    for (account, provider) in providers(variables) {
        let made = make(accounts, &account, provider, &lost, registry);
        if let Err(wrong) = made {
            diagnostics.push(Diagnostic::new(format!("{PREFIX}{account}__{PROVIDER}: {wrong}")));
            lost.insert(account);
        }
    }
    for variable in variables {
        let Some((account, setting)) = parts(variable) else { continue };
        let found = accounts.iter_mut().find(|known| in_capitals(&known.name) == account);
        let outcome = match found {
            Some(account) => set(account, setting, variable, registry),
            None if setting == PROVIDER || lost.contains(account) => Ok(()),
            None => {
                let typed = account.to_ascii_lowercase().replace('_', "-");
                let known = accounts.iter().map(|known| known.name.as_str());
                let suggestion = Suggestion::new(&typed, known).to_string();
                let suggestion = suggestion.trim_end_matches('?');
                Err(format!(
                    "no account is called so; {suggestion}, or set {PREFIX}{account}__{PROVIDER} to make one"
                ))
            }
        };
        diagnostics
            .extend(outcome.err().map(|wrong| Diagnostic::new(format!("{variable}: {wrong}"))));
    }
}

/// Makes the account of that provider, unless there is one.
fn make(
    accounts: &mut Vec<Definition>,
    account: &str,
    provider: String,
    lost: &BTreeSet<String>,
    registry: &Registry,
) -> Result<(), String> {
    super::provider(registry, &provider)?;
    let name = account.to_ascii_lowercase().replace('_', "-");
    let by = Origin::Variable(variable(&name, PROVIDER));
    if let Some(known) = accounts.iter_mut().find(|known| in_capitals(&known.name) == account) {
        if known.origin == Origin::VendorVariables && known.provider != provider {
            return Err(format!(
                "`{}` is the account that {}'s own variables describe; call the other one otherwise, or \
                 unset those",
                known.name, known.provider
            ));
        }
        known.provider_by = by;
        return Ok(());
    }
    if lost.contains(account) {
        return Ok(());
    }
    check_name(&name)?;
    accounts.push(Definition {
        name,
        provider,
        provider_by: by.clone(),
        tags: Vec::new(),
        tags_by: None,
        settings: BTreeMap::new(),
        origin: by,
    });
    Ok(())
}

fn set(
    account: &mut Definition,
    setting: &str,
    variable: &str,
    registry: &Registry,
) -> Result<(), String> {
    let text = env::text(variable).unwrap_or_default();
    if setting == PROVIDER {
        return Ok(());
    }
    if setting == TAGS {
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        account.tags = tags.map(str::to_owned).collect();
        account.tags_by = Some(Origin::Variable(variable.to_owned()));
        return Ok(());
    }
    let factory = registry
        .factory(&account.provider)
        .map_err(|error| format!("{error}; {}", error.help()))?;
    let known = factory.settings();
    let Some(known) = known.iter().find(|known| in_capitals(known.name) == setting) else {
        let names: Vec<String> = known.iter().map(|known| in_capitals(known.name)).collect();
        let names = names.iter().map(String::as_str).chain([PROVIDER, TAGS]);
        return Err(format!(
            "{} accounts have no such setting; {}",
            account.provider,
            Suggestion::new(setting, names)
        ));
    };
    let value = if known.secret {
        Value::Credential(CredentialSource::Env(variable.to_owned()))
    } else {
        if let Some(wrong) = super::wrong_value(factory, known.name, &text) {
            return Err(wrong);
        }
        Value::Plain(text)
    };
    let origin = Origin::Variable(variable.to_owned());
    account.settings.insert(known.name, Setting { value, origin });
    Ok(())
}

/// Accounts whose names are one in capitals, so that no variable tells which is meant.
pub(super) fn ambiguous(accounts: &[Definition]) -> Vec<Diagnostic> {
    let mut by_capitals: BTreeMap<String, &Definition> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for account in accounts {
        if let Some(other) = by_capitals.insert(in_capitals(&account.name), account) {
            let message = format!(
                "the accounts `{}` and `{}` would share their environment variables \
                 ({PREFIX}{}__…); rename one",
                other.name,
                account.name,
                in_capitals(&account.name)
            );
            diagnostics.push(match account.origin {
                Origin::Line(line) => Diagnostic::at(line, 1, message),
                _ => Diagnostic::new(message),
            });
        }
    }
    diagnostics
}
