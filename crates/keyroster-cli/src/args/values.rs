//! Parses the values of arguments into the library's types.

use std::net::SocketAddr;

use keyroster::{Amount, Decimal, Extras, Field, Provider, Unit};

use crate::exit::Failure;

/// A vendor-specific option, `NAME=VALUE`. A value that is not JSON is text.
pub(super) fn extra(text: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

/// A number of things.
pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

/// An address to listen on.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an address and a port, such as `127.0.0.1:8080`".to_owned())
}

pub(crate) fn extras(pairs: &[(String, serde_json::Value)]) -> Extras {
    pairs.iter().cloned().collect()
}

/// An amount, `25` or `25 USD`. Without a unit, it is in the vendor's.
pub(crate) fn limit(text: &str, fields: &[Field]) -> Result<Amount, Failure> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_alphabetic() || c.is_whitespace()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: Decimal = number.parse().map_err(|_| {
        Failure::usage(format!("invalid amount `{text}` for --limit"))
            .with_hint("write `25` or `25 USD`")
    })?;
    let unit = match unit.trim() {
        "" => units(fields).next().cloned().unwrap_or(Unit::from_static("units")),
        unit => {
            let same = |known: &&Unit| known.as_str().eq_ignore_ascii_case(unit);
            units(fields).find(same).cloned().unwrap_or_else(|| Unit::new(unit))
        }
    };
    Ok(Amount::new(number, unit))
}

fn units(fields: &[Field]) -> impl Iterator<Item = &Unit> {
    fields.iter().filter_map(|field| match field {
        Field::Limit(unit) => Some(unit),
        _ => None,
    })
}

/// The fields that a provider supports when it creates a key.
pub(crate) fn create_fields(provider: &Provider) -> &'static [Field] {
    provider.info().capabilities.create.unwrap_or_default()
}

/// The fields that a provider supports when it changes a key.
pub(crate) fn update_fields(provider: &Provider) -> &'static [Field] {
    provider.info().capabilities.update.unwrap_or_default()
}
