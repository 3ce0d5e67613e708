//! Removes secrets from text and JSON.

use keyroster_core::{KnownSecrets, Secret, names_a_secret};
use serde_json::Value;

/// Maximum number of characters of a vendor's text in a message.
const MAX_CHARS: usize = 240;

/// Minimum length of a random-looking run of characters that may be a secret.
const MIN_SECRET_CHARS: usize = 20;

const PLACEHOLDER: &str = "[hidden]";

/// Prepares a vendor's text for a message: on one line, short, without known or likely secrets.
///
/// Known secrets are found in every form that [`KnownSecrets`] knows.
///
/// ```
/// use keyroster_http::scrub;
///
/// let text = scrub("no key\nsk-or-v1-fa4efa4efa4efa4e here", &[]);
/// assert_eq!(text, "no key [hidden] here");
/// ```
#[must_use]
pub fn scrub(text: &str, known: &[Secret]) -> String {
    let mut text = text.to_owned();
    let set = KnownSecrets::new();
    for secret in known.iter().filter(|secret| !secret.is_empty()) {
        // The set leaves out secrets that are too short to be distinguished from words.
        text = text.replace(secret.expose(), PLACEHOLDER);
        set.add(secret);
    }
    let text = set.redact(&text);
    let mut clean = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        push_scrubbed(&mut clean, word);
    }
    if clean.chars().count() > MAX_CHARS {
        clean = clean.chars().take(MAX_CHARS).collect();
        clean.push('…');
    }
    clean
}

/// Appends a word, with every run of characters that may be a secret replaced.
fn push_scrubbed(clean: &mut String, word: &str) {
    let mut rest = word;
    while let Some(start) = rest.find(is_token_char) {
        clean.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_token_char(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        clean.push_str(if looks_secret(run) { PLACEHOLDER } else { run });
        rest = after;
    }
    clean.push_str(rest);
}

/// The characters of hexadecimal, base64, base64url and JWTs.
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=')
}

/// Whether a run of such characters may be a secret.
///
/// True for the prefixes that vendors use for secrets, and for long runs that mix letters and digits at
/// random. False for words, paths, host names and scope names.
fn looks_secret(run: &str) -> bool {
    if run.starts_with("eyJ") && run.len() > 12 {
        return true;
    }
    if let Some(rest) =
        ["sk-", "sk_", "pk-", "pk_", "ghp_", "xox"].iter().find_map(|p| run.strip_prefix(p))
        && rest.len() >= 8
    {
        return true;
    }
    // A path is checked part by part. Base64 contains slashes too and is checked as a whole.
    let path = run.starts_with('/') || run.starts_with('.');
    looks_random(run) && !path || run.split(['/', '.']).any(looks_random)
}

fn looks_random(part: &str) -> bool {
    let count = |is: fn(&u8) -> bool| part.bytes().filter(is).count();
    let digits = count(u8::is_ascii_digit);
    let lower = count(u8::is_ascii_lowercase);
    let upper = count(u8::is_ascii_uppercase);
    let switches = part
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    part.len() >= MIN_SECRET_CHARS
        && ((digits >= 2 && lower + upper >= 2 && switches >= 3)
            || (digits > 0 && lower > 0 && upper > 0)
            || digits == part.len()
            || part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Hides values in a vendor's JSON that may be secrets, by their own name, by the name of the object around
/// them, or by their text. Booleans and null are kept.
///
/// ```
/// use keyroster_http::withhold;
/// use serde_json::json;
///
/// let value = json!({"id": "k-1", "api_secret": "fa4efa4e", "nested": {"token": ["fa4efa4e"]}});
/// assert_eq!(
///     withhold("key", value),
///     json!({"id": "k-1", "api_secret": "[hidden]", "nested": {"token": ["[hidden]"]}}),
/// );
/// ```
#[must_use]
pub fn withhold(name: &str, value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let secret = names_a_secret(name);
            let member = |(own, value): (String, Value)| {
                let value = withhold(if secret { name } else { &own }, value);
                (own, value)
            };
            Value::Object(members.into_iter().map(member).collect())
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| withhold(name, item)).collect())
        }
        Value::String(text) if names_a_secret(name) || may_be_secret(&text) => {
            drop(secrecy::zeroize::Zeroizing::new(text));
            Value::String(PLACEHOLDER.to_owned())
        }
        Value::Number(_) if names_a_secret(name) => Value::String(PLACEHOLDER.to_owned()),
        scalar => scalar,
    }
}

/// Whether a text certainly contains a secret. Identifiers, hashes and masked forms
/// (`sk-or-v1-0e6...1c96`) do not count.
#[must_use]
pub fn may_be_secret(text: &str) -> bool {
    let mut words = text.split(|c: char| !is_token_char(c));
    words.any(|word| {
        let jwt = word.starts_with("eyJ") && word.matches('.').count() == 2;
        let prefixed = word.starts_with("sk-") && word.len() > 24 && !word.contains("...");
        jwt || prefixed
    })
}

#[cfg(test)]
mod tests {
    use keyroster_core::Secret;
    use serde_json::json;

    use super::{scrub, withhold};

    #[test]
    fn secrets_are_removed_and_words_are_kept() {
        let known = [Secret::from("hunter2")];
        for (text, clean) in [
            ("Key limit exceeded (total limit).", "Key limit exceeded (total limit)."),
            ("no scope pinning:userPinnedDataTotal", "no scope pinning:userPinnedDataTotal"),
            ("see https://openrouter.ai/settings/keys", "see https://openrouter.ai/settings/keys"),
            ("API_KEY_REVOKED", "API_KEY_REVOKED"),
            ("password is hunter2!", "password is [hidden]!"),
            ("bad key \"sk-or-v1-fa4efa4e00\"", "bad key \"[hidden]\""),
            ("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln", "[hidden]"),
            ("secret=94566af5e63833e260be;", "[hidden];"),
            ("a\u{1b}[31m b\r\nc", "a [31m b c"),
            ("key fa4eXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "key [hidden]"),
            ("POST /users/generateApiKey", "POST /users/generateApiKey"),
        ] {
            assert_eq!(scrub(text, &known), clean);
        }
        assert_eq!(scrub(&"ab ".repeat(500), &[]).chars().count(), 241);
    }

    #[test]
    fn unknown_fields_named_like_secrets_are_hidden() {
        let value = json!({
            "apiSecret": "fa4e", "refresh_token": "fa4e", "plan": {"jwt": "fa4e"},
            "note": "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln", "hash": "ab12".repeat(16),
            "label": "sk-or-v1-0e6...1c96", "max_tokens": 5, "api_key_hash": "ab12",
            "secret": {"value": "fa4e", "list": ["fa4e"], "number": 4_213_742}, "apiKey": "fa4e",
            "Credential": "fa4e", "pass_phrase": "fa4e",
            "remark": "Bearer sk-or-v1-fa4efa4efa4efa4efa4efa4e", "secret_set": true
        });
        let shown = withhold("extra", value);
        assert!(!shown.to_string().contains("fa4e"), "{shown}");
        assert_eq!(shown["note"], "[hidden]");
        assert_eq!(shown["hash"], "ab12".repeat(16));
        assert_eq!(shown["label"], "sk-or-v1-0e6...1c96");
        assert_eq!(shown["max_tokens"], 5);
        assert_eq!(shown["api_key_hash"], "ab12");
        assert_eq!(shown["secret"]["number"], "[hidden]");
        assert_eq!(shown["secret_set"], true);
    }
}
