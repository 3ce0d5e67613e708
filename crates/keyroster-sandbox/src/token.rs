//! Identifiers and visibly fake secrets.

use fastrand::Rng;

/// Every secret of the sandbox begins with these bytes, so that a secret in a log explains itself. In
/// hex digits they read "fake".
pub(crate) const FAKE: [u8; 4] = [0xfa, 0x4e, 0xfa, 0x4e];
const FAKE_HEX: &str = "fa4efa4e";

const DIGITS: &[u8; 16] = b"0123456789abcdef";

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Decodes exactly `2 * N` lowercase hex digits.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? << 4) | value(pair[1])?;
    }
    Some(bytes)
}

pub(crate) fn random<const N: usize>(rng: &mut Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill(&mut bytes);
    bytes
}

/// Returns 32 random bytes, marked as fake.
pub(crate) fn secret(rng: &mut Rng) -> [u8; 32] {
    mark(random(rng))
}

pub(crate) fn mark(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[..4].copy_from_slice(&FAKE);
    bytes
}

/// A version 4 UUID of these bytes.
pub(crate) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Letters and digits, as in `user_2dHFtVWx2n56w6HkM0000000000`.
pub(crate) fn alphanumeric(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| rng.alphanumeric()).collect()
}

/// Removes the sandbox's secrets from a text. A client may put one into a path or a query by mistake,
/// and the request log must not keep it.
pub(crate) fn scrub(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let fake = rest.find(FAKE_HEX).map(|at| (at, is_hex as fn(u8) -> bool));
        let jwt = rest.find("eyJ").map(|at| (at, is_jwt as fn(u8) -> bool));
        let next = match (fake, jwt) {
            (Some(one), Some(other)) => Some(if one.0 < other.0 { one } else { other }),
            (one, other) => one.or(other),
        };
        let Some((at, belongs)) = next else { break };
        clean.push_str(&rest[..at]);
        let secret = rest[at..].bytes().take_while(|byte| belongs(*byte)).count();
        clean.push_str("[secret]");
        rest = &rest[at + secret..];
    }
    clean.push_str(rest);
    clean
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

fn is_jwt(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips() {
        let bytes = mark([7; 32]);
        assert_eq!(unhex::<32>(&hex(&bytes)), Some(bytes));
        assert!(hex(&bytes).starts_with(FAKE_HEX));
        assert_eq!(unhex::<2>("FFFF"), None);
        assert_eq!(unhex::<2>("ffff0"), None);
        assert_eq!(unhex::<2>("ffüf"), None);
    }

    #[test]
    fn uuids_are_valid() {
        let text = uuid([0xff; 16]);
        assert_eq!(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert!(is_uuid(&text));
        assert!(!is_uuid("ffffffff-ffff-4fff-bfff-fffffffffffg"));
        assert!(!is_uuid(""));
    }

    #[test]
    fn scrub_removes_fake_secrets() {
        assert_eq!(scrub("/keys/sk-or-v1-fa4efa4e00ff/x"), "/keys/sk-or-v1-[secret]/x");
        assert_eq!(scrub("a=eyJhb.eyJx.s_-g&b=ü"), "a=[secret]&b=ü");
        assert_eq!(scrub("offset=10&name=fa4"), "offset=10&name=fa4");
    }
}
