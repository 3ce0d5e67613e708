//! Finds texts that look like a secret by their prefix.

use std::ops::Range;

use crate::secret_shape::{Charset, SecretShape};

/// Minimum length of the first two parts of a JWT.
const MIN_JWT_PART: usize = 8;

/// A prefix of at least this length is looked for inside words, too.
const LONG_PREFIX: usize = 5;

/// Minimum number of letters and digits in a row after `sk-` or `sk_`, with a digit among them.
const MIN_RUN: usize = 16;

/// Prefixes that many vendors use for secrets. After them, a run of random letters and digits is expected.
const COMMON: [SecretShape; 2] =
    [SecretShape::new("sk-", MIN_RUN), SecretShape::new("sk_", MIN_RUN)];

/// Begins a private key in PEM.
const PEM: &[u8] = b"-----BEGIN";

/// The shapes that are looked for.
#[derive(Default)]
pub(super) struct Shapes {
    declared: Vec<SecretShape>,
    /// A byte of each declared prefix that hexadecimal ids do not have, if there is one.
    rare: Vec<u8>,
}

impl Shapes {
    pub(super) fn add(&mut self, shape: SecretShape) {
        if !self.declared.contains(&shape) {
            self.declared.push(shape);
            self.rare.push(rare_byte(shape.prefix));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &SecretShape> {
        self.declared.iter()
    }

    /// Returns the first text of a declared or common shape. In a folded text, where words run into each other,
    /// only shapes with a long prefix are looked for.
    pub(super) fn find(&self, text: &[u8], from: usize, folded: bool) -> Option<Range<usize>> {
        let declared = self.declared.iter().zip(&self.rare).filter_map(|(shape, rare)| {
            if !text.contains(rare) {
                return None;
            }
            find_prefixed(text, from, shape, folded, |run| run.len() >= shape.min_len)
        });
        let common = COMMON.iter().filter_map(|shape| {
            if !text.contains(&b'k') {
                return None;
            }
            find_prefixed(text, from, shape, folded, is_random)
        });
        let jwt = if text.contains(&b'J') { find_jwt(text, from) } else { None };
        declared
            .chain(common)
            .chain(jwt)
            .chain(find_pem(text, from))
            .min_by_key(|found| found.start)
    }
}

fn rare_byte(prefix: &str) -> u8 {
    let bytes = prefix.bytes();
    let rare = |byte: &u8| !byte.is_ascii_hexdigit() && *byte != b'-';
    bytes.clone().find(rare).or_else(|| bytes.clone().next()).unwrap_or_default()
}

fn find_prefixed(
    text: &[u8],
    from: usize,
    shape: &SecretShape,
    folded: bool,
    fits: impl Fn(&[u8]) -> bool,
) -> Option<Range<usize>> {
    let prefix = shape.prefix.as_bytes();
    let inside = prefix.len() >= LONG_PREFIX;
    if folded && !inside {
        return None;
    }
    let mut at = from;
    while let Some(start) = position(text, prefix, at) {
        let after = start + prefix.len();
        let end = after + run_of(text, after, shape.charset);
        let begins = start == 0 || !text.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
        if (inside || begins) && fits(text.get(after..end).unwrap_or_default()) {
            return Some(start..end);
        }
        at = start + 1;
    }
    None
}

/// Whether letters and digits follow each other as in a random key, and not as in words.
fn is_random(run: &[u8]) -> bool {
    run.split(|byte| !byte.is_ascii_alphanumeric())
        .any(|part| part.len() >= MIN_RUN && part.iter().any(u8::is_ascii_digit))
}

/// Two parts in base64url. The first begins a JSON object, and the third may be cut off.
fn find_jwt(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(start) = position(text, b"eyJ", at) {
        let header = start + run_of(text, start, Charset::Base64Url);
        let payload = header + 1 + run_of(text, header + 1, Charset::Base64Url);
        if text.get(header) == Some(&b'.')
            && header - start >= MIN_JWT_PART
            && payload.saturating_sub(header + 1) >= MIN_JWT_PART
        {
            let signature = payload + 1 + run_of(text, payload + 1, Charset::Base64Url);
            let end = if text.get(payload) == Some(&b'.') { signature } else { payload };
            return Some(start..end);
        }
        at = start + 1;
    }
    None
}

/// A private key in PEM, to the end of the text.
fn find_pem(text: &[u8], from: usize) -> Option<Range<usize>> {
    if !text.contains(&b'-') {
        return None;
    }
    let start = position(text, PEM, from)?;
    position(text, b"PRIVATE", start)?;
    Some(start..text.len())
}

fn position(text: &[u8], part: &[u8], from: usize) -> Option<usize> {
    let first = *part.first()?;
    let mut at = from;
    loop {
        at += text.get(at..)?.iter().position(|byte| *byte == first)?;
        if text.get(at..at + part.len()) == Some(part) {
            return Some(at);
        }
        at += 1;
    }
}

fn run_of(text: &[u8], from: usize, charset: Charset) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.iter().take_while(|byte| charset.contains(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::Shapes;
    use crate::secret_shape::SecretShape;

    #[test]
    fn secrets_have_a_prefix_and_ids_and_words_do_not() {
        let mut shapes = Shapes::default();
        shapes.add(SecretShape::new("sk-or-v1-", 16));
        for text in [
            "sk-or-v1-fa4efa4efa4efa4e",
            "keysk-or-v1-fa4efa4efa4efa4efa4e",
            "Bearer sk-proj-fa4efa4efa4efa4e11",
            "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln",
            "x=eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ",
            "-----BEGIN EC PRIVATE KEY-----",
        ] {
            assert!(shapes.find(text.as_bytes(), 0, false).is_some(), "{text}");
        }
        for text in [
            "fa4e".repeat(16).as_str(),
            "sk-or-v1-0e6...1c96",
            "task-management-for-the-whole-team-2",
            "sk-management-for-the-whole-team-2",
            "eyJ-fan.club",
            "019a3f0e-5f6b-7c11-9d3e-2b1c9b5d0a11",
            "-----BEGIN PUBLIC KEY-----",
        ] {
            assert!(shapes.find(text.as_bytes(), 0, false).is_none(), "{text}");
        }
    }
}
