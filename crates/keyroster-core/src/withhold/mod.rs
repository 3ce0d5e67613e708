//! Takes secrets out of everything that a provider returns, before it can reach a record, an error or an
//! output.
//!
//! The handle does it for every provider. A text that holds a secret shows `[hidden]` instead. An id that holds
//! one is replaced as a whole, by a text that no operation takes: an altered id could name another key.

mod fold;
mod index;
mod known;
mod name;
mod shapes;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::identity::{Identification, Principal};
use crate::outcome::{CreatedKey, Revocation};
use crate::page::{ContainerPage, Page};
use crate::record::decimal::Amount;
use crate::record::decimal::Unit;
use crate::record::extras::Extras;
use crate::record::id::KeyId;
use crate::record::key::{Access, ApiKey, Container, Owner};
use crate::record::quota::{Limit, Quota, Reset, Usage};
use crate::warning::Warning;

pub use known::KnownSecrets;
pub use name::names_a_secret;

use known::{Check, PLACEHOLDER, is_placeholder};

/// What a provider returns.
pub(crate) trait Answer: Sized {
    /// Adds the secrets of the answer to the set.
    fn learn(&self, known: &KnownSecrets) {
        let _ = known;
    }

    /// Takes the secrets out.
    fn withhold(&mut self, check: &Check<'_>);
}

impl KnownSecrets {
    /// Takes the secrets out of an answer. Every answer of a provider passes here.
    pub(crate) fn withheld<T: Answer>(&self, mut answer: T) -> T {
        answer.learn(self);
        answer.withhold(&self.check());
        answer
    }

    /// Takes the secrets out of an error. Every error of an operation passes here.
    pub(crate) fn withheld_error(&self, error: Error) -> Error {
        let check = self.check();
        error.redacted(|text| check.redacted(text))
    }
}

/// Refuses the text that is shown instead of an id that holds a secret.
///
/// - [`InvalidRequest`](ErrorKind::InvalidRequest): the id is such a text.
pub(crate) fn check_id(id: &KeyId) -> Result<()> {
    if !is_placeholder(id.as_str()) {
        return Ok(());
    }
    let message = "the key's id is withheld, because it contains a secret";
    Err(Error::new(ErrorKind::InvalidRequest, message)
        .with_help("revoke the key in the vendor's own web interface; nothing was sent"))
}

impl Check<'_> {
    fn text(&self, text: &mut String) {
        if let Some(clean) = self.redacted(text) {
            drop(secrecy::zeroize::Zeroizing::new(std::mem::replace(text, clean)));
        }
    }

    fn maybe(&self, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// Returns whether the id was replaced.
    fn id(&self, id: &mut KeyId) -> bool {
        let held = self.contains(id.as_str());
        if held {
            *id = KeyId::new(self.placeholder(id.as_str()));
        }
        held
    }

    fn unit(&self, unit: &mut Unit) {
        if let Some(clean) = self.redacted(unit.as_str()) {
            *unit = Unit::new(clean);
        }
    }

    fn amount(&self, amount: Option<&mut Amount>) {
        if let Some(amount) = amount {
            self.unit(&mut amount.unit);
        }
    }

    fn quota(&self, quota: &mut Quota) {
        if let Limit::Amount(limit) = &mut quota.limit {
            self.unit(&mut limit.unit);
        }
        self.amount(quota.used.as_mut());
        self.amount(quota.remaining.as_mut());
        if let Reset::Other { rule } = &mut quota.reset {
            self.text(rule);
        }
    }

    fn usage(&self, usage: &mut [Usage]) {
        for usage in usage {
            self.text(&mut usage.meter);
            for amount in
                [&mut usage.total, &mut usage.daily, &mut usage.weekly, &mut usage.monthly]
            {
                self.amount(amount.as_mut());
            }
        }
    }

    fn access(&self, access: &mut Access) {
        if let Access::Scoped { scopes } = access
            && scopes.iter().any(|scope| self.contains(scope))
        {
            let clean = std::mem::take(scopes).into_iter().map(|mut scope| {
                self.text(&mut scope);
                scope
            });
            *scopes = clean.collect::<BTreeSet<_>>();
        }
    }

    fn owner(&self, owner: Option<&mut Owner>) {
        if let Some(owner) = owner {
            self.text(&mut owner.id);
            self.maybe(&mut owner.name);
        }
    }

    fn container(&self, container: Option<&mut Container>) {
        if let Some(container) = container {
            self.text(&mut container.kind);
            self.text(&mut container.id);
            self.maybe(&mut container.name);
        }
    }

    fn extras(&self, extras: &mut Extras) {
        if extras.iter().any(|(name, _)| self.contains(name)) {
            let fields = std::mem::take(extras).into_fields();
            *extras = fields
                .map(|(mut name, value)| {
                    self.text(&mut name);
                    (name, value)
                })
                .collect();
        }
        for (name, value) in extras.values_mut() {
            self.value(names_a_secret(name), value);
        }
    }

    /// Takes secrets out of JSON: what is named like one, and what contains one. Booleans and null stay.
    fn value(&self, named: bool, value: &mut Value) {
        match value {
            Value::String(_) | Value::Number(_) if named => {
                *value = Value::String(PLACEHOLDER.to_owned());
            }
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                for item in items {
                    self.value(named, item);
                }
            }
            Value::Object(members) => {
                if members.keys().any(|name| self.contains(name)) {
                    let fields = std::mem::take(members).into_iter().map(|(mut name, value)| {
                        self.text(&mut name);
                        (name, value)
                    });
                    *members = fields.collect();
                }
                for (name, value) in members.iter_mut() {
                    self.value(named || names_a_secret(name), value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn warnings(&self, warnings: &mut [Warning]) {
        for warning in warnings {
            self.text(&mut warning.message);
        }
    }

    /// Returns whether the id was replaced.
    fn key(&self, key: &mut ApiKey) -> bool {
        let held = self.id(&mut key.id);
        self.maybe(&mut key.name);
        self.maybe(&mut key.hint);
        self.access(&mut key.access);
        self.quota(&mut key.quota);
        self.usage(&mut key.usage);
        self.owner(key.owner.as_mut());
        self.container(key.container.as_mut());
        self.extras(&mut key.extras);
        held
    }

    fn principal(&self, principal: &mut Principal) {
        if let Some(id) = &mut principal.key_id {
            self.id(id);
        }
        self.maybe(&mut principal.hint);
        self.access(&mut principal.access);
        self.owner(principal.owner.as_mut());
        self.quota(&mut principal.quota);
        self.usage(&mut principal.usage);
        self.extras(&mut principal.extras);
    }
}

/// The warning about keys whose ids hold a secret.
fn withheld_ids(count: usize) -> Option<Warning> {
    let keys = match count {
        0 => return None,
        1 => "the id of 1 key contains".to_owned(),
        count => format!("the ids of {count} keys contain"),
    };
    Some(Warning::incomplete(format!(
        "{keys} a secret and is withheld: the vendor shows a secret where an id belongs"
    )))
}

impl Answer for Page {
    fn withhold(&mut self, check: &Check<'_>) {
        let mut held = 0;
        for key in &mut self.keys {
            held += usize::from(check.key(key));
        }
        check.warnings(&mut self.warnings);
        self.warnings.extend(withheld_ids(held));
    }
}

impl Answer for ContainerPage {
    /// The ids stay: the keys of each container are requested by them.
    fn withhold(&mut self, check: &Check<'_>) {
        for container in self.containers.iter_mut().flatten() {
            check.maybe(&mut container.name);
        }
        check.warnings(&mut self.warnings);
    }
}

impl Answer for ApiKey {
    fn withhold(&mut self, check: &Check<'_>) {
        check.key(self);
    }
}

impl Answer for CreatedKey {
    fn learn(&self, known: &KnownSecrets) {
        known.receive(&self.secret);
        for (_, secret) in &self.parts {
            known.receive(secret);
        }
    }

    fn withhold(&mut self, check: &Check<'_>) {
        let held = check.key(&mut self.key);
        for (name, _) in &mut self.parts {
            check.text(name);
        }
        check.warnings(&mut self.warnings);
        self.warnings.extend(withheld_ids(usize::from(held)));
    }
}

impl Answer for Principal {
    fn withhold(&mut self, check: &Check<'_>) {
        check.principal(self);
    }
}

impl Answer for Identification {
    fn withhold(&mut self, check: &Check<'_>) {
        check.principal(&mut self.principal);
        for key in &mut self.keys {
            check.key(key);
        }
        for sentence in &mut self.evidence {
            check.text(sentence);
        }
    }
}

impl Answer for Revocation {
    fn withhold(&mut self, _: &Check<'_>) {}
}
