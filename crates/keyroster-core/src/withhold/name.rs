//! Whether a field is named like a secret.

/// Maximum length of a field's name that is looked at, in letters and digits.
const MAX_NAME: usize = 96;

/// What a name contains if its value is a secret.
const PARTS: [&[u8]; 16] = [
    b"secret",
    b"password",
    b"passwd",
    b"passphrase",
    b"passcode",
    b"jwt",
    b"privatekey",
    b"accesskey",
    b"signingkey",
    b"encryptionkey",
    b"credential",
    b"bearer",
    b"authorization",
    b"signature",
    b"cookie",
    b"sessionid",
];

/// Names whose value is a secret.
const NAMES: [&[u8]; 6] = [b"auth", b"authentication", b"pwd", b"pass", b"sig", b"hmac"];

/// Names that end like a secret's and are none.
const COUNTS: [&[u8]; 3] = [b"tokens", b"tokencount", b"maxtokens"];

/// Returns whether a field with this name holds a secret, e.g. `api_secret`, `passwd` or `cookie`.
///
/// ```
/// use keyroster_core::names_a_secret;
///
/// assert!(names_a_secret("refreshToken"));
/// assert!(!names_a_secret("max_tokens"));
/// assert!(!names_a_secret("api_key_hash"));
/// ```
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
    let mut buffer = [0; MAX_NAME];
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric).take(MAX_NAME) {
        if let Some(place) = buffer.get_mut(length) {
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
    }
    let name = buffer.get(..length).unwrap_or_default();
    let contains = |part: &&[u8]| name.windows(part.len()).any(|window| window == *part);
    NAMES.contains(&name)
        || (name.ends_with(b"token") && !COUNTS.contains(&name))
        || name.ends_with(b"apikey")
        || (PARTS.iter().any(contains) && !is_about(name))
}

/// Whether a name says something about a secret, e.g. when it was made, and is not the name of the secret.
fn is_about(name: &[u8]) -> bool {
    let ends: [&[u8]; 5] = [b"at", b"count", b"expiry", b"enabled", b"type"];
    ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::names_a_secret;

    #[test]
    fn the_usual_names_of_secrets_are_known() {
        for name in [
            "auth",
            "Cookie",
            "set-cookie",
            "passwd",
            "access_key",
            "signature",
            "apiKey",
            "x-api-key",
            "clientSecret",
            "authorization",
            "session_id",
            "token",
            "privateKey",
            "user_password",
            "acme_api_secret",
            "hmac",
        ] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in [
            "author",
            "max_tokens",
            "name",
            "hash",
            "api_key_hash",
            "secret_created_at",
            "label",
            "access_key_count",
            "authenticated_by",
            "key_id",
            "passed",
            "scopes",
        ] {
            assert!(!names_a_secret(name), "{name}");
        }
    }
}
