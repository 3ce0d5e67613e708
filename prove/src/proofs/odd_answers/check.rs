//! The promises, as an oracle: what may be said after these answers, and what must not be lost.
//!
//! It is written from the promises and shares no code with what it judges.

use std::collections::BTreeSet;

use serde_json::Value;

use super::json::{self, Json};
use super::mutate::{Oddity, Sent};
use super::said::{facts, is_own_error};
use super::vendor::{Route, Vendor, World};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    List,
    Get,
    Create,
    Disable,
    Limit,
    Revoke,
    WhoAmI,
    Identify,
}

impl Ask {
    pub(crate) const ALL: [Self; 8] = [
        Self::List,
        Self::Get,
        Self::Create,
        Self::Disable,
        Self::Limit,
        Self::Revoke,
        Self::WhoAmI,
        Self::Identify,
    ];

    /// Returns the name for the report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Disable => "disable",
            Self::Limit => "update",
            Self::Revoke => "revoke",
            Self::WhoAmI => "whoami",
            Self::Identify => "identify",
        }
    }
}

/// What the tool said.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Keys(Vec<Value>),
    Key(Value),
    Created {
        key: Value,
        secret: String,
    },
    /// What became of a key that was to be disabled or revoked, in the tool's own word.
    Done(String),
    Works(Value),
    Verdict {
        liveness: String,
        keys: Vec<Value>,
    },
    Failed {
        kind: String,
    },
}

/// What the tool said, and everything that it showed.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) statement: Statement,
    /// Whether it said that the result is, or may be, only part of what was asked for.
    pub(crate) partial: bool,
    pub(crate) shown: String,
}

/// The whole of one run.
pub(crate) struct Case<'a> {
    pub(crate) ask: Ask,
    /// The account before the run.
    pub(crate) world: &'a World,
    /// The id of the key that was named, if one was.
    pub(crate) id: &'a str,
    pub(crate) sent: &'a [Sent],
    /// The number of creates that arrived.
    pub(crate) creates: u32,
    pub(crate) outcome: &'a Outcome,
}

/// The limit that [`Ask::Limit`] asks for.
pub(crate) const LIMIT: &str = "25";

impl Case<'_> {
    /// Returns every promise that was broken.
    pub(crate) fn judge(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (what, secret) in
            [("the credential", &self.world.credential), ("the new secret", &self.world.secret)]
        {
            if self.outcome.shown.contains(secret.as_str()) {
                broken.push(format!("{what} is shown"));
            }
        }
        if self.creates > 1 {
            broken.push(format!("{} creates were sent", self.creates));
        }
        match &self.outcome.statement {
            Statement::Keys(keys) => self.judge_list(keys, &mut broken),
            Statement::Key(key) => self.judge_key(key, &mut broken),
            Statement::Created { key, secret } => self.judge_created(key, secret, &mut broken),
            Statement::Done(outcome) if self.ask == Ask::Revoke => {
                self.judge_revoked(outcome, &mut broken);
            }
            Statement::Done(_) => {
                let says = |(row, _): &(Json, bool)| row.get("disabled") == Some(&Json::Bool(true));
                if !self.outcome.partial && !self.rows().iter().any(says) {
                    broken.push("disabled, although no answer says so".to_owned());
                }
            }
            Statement::Works(principal) => self.judge_works(principal, &mut broken),
            Statement::Verdict { liveness, keys } => {
                self.judge_verdict(liveness, keys, &mut broken);
            }
            Statement::Failed { kind } => self.judge_failure(kind, &mut broken),
        }
        broken
    }

    fn vendor(&self) -> Vendor {
        self.world.vendor
    }

    /// The answers about this, with their legible bodies.
    fn answers(&self, route: Route) -> impl Iterator<Item = (&Sent, Option<Json>)> {
        let about = self.sent.iter().filter(move |sent| sent.route == route);
        about.map(|sent| (sent, json::read(&sent.body)))
    }

    /// Every row that was sent about a key, whole or odd.
    fn rows(&self) -> Vec<(Json, bool)> {
        let vendor = self.vendor();
        let mut rows = Vec::new();
        for sent in self.sent {
            let Some(body) = json::read(&sent.body) else { continue };
            let whole = sent.oddity.is_none();
            match sent.route {
                Route::Keys => {
                    let items = body.get(vendor.rows_member()).and_then(Json::items);
                    rows.extend(items.unwrap_or_default().iter().map(|row| (row.clone(), whole)));
                }
                Route::Key | Route::Update | Route::Create => {
                    rows.extend(body.get("data").map(|row| (row.clone(), whole)));
                }
                _ => {}
            }
        }
        rows
    }

    /// A record must say only what some row of its id says, and all of what a row says that is not odd.
    fn judge_record(&self, key: &Value, rows: &[(Json, bool)], broken: &mut Vec<String>) {
        let id = key.get("id").and_then(Value::as_str).unwrap_or_default();
        let member = self.vendor().id_member();
        let fits = |row: &Json| match row.get(member) {
            Some(Json::Text(own)) => own.trim() == id.trim(),
            // Some vendors number their keys.
            Some(Json::Number(own)) => own == id,
            _ => false,
        };
        let own: Vec<&(Json, bool)> = rows.iter().filter(|(row, _)| fits(row)).collect();
        if own.is_empty() {
            broken.push(format!("the key `{id}` was never sent"));
            return;
        }
        for fact in facts(self.vendor()) {
            let said: Vec<Option<String>> =
                own.iter().map(|(row, _)| row.get(fact.member).and_then(fact.said)).collect();
            let shown = (fact.shown)(key);
            if let Some(shown) = shown {
                let hidden = shown.contains("[hidden]");
                if !hidden && !said.iter().flatten().any(|said| *said == shown) {
                    broken.push(format!(
                        "{} of {id} is shown as `{}` although the vendor said {said:?}",
                        fact.name,
                        short(&shown)
                    ));
                }
                continue;
            }
            let all_whole = own.iter().all(|(_, whole)| *whole);
            // A null last use means never only for young keys.
            let never = said.iter().flatten().all(|said| said == "never");
            if all_whole && said.iter().any(Option::is_some) && !never {
                broken.push(format!("{} of {id} is lost: {said:?}", fact.name));
            }
        }
    }

    fn judge_list(&self, keys: &[Value], broken: &mut Vec<String>) {
        let rows = self.rows();
        let mut listed = BTreeSet::new();
        for key in keys {
            let id = key.get("id").and_then(Value::as_str).unwrap_or_default();
            if id.trim().is_empty() {
                broken.push("a key without an id is listed".to_owned());
            }
            if !listed.insert(id.to_owned()) {
                broken.push(format!("`{id}` is listed twice"));
            }
            self.judge_record(key, &rows, broken);
        }
        if self.outcome.partial {
            return;
        }
        let missing = (0..self.world.keys.len()).map(|at| self.world.id(at));
        let missing: Vec<String> = missing.filter(|id| !listed.contains(id)).collect();
        if !missing.is_empty() && !self.end_was_said(listed.len()) && !self.id_was_odd() {
            broken.push(format!("{missing:?} are missing, and the list passes for whole"));
        }
    }

    /// Whether an odd answer said, legibly and in the vendor's own form, that the list ends there.
    fn end_was_said(&self, listed: usize) -> bool {
        let vendor = self.vendor();
        self.sent.iter().filter(|sent| sent.oddity.is_some() && sent.status == 200).any(|sent| {
            let Some(body) = json::read(&sent.body) else { return false };
            let member = match sent.route {
                Route::Containers => "data",
                _ => vendor.rows_member(),
            };
            let empty = body.get(member).and_then(Json::items).is_some_and(<[Json]>::is_empty);
            // A container that was renamed has no keys under its new id.
            let renamed = sent.route == Route::Containers
                && matches!(&sent.oddity, Some(Oddity::Value(place)) if place.ends_with("/id"));
            let total = ["count", "total_count"].into_iter().find_map(|name| body.get(name));
            let total = total.and_then(|total| match total {
                Json::Number(raw) | Json::Text(raw) => raw.trim().parse::<usize>().ok(),
                _ => None,
            });
            empty || renamed || (sent.route == Route::Keys && total == Some(listed))
        })
    }

    /// Whether the id of a key was replaced by another legible one.
    fn id_was_odd(&self) -> bool {
        let member = self.vendor().id_member();
        let legible = |sent: &Sent, place: &str| {
            let body = json::read(&sent.body);
            let mut at = body.as_ref();
            for step in place.split('/') {
                at = at.and_then(|value| match value {
                    Json::List(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
                    value => value.get(step),
                });
            }
            match at {
                Some(Json::Text(text)) => !text.trim().is_empty(),
                Some(Json::Number(_)) => true,
                _ => false,
            }
        };
        self.sent.iter().any(|sent| match &sent.oddity {
            Some(Oddity::Value(place)) => {
                place.ends_with(&format!("/{member}")) && legible(sent, place)
            }
            // A damaged byte may be inside an id.
            Some(Oddity::Text(_)) => true,
            _ => false,
        })
    }

    fn judge_key(&self, key: &Value, broken: &mut Vec<String>) {
        let id = key.get("id").and_then(Value::as_str).unwrap_or_default();
        if id != self.id {
            broken.push(format!("`{id}` came back for `{}`", self.id));
        }
        self.judge_record(key, &self.rows(), broken);
        let route = match self.ask {
            Ask::Get => return,
            _ => Route::Update,
        };
        if !self.answers(route).any(|(sent, _)| is_done(sent.status)) {
            broken.push("a change counts as done without a success".to_owned());
        }
        let rows = self.rows();
        let said = |member: &str, wanted: &Json| {
            rows.iter().any(|(row, _)| row.get(member).is_some_and(|value| value == wanted))
        };
        match self.ask {
            Ask::Disable if !said("disabled", &Json::Bool(true)) => {
                broken.push("disabled, although no answer says so".to_owned());
            }
            Ask::Limit if !self.outcome.partial => {
                let fits = rows.iter().any(|(row, _)| match row.get("limit") {
                    Some(Json::Number(raw) | Json::Text(raw)) => {
                        json::plain_number(raw) == json::plain_number(LIMIT)
                    }
                    _ => false,
                });
                if !fits {
                    broken
                        .push("the limit counts as changed, although no answer says so".to_owned());
                }
            }
            _ => {}
        }
    }

    fn judge_created(&self, key: &Value, secret: &str, broken: &mut Vec<String>) {
        let legible = self.answers(Route::Create).any(|(sent, body)| {
            let texts = |body: &Json| {
                let mut found = Vec::new();
                body.texts(&mut found);
                found.iter().any(|text| text.trim_end_matches(['\n', '\r']) == secret)
            };
            (200..300).contains(&sent.status) && body.as_ref().is_some_and(texts)
        });
        if !legible || secret.trim().is_empty() {
            broken.push("a secret that was never sent".to_owned());
        }
        // Without a warning, the record must be what the vendor said.
        if !self.outcome.partial {
            let id = key.get("id").and_then(Value::as_str).unwrap_or_default();
            let mut texts = Vec::new();
            let bodies: Vec<Json> =
                self.answers(Route::Create).filter_map(|(_, body)| body).collect();
            for body in &bodies {
                body.texts(&mut texts);
            }
            // Pinata's JWT names its key, too.
            let claimed = self.world.id_in_secret.as_deref() == Some(id);
            let named = texts.iter().any(|text| text.trim() == id) || has_number(&bodies, id);
            if !named && !claimed {
                broken.push(format!("the new key is named `{id}`, which was never sent"));
            }
        }
    }

    fn judge_revoked(&self, outcome: &str, broken: &mut Vec<String>) {
        // The key was revoked before, as a list says.
        let before = |(row, _): &(Json, bool)| row.get("revoked") == Some(&Json::Bool(true));
        if outcome == "unchanged" && self.rows().iter().any(before) {
            return;
        }
        let said = self.answers(Route::Revoke).any(|(sent, body)| {
            let Some(body) = body else { return false };
            match outcome {
                "revoked" => {
                    let words = match self.vendor() {
                        Vendor::OpenRouter => body.get("deleted") == Some(&Json::Bool(true)),
                        Vendor::Pinata => body.as_text() == Some("Revoked"),
                    };
                    is_done(sent.status) && words
                }
                _ => sent.status == 404 && is_own_error(self.vendor(), &body),
            }
        });
        if !said {
            broken.push(format!("`{outcome}`, although the vendor did not say so"));
        }
    }

    fn accepts(&self) -> bool {
        self.answers(Route::Credential).any(|(sent, body)| {
            let Some(body) = body else { return false };
            let words = match self.vendor() {
                Vendor::OpenRouter => matches!(body.get("data"), Some(Json::Object(_))),
                Vendor::Pinata => body.get("message").and_then(Json::as_text).is_some_and(|text| {
                    text == "Congratulations! You are communicating with the Pinata API!"
                }),
            };
            let error = body.get("error").is_some_and(|error| *error != Json::Null);
            is_done(sent.status) && words && !error
        })
    }

    fn judge_works(&self, principal: &Value, broken: &mut Vec<String>) {
        if !self.accepts() {
            broken.push("the credential works, although the vendor did not say so".to_owned());
        }
        let admin = principal.pointer("/access/kind").and_then(Value::as_str) == Some("admin");
        let said = self.answers(Route::Credential).any(|(_, body)| {
            let data = body.as_ref().and_then(|body| body.get("data")).cloned();
            let flags = ["is_management_key", "is_provisioning_key"];
            flags.iter().any(|name| {
                data.as_ref().and_then(|data| data.get(name)) == Some(&Json::Bool(true))
            })
        });
        if admin && self.vendor() == Vendor::OpenRouter && !said {
            broken.push("an admin, although the vendor did not say so".to_owned());
        }
    }

    fn judge_verdict(&self, liveness: &str, keys: &[Value], broken: &mut Vec<String>) {
        let refused = self.answers(Route::Credential).any(|(sent, body)| {
            let Some(body) = body else { return false };
            let revoked = json_text(&body).contains("API_KEY_REVOKED");
            is_own_error(self.vendor(), &body)
                && (sent.status == 401 || (sent.status == 403 && revoked))
        });
        match liveness {
            "live" if !self.accepts() => {
                broken.push("live, although the vendor did not say so".to_owned());
            }
            "dead" if !refused => {
                broken.push("dead, although the vendor did not say so".to_owned());
            }
            _ => {}
        }
        let rows = self.rows();
        for key in keys {
            self.judge_record(key, &rows, broken);
        }
    }

    /// A failure must not claim more than the vendor said, nor lose what one odd value does not concern.
    fn judge_failure(&self, kind: &str, broken: &mut Vec<String>) {
        if self.ask == Ask::Create && self.creates > 0 {
            if kind != "indeterminate" {
                broken.push(format!("`{kind}` after a create that was carried out"));
            }
            if self.secret_was_legible() {
                broken.push("the new secret was legible, and is lost".to_owned());
            }
        }
        if self.ask == Ask::List
            && let Some(place) = self.odd_value()
        {
            broken.push(format!("one odd value at `{place}` costs the whole list"));
        }
    }

    /// Whether the create's answer held the secret where the vendor puts it.
    fn secret_was_legible(&self) -> bool {
        let member = match self.vendor() {
            Vendor::OpenRouter => "key",
            Vendor::Pinata => "JWT",
        };
        self.answers(Route::Create).any(|(sent, body)| {
            let body = body.as_ref();
            let secret = body.and_then(|body| body.get(member)).and_then(Json::as_text);
            // Only the vendor's own success is an answer to a create.
            matches!(sent.status, 200 | 201) && secret == Some(self.world.secret.as_str())
        })
    }

    /// The place of the only odd value, if it is inside a row or a member that the vendor does not document.
    fn odd_value(&self) -> Option<String> {
        let odd: Vec<&Sent> = self.sent.iter().filter(|sent| sent.oddity.is_some()).collect();
        let [sent] = odd[..] else { return None };
        let Some(Oddity::Value(place)) = &sent.oddity else { return None };
        let rows = match sent.route {
            Route::Keys => self.vendor().rows_member(),
            Route::Containers => "data",
            _ => return None,
        };
        let mut steps = place.split('/');
        let first = steps.next();
        let inside = first == Some(rows) && steps.next().is_some();
        (inside || first == Some("extra_thing")).then(|| place.clone())
    }
}

/// Whether a status says that the request was carried out, whole.
fn is_done(status: u16) -> bool {
    (200..300).contains(&status) && !matches!(status, 202 | 204 | 206)
}

/// Whether a number of the bodies is written like this.
fn has_number(bodies: &[Json], id: &str) -> bool {
    fn any(value: &Json, id: &str) -> bool {
        match value {
            Json::Number(raw) => raw == id,
            Json::List(items) => items.iter().any(|item| any(item, id)),
            Json::Object(members) => members.iter().any(|(_, value)| any(value, id)),
            _ => false,
        }
    }
    bodies.iter().any(|body| any(body, id))
}

fn json_text(body: &Json) -> String {
    body.write()
}

/// The beginning of a text, for a message.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
