//! Converts the sample vendor's JSON to a record, correctly or with a flaw.

use keyroster::{
    Access, Amount, ApiKey, Container, Decimal, Expiry, LastUsed, Limit, Owner, Quota, State,
    Timestamp, Unit,
};
use serde_json::{Map, Value};

use super::flaws::Flaw;
use super::provider::ID;

/// Returns the record of a row; none to drop it, or an error.
pub(crate) fn record(flaw: Flaw, row: &Value) -> Result<Option<ApiKey>, &'static str> {
    let mut row = Row(row.as_object().cloned().unwrap_or_default(), flaw);
    if flaw == Flaw::FailsOnUnknownFields && row.0.contains_key("zz_unknown_field") {
        return Err("an unknown field");
    }
    if flaw == Flaw::FailsOnNull && row.0.values().any(Value::is_null) {
        return Err("null");
    }
    if flaw == Flaw::NeedsAName && !row.0.contains_key("name") {
        return Err("no name");
    }
    if flaw == Flaw::FailsOnOddTypes && row.0.get("name").is_some_and(Value::is_object) {
        return Err("a name of another type");
    }
    let id = row.text("id");
    if id.is_none() && flaw == Flaw::SkipsRowsWithoutIds {
        return Ok(None);
    }
    let id = id.ok_or("no `id`")?;
    let name = row.text("name");
    let id = if flaw == Flaw::NamesAsIds { name.clone().unwrap_or(id) } else { id };
    let mut key = ApiKey::new(ID, id);
    if flaw == Flaw::NamesAnother {
        key.provider = keyroster::ProviderId::from_static("another");
    }
    key.name = name;
    key.access = match (row.is("role"), row.is("scopes")) {
        (Some(Value::String(role)), _) if role == "admin" => {
            row.0.remove("role");
            Access::Admin
        }
        (Some(Value::String(role)), Some(Value::Array(scopes)))
            if role == "member" && scopes.iter().all(Value::is_string) =>
        {
            row.0.remove("role");
            row.0.remove("scopes");
            Access::scoped(scopes.iter().filter_map(Value::as_str))
        }
        (Some(Value::String(role)), _) if role == "member" => Access::Unknown,
        (Some(_), _) if flaw == Flaw::DropsUnknownRoles => return Ok(None),
        (Some(_), _) if flaw == Flaw::FailsOnUnknownRoles => return Err("an unknown role"),
        _ => Access::Unknown,
    };
    key.state =
        State::new(row.take("disabled", Value::as_bool), row.take("revoked", Value::as_bool));
    if flaw == Flaw::ForgetsTheState {
        key.state = State::default();
    }
    key.quota = Quota::new(match row.take("limit", number) {
        Some(limit) => Limit::Amount(Amount::new(limit, Unit::USD)),
        None if flaw == Flaw::InventsUnlimited => Limit::Unlimited,
        None => Limit::Unknown,
    });
    key.quota.used = row.take("used", number).map(|used| Amount::new(used, Unit::USD));
    let never = row.0.get("expires_at").is_some_and(Value::is_null) || flaw == Flaw::InventsNever;
    key.expiry = match row.take("expires_at", instant) {
        Some(at) => Expiry::At { at },
        None if never => Expiry::Never,
        None => Expiry::Unknown,
    };
    key.last_used =
        row.take("last_used_at", instant).map_or(LastUsed::Unknown, |at| LastUsed::At { at });
    key.created_at = row.take("created_at", instant);
    if flaw == Flaw::DatesNewKeysWrongly {
        key.created_at = "2020-01-01T00:00:00Z".parse().ok();
    }
    key.owner = row.take("owner", |owner| {
        let mut known = Owner::new(owner.get("id")?.as_str()?);
        known.name = Some(owner.get("name")?.as_str()?.to_owned());
        (owner.as_object()?.len() == 2).then_some(known)
    });
    key.container = row.text("project").map(|project| Container::new("project", project));
    if flaw == Flaw::ForgetsTheRecordsContainer {
        key.container = None;
    }
    row.0.retain(|_, value| !value.is_null());
    if flaw != Flaw::DropsUnknownFields {
        key.extras = row.0.into_iter().collect();
    }
    Ok(Some(key))
}

struct Row(Map<String, Value>, Flaw);

impl Row {
    fn is(&self, name: &str) -> Option<Value> {
        self.0.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// Takes a field. What cannot be read stays for the extras.
    fn take<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.0.get(name).and_then(read);
        if value.is_some() || self.1 == Flaw::DropsOddTypes {
            self.0.remove(name);
        }
        value
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |value| value.as_str().map(str::to_owned))
    }
}

fn number(value: &Value) -> Option<Decimal> {
    value.as_number()?.to_string().parse().ok()
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}
