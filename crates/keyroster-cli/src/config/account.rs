//! An account as it is described, and who said so.

use std::collections::BTreeMap;
use std::fmt;

use keyroster::Secret;

use super::credential::CredentialSource;

/// An account as it is described.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// The provider's id, which the registry knows.
    pub(crate) provider: String,
    /// Who said so.
    pub(crate) provider_by: Origin,
    pub(crate) tags: Vec<String>,
    /// Who said so; none where nobody speaks of tags.
    pub(crate) tags_by: Option<Origin>,
    pub(crate) settings: BTreeMap<&'static str, Setting>,
    pub(crate) origin: Origin,
}

/// A setting's value, and who said so.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// What a setting is set to.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Something that may be shown.
    Plain(String),
    /// A secret that is elsewhere.
    Credential(CredentialSource),
    /// A made-up secret of the sandbox.
    MadeUp(Secret),
}

/// Where a description stands.
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

/// An address without the user and password that it may hold.
fn without_user(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{path}"),
        None => text.to_owned(),
    }
}

/// Whether an account may be called so: it stands before a `/`, in variables and on command lines.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain) {
        return Ok(());
    }
    Err("an account's name begins with a letter or digit, and holds only those, `-`, `_` and `.`; \
         rename it"
        .to_owned())
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
