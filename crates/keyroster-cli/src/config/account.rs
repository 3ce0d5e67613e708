//! The definition of an account, and where each part of it comes from.

use std::collections::BTreeMap;
use std::fmt;

use keyroster::Secret;

use super::credential::CredentialSource;
use super::diagnostic::{Diagnostic, quoted};

/// The definition of an account.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// The provider's id, which is in the registry.
    pub(crate) provider: String,
    /// Where the provider comes from.
    pub(crate) provider_by: Origin,
    pub(crate) tags: Vec<String>,
    /// Where the tags come from. `None` if nothing sets them.
    pub(crate) tags_by: Option<Origin>,
    pub(crate) settings: BTreeMap<&'static str, Setting>,
    pub(crate) origin: Origin,
}

/// The value of a setting, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// The value of a setting.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A value that may be shown.
    Plain(String),
    /// Where the secret is.
    Credential(CredentialSource),
    /// A made-up secret from the sandbox.
    MadeUp(Secret),
}

/// Where a definition comes from.
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

/// A URL without its user and password.
fn without_user(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{path}"),
        None => text.to_owned(),
    }
}

/// Checks the name of an account, which is used before a `/`, in variables and on command lines.
pub(crate) fn check_name(name: &str) -> Result<(), Diagnostic> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(Diagnostic::new(format!("invalid account name {}", quoted(name)))
        .with_hint("start with a letter or digit, and use only letters, digits, `-`, `_` and `.`"))
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
