//! Reads faults from JSON. Not derived, because people write this JSON, and errors must say which field
//! is wrong and what it may be.

use std::collections::BTreeMap;

use hyper::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::fault::{Action, Fault};
use crate::log::Vendor;

type Object = Map<String, Value>;

const FIELDS: [&str; 8] =
    ["vendor", "method", "path", "nth", "share", "limit", "delay_ms", "action"];
const ACTIONS: &str = "one of respond, delay, cut, truncate, as in {\"respond\":{\"status\":502}}";
/// Maximum delay in milliseconds.
const LONGEST_DELAY_MS: u64 = 3_600_000;

/// Reads one rule, or an array of rules.
pub(crate) fn faults(body: &[u8]) -> Result<Vec<Fault>, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("body: {error}"))?;
    match &value {
        Value::Array(rules) => {
            let numbered = rules.iter().enumerate();
            numbered.map(|(at, rule)| fault(rule).map_err(|it| format!("[{at}].{it}"))).collect()
        }
        rule => Ok(vec![fault(rule)?]),
    }
}

pub(crate) fn fault(value: &Value) -> Result<Fault, String> {
    let rule = object("fault", value)?;
    known("", rule, &FIELDS)?;
    let action = rule.get("action").ok_or_else(|| format!("action: is required, {ACTIONS}"))?;
    let mut fault = Fault::new(self::action(action)?);
    fault.vendor = optional(rule, "vendor", |value| {
        let name = value.as_str();
        Vendor::ALL
            .into_iter()
            .find(|vendor| Some(vendor.as_str()) == name)
            .ok_or_else(|| wrong("vendor", "\"pinata\" or \"openrouter\"", value))
    })?;
    fault.method = optional(rule, "method", |value| {
        let method = value.as_str().filter(|method| {
            !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        let method = method.map(str::to_owned);
        method.ok_or_else(|| wrong("method", "a method in capitals, such as \"POST\"", value))
    })?;
    fault.path = optional(rule, "path", |value| {
        let path = value.as_str().filter(|path| path.starts_with(['/', '*']));
        let wanted = "a path that begins with /, with * at its end for anything that follows";
        let path = path.filter(|path| !path.contains('?') && !path[..path.len() - 1].contains('*'));
        path.map(str::to_owned).ok_or_else(|| wrong("path", wanted, value))
    })?;
    fault.nth = optional(rule, "nth", |value| {
        let wrong = || wrong("nth", "an array of whole numbers from 1, such as [1, 3]", value);
        let numbers = value.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
        let number = |value: &Value| value.as_u64().filter(|it| *it > 0).ok_or_else(wrong);
        numbers.iter().map(number).collect()
    })?;
    fault.share = optional(rule, "share", |value| {
        let share = value.as_f64().filter(|share| *share > 0.0 && *share <= 1.0);
        share.ok_or_else(|| wrong("share", "a number above 0 and up to 1", value))
    })?;
    fault.limit = optional(rule, "limit", |value| {
        let limit = value.as_u64().filter(|limit| *limit > 0);
        limit.ok_or_else(|| wrong("limit", "a whole number from 1", value))
    })?;
    fault.delay_ms = optional(rule, "delay_ms", |value| delay("delay_ms", value))?.unwrap_or(0);
    Ok(fault)
}

fn action(value: &Value) -> Result<Action, String> {
    let object_of_one = value.as_object().filter(|action| action.len() == 1);
    let entry = object_of_one.and_then(|action| action.iter().next());
    let Some((name, value)) = entry else {
        return Err(wrong("action", ACTIONS, value));
    };
    match name.as_str() {
        "respond" => respond(object("action.respond", value)?),
        "delay" => {
            let delay = object("action.delay", value)?;
            known("action.delay.", delay, &["ms"])?;
            let ms = delay.get("ms").unwrap_or(&Value::Null);
            Ok(Action::Delay { ms: self::delay("action.delay.ms", ms)? })
        }
        "cut" => {
            let cut = object("action.cut", value)?;
            known("action.cut.", cut, &["commit"])?;
            Ok(Action::Cut { commit: flag("action.cut.commit", cut.get("commit"))? })
        }
        "truncate" => {
            let truncate = object("action.truncate", value)?;
            known("action.truncate.", truncate, &["bytes"])?;
            let bytes = truncate.get("bytes").unwrap_or(&Value::Null);
            let number = bytes.as_u64().and_then(|bytes| usize::try_from(bytes).ok());
            let wrong = || wrong("action.truncate.bytes", "a whole number from 0", bytes);
            Ok(Action::Truncate { bytes: number.ok_or_else(wrong)? })
        }
        other => Err(format!("action: {other:?} is not allowed; {ACTIONS}")),
    }
}

fn respond(respond: &Object) -> Result<Action, String> {
    known("action.respond.", respond, &["status", "headers", "body", "commit"])?;
    let status = respond.get("status").unwrap_or(&Value::Null);
    let number = status.as_u64().filter(|status| (200..=599).contains(status));
    let number = number.and_then(|status| u16::try_from(status).ok());
    let wanted = "a status from 200 to 599";
    let status = number.ok_or_else(|| wrong("action.respond.status", wanted, status))?;
    let mut headers = BTreeMap::new();
    if let Some(value) = respond.get("headers") {
        for (name, value) in object("action.respond.headers", value)? {
            let text = value.as_str().filter(|text| {
                HeaderName::from_bytes(name.as_bytes()).is_ok()
                    && HeaderValue::from_str(text).is_ok()
            });
            let field = format!("action.respond.headers.{name}");
            let text = text.ok_or_else(|| wrong(&field, "a header name and its text", value))?;
            headers.insert(name.clone(), text.to_owned());
        }
    }
    Ok(Action::Respond {
        status,
        headers,
        body: respond.get("body").filter(|body| !body.is_null()).cloned(),
        commit: flag("action.respond.commit", respond.get("commit"))?,
    })
}

fn delay(field: &str, value: &Value) -> Result<u64, String> {
    let ms = value.as_u64().filter(|ms| *ms <= LONGEST_DELAY_MS);
    ms.ok_or_else(|| wrong(field, "milliseconds, from 0 to 3600000", value))
}

fn flag(field: &str, value: Option<&Value>) -> Result<bool, String> {
    match value {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(wrong(field, "true or false", other)),
    }
}

fn object<'a>(field: &str, value: &'a Value) -> Result<&'a Object, String> {
    value.as_object().ok_or_else(|| wrong(field, "an object", value))
}

fn optional<T>(
    rule: &Object,
    field: &str,
    read: impl FnOnce(&Value) -> Result<T, String>,
) -> Result<Option<T>, String> {
    rule.get(field).filter(|value| !value.is_null()).map(read).transpose()
}

fn known(prefix: &str, object: &Object, fields: &[&str]) -> Result<(), String> {
    match object.keys().find(|field| !fields.contains(&field.as_str())) {
        None => Ok(()),
        Some(field) => {
            let allowed = fields.join(", ");
            Err(format!("{prefix}{field}: is not a field; allowed are {allowed}"))
        }
    }
}

fn wrong(field: &str, wanted: &str, found: &Value) -> String {
    format!("{field}: must be {wanted}, not {found}")
}
