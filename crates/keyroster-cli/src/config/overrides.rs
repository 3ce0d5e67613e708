//! Reads settings from environment variables: `KEYROSTER_ACCOUNT__SETTING`.
//!
//! Names are uppercase, with `_` for every character that is neither a letter nor a digit: the setting
//! `base-url` of the account `pinata-prod` is `KEYROSTER_PINATA_PROD__BASE_URL`. `…__PROVIDER` defines a new
//! account if there is none with this name. The variable of a secret contains the secret itself.

use std::collections::{BTreeMap, BTreeSet};

use keyroster::{Registry, Suggestion};

use super::{CredentialSource, Definition, Diagnostic, Origin, Setting, Value, check_name};
use crate::platform::env::{self, ACCOUNT_PREFIX as PREFIX};

const PROVIDER: &str = "PROVIDER";
const TAGS: &str = "TAGS";

/// The variable of an account's setting.
pub(crate) fn variable(account: &str, setting: &str) -> String {
    format!("{PREFIX}{}__{}", uppercase(account), uppercase(setting))
}

fn uppercase(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect()
}

/// The account and the setting of a variable, both in uppercase.
fn parts(variable: &str) -> Option<(&str, &str)> {
    let parts = variable.strip_prefix(PREFIX)?.rsplit_once("__")?;
    (!parts.0.is_empty() && !parts.1.is_empty()).then_some(parts)
}

/// Whether a variable sets something that may be shown: the provider, the tags, or one of these settings.
pub(super) fn is_plain(variable: &str, settings: &BTreeSet<&str>) -> bool {
    let capitals = variable.to_ascii_uppercase();
    parts(&capitals).is_some_and(|(_, setting)| {
        setting == PROVIDER
            || setting == TAGS
            || settings.iter().any(|known| uppercase(known) == setting)
    })
}

/// The providers that the environment sets, by account in uppercase.
pub(super) fn providers(variables: &[String]) -> BTreeMap<String, String> {
    let named = variables.iter().filter_map(|variable| {
        let (account, setting) = parts(variable)?;
        let value = (setting == PROVIDER).then(|| env::text(variable)).flatten()?;
        Some((account.to_owned(), value))
    });
    named.collect()
}

/// The provider that the environment sets for an account of the file.
pub(super) fn provider_of<'a>(
    providers: &'a BTreeMap<String, String>,
    account: &str,
) -> Option<&'a str> {
    providers.get(&uppercase(account)).map(String::as_str)
}

/// The variables that can be read. Adds a diagnostic for each of the others.
pub(super) fn variables(diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut readable = Vec::new();
    for variable in env::overrides() {
        let capitals = variable.to_ascii_uppercase();
        if variable != capitals {
            let diagnostic = Diagnostic::new(format!("{variable}: the name is not uppercase"));
            diagnostics.push(diagnostic.with_hint(format!("rename it to {capitals}")));
        } else if env::is_garbled(&variable) {
            diagnostics.push(super::garbled(&variable));
        } else {
            readable.push(variable);
        }
    }
    readable
}

/// Applies the variables, and adds the accounts that only they define. The file's `broken` accounts have their
/// own diagnostics and get no others.
pub(super) fn apply(
    accounts: &mut Vec<Definition>,
    broken: &[String],
    variables: &[String],
    registry: &Registry,
    diagnostics: &mut Vec<Diagnostic>,
) {
    diagnostics.extend(ambiguous(accounts));
    let mut lost: BTreeSet<String> = broken.iter().map(|name| uppercase(name)).collect();
    for (account, provider) in providers(variables) {
        if let Err(diagnostic) = define(accounts, &account, provider, &lost, registry) {
            diagnostics.push(diagnostic.of(&format!("{PREFIX}{account}__{PROVIDER}")));
            lost.insert(account);
        }
    }
    for variable in variables {
        let Some((account, setting)) = parts(variable) else { continue };
        let found = accounts.iter_mut().find(|known| uppercase(&known.name) == account);
        let outcome = match found {
            Some(account) => set(account, setting, variable, registry),
            None if setting == PROVIDER || lost.contains(account) => Ok(()),
            None => {
                let typed = account.to_ascii_lowercase().replace('_', "-");
                let known = accounts.iter().map(|known| known.name.as_str());
                let suggestion = Suggestion::for_name(&typed, known);
                let end = if suggestion.nearest().is_some() { "" } else { "." };
                Err(Diagnostic::new("no account has this name").with_hint(format!(
                    "{suggestion}{end} Set {PREFIX}{account}__{PROVIDER} to define a new account"
                )))
            }
        };
        diagnostics.extend(outcome.err().map(|diagnostic| diagnostic.of(variable)));
    }
}

/// Defines the account, unless there is one with this name.
fn define(
    accounts: &mut Vec<Definition>,
    account: &str,
    provider: String,
    lost: &BTreeSet<String>,
    registry: &Registry,
) -> Result<(), Diagnostic> {
    super::provider(registry, &provider)?;
    let name = account.to_ascii_lowercase().replace('_', "-");
    let by = Origin::Variable(variable(&name, PROVIDER));
    if let Some(known) = accounts.iter_mut().find(|known| uppercase(&known.name) == account) {
        if known.origin == Origin::VendorVariables && known.provider != provider {
            let message = format!(
                "the vendor's environment variables define an account `{}` of the provider `{}`",
                known.name, known.provider
            );
            return Err(Diagnostic::new(message)
                .with_hint("choose another name, or unset the vendor's environment variables"));
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
) -> Result<(), Diagnostic> {
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
    let factory = super::provider(registry, &account.provider)?;
    let known = factory.settings();
    let Some(known) = known.iter().find(|known| uppercase(known.name) == setting) else {
        let names: Vec<String> = known.iter().map(|known| uppercase(known.name)).collect();
        let names = names.iter().map(String::as_str).chain([PROVIDER, TAGS]);
        return Err(Diagnostic::new(format!("unknown setting of {} accounts", account.provider))
            .with_hint(Suggestion::for_name(setting, names).to_string()));
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

/// Accounts with the same name in uppercase, so that a variable could mean either of them.
pub(super) fn ambiguous(accounts: &[Definition]) -> Vec<Diagnostic> {
    let mut by_capitals: BTreeMap<String, &Definition> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for account in accounts {
        if let Some(other) = by_capitals.insert(uppercase(&account.name), account) {
            let diagnostic = Diagnostic::new(format!(
                "the accounts `{}` and `{}` share the environment variables {PREFIX}{}__…",
                other.name,
                account.name,
                uppercase(&account.name)
            ))
            .with_hint("rename one of them");
            diagnostics.push(match account.origin {
                Origin::Line(line) => diagnostic.at(line, 1),
                _ => diagnostic,
            });
        }
    }
    diagnostics
}
