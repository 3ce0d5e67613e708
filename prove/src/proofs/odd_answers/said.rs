//! What a row of a vendor says, read strictly by the vendors' documents.

use serde_json::Value;

use super::json::{Json, plain_number};
use super::vendor::Vendor;

/// A fact of a record: its name, and a function that reads it from the record. `None` means unknown.
type FromRecord = fn(&Value) -> Option<String>;

/// What a row says about the same fact. `None` means nothing, or nothing legible.
type FromRow = fn(&Json) -> Option<String>;

/// One fact, as a record shows it and as a row says it.
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    /// The member of the row.
    pub(crate) member: &'static str,
    pub(crate) shown: FromRecord,
    pub(crate) said: FromRow,
}

const fn fact(name: &'static str, member: &'static str, shown: FromRecord, said: FromRow) -> Fact {
    Fact { name, member, shown, said }
}

/// The facts that each vendor's rows have.
pub(crate) fn facts(vendor: Vendor) -> &'static [Fact] {
    match vendor {
        Vendor::OpenRouter => OPENROUTER,
        Vendor::Pinata => PINATA,
    }
}

const OPENROUTER: &[Fact] = &[
    fact("name", "name", |key| text(key, "/name"), text_of),
    fact("hint", "label", |key| text(key, "/hint"), text_of),
    fact("disabled", "disabled", |key| flag(key, "/state/disabled"), flag_of),
    fact("limit", "limit", limit, limit_of),
    fact("remaining", "limit_remaining", |key| amount(key, "/quota/remaining"), number_of),
    fact("reset", "limit_reset", reset, reset_of),
    fact("usage", "usage", |key| amount(key, "/usage/0/total"), number_of),
    fact("owner", "creator_user_id", |key| text(key, "/owner/id"), text_of),
    fact("container", "workspace_id", |key| text(key, "/container/id"), text_of),
    fact("created", "created_at", |key| instant(key, "/created_at"), instant_of),
    fact("updated", "updated_at", |key| instant(key, "/updated_at"), instant_of),
    fact("expiry", "expires_at", |key| moment(key, "/expiry"), moment_of),
    fact("last used", "last_used_at", |key| moment(key, "/last_used"), moment_of),
];

const PINATA: &[Fact] = &[
    fact("name", "name", |key| text(key, "/name"), text_of),
    fact("revoked", "revoked", |key| flag(key, "/state/revoked"), flag_of),
    fact("limit", "max_uses", limit, limit_of),
    fact("used", "uses", |key| amount(key, "/quota/used"), number_of),
    fact("owner", "user_id", |key| text(key, "/owner/id"), text_of),
    fact("created", "createdAt", |key| instant(key, "/created_at"), instant_of),
    fact("updated", "updatedAt", |key| instant(key, "/updated_at"), instant_of),
    fact("access", "scopes", access, access_of),
];

fn text(key: &Value, place: &str) -> Option<String> {
    key.pointer(place)?.as_str().map(str::to_owned)
}

fn flag(key: &Value, place: &str) -> Option<String> {
    key.pointer(place)?.as_bool().map(|flag| flag.to_string())
}

fn amount(key: &Value, place: &str) -> Option<String> {
    plain_number(key.pointer(place)?.get("amount")?.as_str()?)
}

fn limit(key: &Value) -> Option<String> {
    match key.pointer("/quota/limit/kind")?.as_str()? {
        "unlimited" => Some("unlimited".to_owned()),
        "amount" => amount(key, "/quota/limit"),
        _ => None,
    }
}

fn reset(key: &Value) -> Option<String> {
    match key.pointer("/quota/reset/kind")?.as_str()? {
        "unknown" => None,
        "other" => text(key, "/quota/reset/rule"),
        kind => Some(kind.to_owned()),
    }
}

fn instant(key: &Value, place: &str) -> Option<String> {
    plain_instant(key.pointer(place)?.as_str()?)
}

fn moment(key: &Value, place: &str) -> Option<String> {
    let moment = key.pointer(place)?;
    match moment.get("kind")?.as_str()? {
        "never" => Some("never".to_owned()),
        "at" => plain_instant(moment.get("at")?.as_str()?),
        _ => None,
    }
}

fn access(key: &Value) -> Option<String> {
    match key.pointer("/access/kind")?.as_str()? {
        "admin" => Some("admin".to_owned()),
        "scoped" => {
            let scopes = key.pointer("/access/scopes")?.as_array()?;
            let mut names: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
            names.sort_unstable();
            Some(format!("scoped {}", names.join(",")))
        }
        _ => None,
    }
}

/// A text. A number that no float can hold may be kept as text.
fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Number(raw) if raw.parse::<f64>().is_ok_and(f64::is_infinite) => Some(raw.clone()),
        value => value.as_text().map(str::to_owned),
    }
}

fn flag_of(value: &Json) -> Option<String> {
    match value {
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A number, also one in quotes.
fn number_of(value: &Json) -> Option<String> {
    match value {
        Json::Number(raw) | Json::Text(raw) => plain_number(raw),
        _ => None,
    }
}

fn limit_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("unlimited".to_owned()),
        // A negative limit means no limit at some vendors, and nothing at others.
        value => match number_of(value) {
            Some(number) if number.starts_with('-') => Some("unlimited".to_owned()),
            number => number,
        },
    }
}

fn reset_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("never".to_owned()),
        Json::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn instant_of(value: &Json) -> Option<String> {
    plain_instant(value.as_text()?)
}

fn moment_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("never".to_owned()),
        value => instant_of(value),
    }
}

/// Returns an instant in one form for its usual spellings in UTC, or `None` for one without a zone.
fn plain_instant(text: &str) -> Option<String> {
    let local = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let (date, time) = local.split_once('T')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let is_date = date.len() == 10 && date.starts_with(|c: char| c.is_ascii_digit());
    if !is_date || clock.len() != 8 {
        return None;
    }
    // The last instant that the record can hold may be earlier than the last that the vendor can write.
    if date.starts_with("9999") {
        return Some("the end of time".to_owned());
    }
    Some(format!("{date}T{clock}.{}", fraction.trim_end_matches('0')))
}

/// Scopes, if every part of them is legible.
fn access_of(value: &Json) -> Option<String> {
    let Json::Object(members) = value else { return None };
    match value.get("admin") {
        Some(Json::Bool(true)) => return Some("admin".to_owned()),
        Some(Json::Bool(false)) => {}
        Some(_) => return None,
        None if members.is_empty() => return None,
        None => {}
    }
    let mut names = Vec::new();
    for (name, value) in members {
        match name.as_str() {
            "admin" => {}
            "endpoints" | "resources" => leaves("", value, &mut names)?,
            name => leaves(name, value, &mut names)?,
        }
    }
    names.sort_unstable();
    Some(format!("scoped {}", names.join(",")))
}

fn leaves(path: &str, value: &Json, names: &mut Vec<String>) -> Option<()> {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}:{name}") };
    match value {
        Json::Bool(true) if !path.is_empty() => names.push(path.to_owned()),
        Json::Bool(false) => {}
        Json::Object(members) => {
            for (name, value) in members {
                leaves(&below(name), value, names)?;
            }
        }
        Json::List(items) => {
            for item in items {
                names.push(below(item.as_text()?));
            }
        }
        _ => return None,
    }
    Some(())
}

/// Whether a body is the vendor's own error, in one of its documented shapes.
pub(crate) fn is_own_error(vendor: Vendor, body: &Json) -> bool {
    let Some(error) = body.get("error") else { return false };
    let has = |name: &str| error.get(name).is_some();
    match vendor {
        Vendor::OpenRouter => error.get("message").and_then(Json::as_text).is_some() && has("code"),
        Vendor::Pinata => {
            error.as_text().is_some()
                || (has("reason") && has("details"))
                || (has("code") && has("message"))
        }
    }
}
