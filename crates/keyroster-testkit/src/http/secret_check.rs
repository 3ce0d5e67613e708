//! Checks recorded files for secrets, which must not be committed.

use std::io;
use std::path::{Path, PathBuf};

use keyroster_http::{may_be_secret, withhold};
use serde_json::Value;

/// The beginning of imitated secrets, which may be committed.
const FAKE: &str = "fa4efa4e";

/// Prefixes that vendors chose for their secrets so that scanners find them.
const PREFIXES: [&str; 14] = [
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "SG.",
];

/// Minimum length of the text after such a prefix, in bytes.
const LONG: usize = 12;

/// Returns a line for each value in a folder of recorded files that may be a secret, with the file and the
/// place but never with the text.
///
/// A test that expects none prevents a careless recording from being committed:
///
/// ```no_run
/// # use keyroster_testkit::cassette_complaints;
/// #[test]
/// fn no_cassette_holds_a_secret() {
///     assert_eq!(cassette_complaints("tests/cassettes").unwrap(), [""; 0]);
/// }
/// ```
///
/// # Errors
///
/// The folder or a file in it cannot be read.
pub fn cassette_complaints(folder: impl AsRef<Path>) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for path in files(folder.as_ref())? {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let mut say = |place: &str, what: &str| {
            complaints.push(format!("{}: {place}: {what}", path.display()));
        };
        match serde_json::from_str::<Value>(&text) {
            Ok(json) => look(&mut String::new(), "", &json, &mut say),
            Err(_) => {
                for (number, line) in text.lines().enumerate() {
                    if let Some(what) = suspicious(line) {
                        say(&format!("line {}", number + 1), what);
                    }
                }
            }
        }
    }
    Ok(complaints)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn look(at: &mut String, name: &str, value: &Value, say: &mut impl FnMut(&str, &str)) {
    let mut step = |part: &str, name: &str, value: &Value| {
        let length = at.len();
        at.push('/');
        at.push_str(part);
        look(at, name, value, say);
        at.truncate(length);
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| step(name, name, value));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| step(&at.to_string(), name, item));
        }
        Value::String(text) => {
            if text.contains(FAKE) || text.is_empty() {
                return;
            }
            if let Some(what) = suspicious(text) {
                say(at, what);
            } else if withhold(name, value.clone()) != *value {
                say(at, "the name of the field suggests a secret");
            }
        }
        _ => {}
    }
}

/// Returns why a text may be a secret, if it may be one.
fn suspicious(text: &str) -> Option<&'static str> {
    if text.contains(FAKE) {
        return None;
    }
    if may_be_secret(text) {
        return Some("it looks like a secret");
    }
    if text.contains("-----BEGIN ") {
        return Some("it contains a private key or a certificate");
    }
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let prefixed = |word: &str| {
        PREFIXES.iter().any(|prefix| {
            word.strip_prefix(prefix)
                .is_some_and(|rest| rest.len() >= LONG && !rest.contains("..."))
        })
    };
    if words.any(prefixed) {
        return Some("it has the prefix of a vendor's secrets");
    }
    let lower = text.to_ascii_lowercase();
    ["bearer ", "basic "]
        .iter()
        .any(|scheme| {
            let rest = lower.find(scheme).map(|at| &lower[at + scheme.len()..]);
            rest.is_some_and(|rest| {
                rest.split_whitespace().next().is_some_and(|it| it.len() >= LONG)
            })
        })
        .then_some("it contains an authentication header")
}
