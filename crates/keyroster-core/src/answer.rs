//! Compares the record in a vendor's answer with what was requested.
//!
//! A vendor can answer with success although it did something else: another key, another limit, a key that is
//! still enabled. Providers do not have to check that. [`Provider`](crate::Provider) compares every answer here.

use std::fmt;

use crate::record::decimal::Amount;
use crate::record::id::KeyId;
use crate::record::key::{Access, ApiKey, Expiry};
use crate::record::quota::{Limit, Reset};
use crate::record::time::Timestamp;
use crate::request::{Change, CreateKey, UpdateKey};
use crate::warning::Warning;

/// A requested field that the record does not confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    field: String,
    requested: String,
    /// What the record says. `None` if it does not say anything readable.
    answered: Option<String>,
}

impl Difference {
    /// Converts the difference to a warning.
    pub(crate) fn warning(&self) -> Warning {
        if self.answered.is_some() {
            Warning::mismatch(self.to_string())
        } else {
            Warning::unconfirmed(self.to_string())
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, requested, answered } = self;
        match answered {
            Some(answered) => {
                write!(
                    f,
                    "requested {field} `{requested}`, but the vendor's record says `{answered}`"
                )
            }
            None => write!(
                f,
                "requested {field} `{requested}`, but the vendor's record does not say what it is now"
            ),
        }
    }
}

/// Returns what the record of a new key does not confirm.
pub(crate) fn created(request: &CreateKey, key: &ApiKey) -> Vec<Difference> {
    let mut found = Comparison { key, differences: Vec::new() };
    found.name(&request.name);
    found.access(&request.access);
    if let Some(limit) = &request.limit {
        found.limit(Some(limit));
    }
    if let Some(reset) = &request.reset {
        found.reset(reset);
    }
    if let Some(at) = request.expires_at {
        found.expiry(Some(at));
    }
    found.container(request.container.as_deref());
    found.owner(request.owner.as_deref());
    found.extras(&request.extras);
    // No one requests a key that does not work.
    if key.state.disabled == Some(true) || key.state.revoked == Some(true) {
        let word = if key.state.revoked == Some(true) { "revoked" } else { "disabled" };
        found.add("state", "enabled", Some(word.to_owned()));
    }
    found.differences
}

/// Returns what the record of an updated key does not confirm, except whether it is disabled.
pub(crate) fn updated(change: &UpdateKey, key: &ApiKey) -> Vec<Difference> {
    let mut found = Comparison { key, differences: Vec::new() };
    if let Some(name) = &change.name {
        found.name(name);
    }
    match &change.limit {
        Change::Set(limit) => found.limit(Some(limit)),
        Change::Clear => found.limit(None),
        Change::Keep => {}
    }
    match &change.reset {
        Change::Set(reset) => found.reset(reset),
        Change::Clear => found.reset(&Reset::Never),
        Change::Keep => {}
    }
    match &change.expires_at {
        Change::Set(at) => found.expiry(Some(*at)),
        Change::Clear => found.expiry(None),
        Change::Keep => {}
    }
    if let Some(access) = &change.access {
        found.access(access);
    }
    found.container(change.container.as_deref());
    found.extras(&change.extras);
    found.differences
}

/// Returns an error message if the record is not that of the requested key.
pub(crate) fn other_key(requested: &KeyId, key: &ApiKey) -> Option<String> {
    (key.id != *requested)
        .then(|| format!("the vendor returned the key `{}` instead of `{requested}`", key.id))
}

struct Comparison<'a> {
    key: &'a ApiKey,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn add(&mut self, field: &str, requested: impl fmt::Display, answered: Option<String>) {
        let requested = requested.to_string();
        self.differences.push(Difference { field: field.to_owned(), requested, answered });
    }

    /// Adds a difference unless both texts are equal. Vendors may trim a text.
    fn text(&mut self, field: &str, requested: &str, answered: Option<&str>) {
        if answered.is_none_or(|answered| answered.trim() != requested.trim()) {
            self.add(field, requested, answered.map(str::to_owned));
        }
    }

    fn name(&mut self, requested: &str) {
        self.text("name", requested, self.key.name.as_deref());
    }

    /// `None` requests no limit.
    fn limit(&mut self, requested: Option<&Amount>) {
        let answered = match &self.key.quota.limit {
            Limit::Amount(limit) if Some(limit) == requested => return,
            Limit::Unlimited if requested.is_none() => return,
            Limit::Amount(limit) => Some(limit.to_string()),
            Limit::Unlimited => Some("unlimited".to_owned()),
            Limit::Unknown => None,
        };
        let requested = requested.map_or_else(|| "unlimited".to_owned(), ToString::to_string);
        self.add("limit", requested, answered);
    }

    fn reset(&mut self, requested: &Reset) {
        let reset = &self.key.quota.reset;
        if reset != requested {
            let answered = (*reset != Reset::Unknown).then(|| word(reset));
            self.add("reset", word(requested), answered);
        }
    }

    /// `None` requests no expiry. The vendor may cut the time to whole seconds or milliseconds.
    fn expiry(&mut self, requested: Option<Timestamp>) {
        let answered = match self.key.expiry {
            Expiry::At { at } if requested.is_some_and(|it| it.as_coarse_as(at) == at) => return,
            Expiry::Never if requested.is_none() => return,
            Expiry::At { at } => Some(at.to_string()),
            Expiry::Never => Some("never".to_owned()),
            Expiry::Unknown => None,
        };
        let requested = requested.map_or_else(|| "never".to_owned(), |at| at.to_string());
        self.add("expiry", requested, answered);
    }

    /// [`Access::Unknown`] leaves the access to the vendor.
    fn access(&mut self, requested: &Access) {
        let access = &self.key.access;
        if *requested != Access::Unknown && access != requested {
            let answered = (*access != Access::Unknown).then(|| scopes(access));
            self.add("access", scopes(requested), answered);
        }
    }

    fn container(&mut self, requested: Option<&str>) {
        if let Some(requested) = requested {
            let container = self.key.container.as_ref();
            self.text("container", requested, container.map(|it| it.id.as_str()));
        }
    }

    fn owner(&mut self, requested: Option<&str>) {
        if let Some(requested) = requested {
            self.text("owner", requested, self.key.owner.as_ref().map(|it| it.id.as_str()));
        }
    }

    fn extras(&mut self, requested: &crate::record::extras::Extras) {
        for (name, value) in requested {
            let answered = self.key.extras.get(name);
            if answered != Some(value) {
                self.add(name, value, answered.map(ToString::to_string));
            }
        }
    }
}

fn word(reset: &Reset) -> String {
    match reset {
        Reset::Never => "never".to_owned(),
        Reset::Daily => "daily".to_owned(),
        Reset::Weekly => "weekly".to_owned(),
        Reset::Monthly => "monthly".to_owned(),
        Reset::Other { rule } => rule.clone(),
        Reset::Unknown => "unknown".to_owned(),
    }
}

fn scopes(access: &Access) -> String {
    match access {
        Access::Scoped { scopes } => {
            scopes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        }
        access => access.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{created, other_key, updated};
    use crate::record::decimal::{Amount, Unit};
    use crate::record::id::{KeyId, ProviderId};
    use crate::record::key::{Access, ApiKey, Container, Expiry, Owner, State};
    use crate::record::quota::{Limit, Reset};
    use crate::record::time::Timestamp;
    use crate::request::{Change, CreateKey, UpdateKey};
    use crate::warning::WarningKind;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A record that says all that the requests below ask for.
    fn record() -> ApiKey {
        let mut key = ApiKey::new(ProviderId::from_static("acme"), "k-1");
        key.name = Some("ci".to_owned());
        key.state = State::new(Some(false), Some(false));
        key.access = Access::scoped(["read", "write"]);
        key.quota.limit = Limit::Amount(Amount::new(25, Unit::USD));
        key.quota.reset = Reset::Monthly;
        key.expiry = Expiry::At { at: at("2027-01-31T00:00:00Z") };
        key.container = Some(Container::new("workspace", "w-1"));
        key.owner = Some(Owner::new("u-1"));
        key.extras.insert("byok", true.into());
        key
    }

    fn create() -> CreateKey {
        CreateKey::new("ci")
            .access(Access::scoped(["write", "read"]))
            .limit(Amount::new(25, Unit::USD))
            .reset(Reset::Monthly)
            .expires_at(at("2027-01-31T00:00:00.250Z"))
            .container("w-1")
            .owner("u-1")
            .extra("byok", true)
    }

    fn update() -> UpdateKey {
        UpdateKey::new()
            .name("ci")
            .access(Access::scoped(["write", "read"]))
            .limit(Amount::new(25, Unit::USD))
            .reset(Reset::Monthly)
            .expires_at(at("2027-01-31T00:00:00.250Z"))
            .container("w-1")
            .extra("byok", true)
    }

    #[test]
    fn an_answer_as_requested_gives_no_warning() {
        assert_eq!(created(&create(), &record()), []);
        assert_eq!(updated(&update(), &record()), []);
        let mut free = record();
        free.quota.limit = Limit::Unlimited;
        free.quota.reset = Reset::Never;
        free.expiry = Expiry::Never;
        let change =
            UpdateKey::new().limit(Change::Clear).reset(Change::Clear).expires_at(Change::Clear);
        assert_eq!(updated(&change, &free), []);
        assert_eq!(other_key(&KeyId::from("k-1"), &free), None);
        assert!(other_key(&KeyId::from("k-2"), &free).is_some());
    }

    #[test]
    fn each_field_that_differs_is_named() {
        type Alter = fn(&mut ApiKey);
        let cases: [(&str, Alter, bool); 8] = [
            ("name", |key| key.name = Some("other".to_owned()), true),
            ("access", |key| key.access = Access::scoped(["read"]), true),
            ("limit", |key| key.quota.limit = Limit::Unlimited, true),
            ("reset", |key| key.quota.reset = Reset::Never, true),
            ("expiry", |key| key.expiry = Expiry::Never, true),
            ("container", |key| key.container = Some(Container::new("workspace", "w-2")), true),
            ("byok", |key| key.extras.insert("byok", false.into()), true),
            ("owner", |key| key.owner = Some(Owner::new("u-2")), false),
        ];
        for (field, alter, in_updates) in cases {
            let mut key = record();
            alter(&mut key);
            for differences in [created(&create(), &key), updated(&update(), &key)]
                .iter()
                .take(1 + usize::from(in_updates))
            {
                let [difference] = &differences[..] else { panic!("{field}: {differences:?}") };
                let warning = difference.warning();
                assert_eq!(warning.kind, WarningKind::Mismatch);
                assert!(warning.message.contains(field), "{}", warning.message);
            }
        }
    }

    #[test]
    fn a_record_that_is_silent_confirms_nothing() {
        let silent = ApiKey::new(ProviderId::from_static("acme"), "k-1");
        let differences = created(&create(), &silent);
        assert_eq!(differences.len(), 8);
        assert!(differences.iter().all(|it| it.warning().kind == WarningKind::Unconfirmed));
        assert_eq!(updated(&update(), &silent).len(), 7);
    }

    #[test]
    fn a_new_key_that_does_not_work_is_named() {
        for state in [State::new(Some(true), Some(false)), State::new(Some(false), Some(true))] {
            let mut key = record();
            key.state = state;
            assert_eq!(created(&create(), &key).len(), 1);
        }
    }
}
