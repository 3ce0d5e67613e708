//! A request to an imitated vendor.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A request to an imitated vendor, parsed.
///
/// ```
/// use keyroster_testkit::{Call, Keys, Reply};
///
/// fn answer(call: &Call, keys: &mut Keys<'_>) -> Reply {
///     match (call.method(), &call.segments()[..]) {
///         ("GET", ["v1", "keys", id]) => Reply::found(keys.get(id)),
///         ("PATCH", ["v1", "keys", id]) => {
///             let name = call.text("name").unwrap_or_default();
///             Reply::found(keys.update(id, |key| key.name = name.to_owned()))
///         }
///         _ => Reply::error(404),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Call {
    pub(crate) method: String,
    pub(crate) target: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    json: Value,
    form: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn new(
        method: &str,
        target: &str,
        headers: BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = |text: &[u8]| {
            url::form_urlencoded::parse(text).into_owned().collect::<Vec<(String, String)>>()
        };
        let is_form = headers.get("content-type").is_some_and(|kind| kind.contains("form-url"));
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            segments: path.split('/').filter(|part| !part.is_empty()).map(decode).collect(),
            query: pairs(query.as_bytes()),
            json: serde_json::from_slice(&body).unwrap_or_default(),
            form: if is_form { pairs(&body) } else { Vec::new() },
            headers,
            body,
        }
    }

    /// The method, in upper case.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The parts of the path, decoded, for matching: `("GET", ["keys", id])`.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// A query parameter, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// A query parameter as a whole number; zero if it is missing or not a number.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        self.query(name).and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as JSON; null if it is not JSON.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// A string field of the body's JSON object.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.json.get(field).and_then(Value::as_str)
    }

    /// A field of a form, decoded.
    #[must_use]
    pub fn form(&self, name: &str) -> Option<&str> {
        value(&self.form, name)
    }

    /// The request without its headers, which hold the credential.
    pub(crate) fn line(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {} {body}", self.method, self.target)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

fn value<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// Decodes a part of a path. The special characters of a query are ordinary ones there.
fn decode(part: &str) -> String {
    let part = part.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    let mut pairs = url::form_urlencoded::parse(part.as_bytes());
    pairs.next().map_or_else(String::new, |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Call;

    #[test]
    fn a_path_is_decoded_part_by_part() {
        let target = "/keys/a%2Fb%3Fc&d%20%C3%A9+%2541=x/rotate?after=p+q%26r&after=z";
        let call = Call::new("GET", target, BTreeMap::new(), b"{\"a\":\"b\"}".to_vec());
        assert_eq!(call.segments(), ["keys", "a/b?c&d é+%41=x", "rotate"]);
        assert_eq!(call.query("after"), Some("p q&r"));
        assert_eq!(call.text("a"), Some("b"));
    }
}
