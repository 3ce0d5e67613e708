//! Repairs JSON that real servers write but parsers refuse.
//!
//! Only a body that cannot be parsed is repaired. Each repair concerns one value and leaves the others as they
//! are:
//!
//! - A byte order mark in front is skipped, and UTF-16 behind one is decoded.
//! - Invalid UTF-8, half of a surrogate pair (`\ud83d`) and an unknown escape become U+FFFD.
//! - A control character in a text is escaped. Outside of texts, it is skipped.
//! - A number that no float can hold, and a word such as `NaN`, become text.
//! - Lists and objects that are nested too deeply become text.

use secrecy::zeroize::{Zeroize as _, Zeroizing};

/// Maximum depth that is kept. The parser's own limit is 128.
const MAX_DEPTH: usize = 100;

/// Returns the repaired body. It may still not be JSON.
pub(crate) fn repair(body: &[u8]) -> Zeroizing<String> {
    let mut repair = Repair::default();
    repair.append_all(&decode(body));
    repair.out
}

/// Decodes a body. The copy is wiped like the body.
fn decode(body: &[u8]) -> Zeroizing<String> {
    let utf16 = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = Zeroizing::new(pairs.iter().map(|pair| unit(*pair)).collect::<Vec<u16>>());
        Zeroizing::new(String::from_utf16_lossy(&units))
    };
    match body {
        [0xef, 0xbb, 0xbf, text @ ..] => decode(text),
        [0xff, 0xfe, text @ ..] => utf16(u16::from_le_bytes, text),
        [0xfe, 0xff, text @ ..] => utf16(u16::from_be_bytes, text),
        text => Zeroizing::new(String::from_utf8_lossy(text).into_owned()),
    }
}

/// A body that is being repaired.
#[derive(Default)]
struct Repair {
    out: Zeroizing<String>,
    /// The number of brackets that are open.
    open: usize,
}

impl Repair {
    fn append_all(&mut self, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let (piece, after) = rest.split_at(match c {
                '"' => string_len(rest),
                '[' | '{' if self.open == MAX_DEPTH => nested_len(rest),
                c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                c => c.len_utf8(),
            });
            rest = after;
            match c {
                '"' => self.push_string(piece),
                '[' | '{' if self.open == MAX_DEPTH => self.push_quoted(piece),
                '[' | '{' => {
                    self.push(piece);
                    self.open += 1;
                }
                ']' | '}' => {
                    self.push(piece);
                    self.open = self.open.saturating_sub(1);
                }
                c if is_word(c) => {
                    if self.is_odd(piece) {
                        self.push_quoted(piece);
                    } else {
                        self.push(piece);
                    }
                }
                '\u{feff}' | '\u{a0}' => {}
                c if c.is_control() && !c.is_whitespace() => {}
                _ => self.push(piece),
            }
        }
    }

    /// Whether a word is a value that the parser refuses, but not part of other text.
    fn is_odd(&self, word: &str) -> bool {
        !matches!(word, "true" | "false" | "null")
            && self.open > 0
            && serde_json::from_str::<f64>(word).is_err()
    }

    /// Appends a text. Growing leaves no unwiped copy behind.
    fn push(&mut self, text: &str) {
        let needed = self.out.len() + text.len();
        if needed > self.out.capacity() {
            let mut larger = String::with_capacity((needed * 2).max(256));
            larger.push_str(&self.out);
            self.out.zeroize();
            self.out = Zeroizing::new(larger);
        }
        self.out.push_str(text);
    }

    fn push_char(&mut self, c: char) {
        match c {
            c if c < ' ' => self.push(&format!("\\u{:04x}", u32::from(c))),
            c => self.push(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// Appends a text as a string.
    fn push_quoted(&mut self, text: &str) {
        self.push("\"");
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                self.push("\\");
            }
            self.push_char(c);
        }
        self.push("\"");
    }

    /// Appends a string with its escapes repaired.
    fn push_string(&mut self, string: &str) {
        let mut rest = string;
        while let Some(odd) = rest.find(|c| c == '\\' || c < ' ') {
            let (plain, escape) = rest.split_at(odd);
            self.push(plain);
            rest = escape;
            if !rest.starts_with('\\') {
                let (control, after) = rest.split_at(1);
                control.chars().for_each(|c| self.push_char(c));
                rest = after;
                continue;
            }
            // How long the escape is, and whether it stays.
            let (len, stays) = match unit(rest) {
                Some(0xd800..=0xdbff) => match unit(&rest[6..]) {
                    Some(0xdc00..=0xdfff) => (12, true),
                    _ => (6, false),
                },
                Some(0xdc00..=0xdfff) => (6, false),
                Some(_) => (6, true),
                None => match rest.as_bytes().get(1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, true),
                    _ => (1, false),
                },
            };
            let (escape, after) = rest.split_at(len);
            self.push(if stays { escape } else { "\u{fffd}" });
            rest = after;
        }
        self.push(rest);
    }
}

/// The characters of numbers and of `true`, `null`, `NaN`.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')
}

/// Returns the length of the string at the start of a text, with its quotes. It may lack the last one.
fn string_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            // The escaped character may be longer than a byte; its other bytes are neither quote nor backslash.
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Returns the length of the list or object at the start of a text. It may lack its end.
fn nested_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += string_len(&text[at..]);
                continue;
            }
            b'[' | b'{' => open += 1,
            b']' | b'}' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return at;
        }
    }
    text.len()
}

/// Returns the code unit of an escape such as `\ud83d` at the start of a text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::repair;

    fn read(body: &[u8]) -> Value {
        serde_json::from_str(&repair(body)).unwrap()
    }

    #[test]
    fn one_odd_value_costs_that_value_only() {
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        for (odd, value) in [
            (r#""cut \ud83d""#.to_owned(), json!("cut \u{fffd}")),
            (r#""\udc00 and \ud83d\ude00""#.to_owned(), json!("\u{fffd} and 😀")),
            (r#""\x41 \q""#.to_owned(), json!("\u{fffd}x41 \u{fffd}q")),
            ("\"a\u{1}b\"".to_owned(), json!("a\u{1}b")),
            ("1e400".to_owned(), json!("1e400")),
            ("-1e400".to_owned(), json!("-1e400")),
            ("NaN".to_owned(), json!("NaN")),
            ("-Infinity".to_owned(), json!("-Infinity")),
            ("007".to_owned(), json!("007")),
            ("1.5e3".to_owned(), json!(1500.0)),
            ("9".repeat(400), json!("9".repeat(400))),
            ("undefined".to_owned(), json!("undefined")),
            (r#""\u+123 \u12""#.to_owned(), json!("\u{fffd}u+123 \u{fffd}u12")),
            (r#""1e400 and [""#.to_owned(), json!("1e400 and [")),
        ] {
            let body = format!(r#"{{"a": [1, {odd}], "b": true}}"#);
            assert_eq!(read(body.as_bytes()), json!({"a": [1, value], "b": true}), "{odd}");
        }
        let body = format!(r#"{{"deep": {deep}, "b": true}}"#);
        assert_eq!(read(body.as_bytes())["b"], true);
        assert_eq!(read(b"\xef\xbb\xbf{\"b\": true}")["b"], true);
        assert_eq!(read(b"{\"b\": \"caf\xe9\"}")["b"], "caf\u{fffd}");
        assert_eq!(read(b"{\"b\": true}\0\0\n")["b"], true);
        let utf16 = |unit: fn(u16) -> [u8; 2]| {
            "\u{feff}{\"b\": true}".encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        assert_eq!(read(&utf16(u16::to_le_bytes))["b"], true);
        assert_eq!(read(&utf16(u16::to_be_bytes))["b"], true);
    }

    #[test]
    fn broken_bodies_end() {
        let deep = "[".repeat(100_000);
        for body in
            ["", "\"", "\"\\", "{\"a\": \"\\u12", "\\", deep.as_str(), "]]]]", "\"\\ud83d\\"]
        {
            assert!(serde_json::from_str::<Value>(&repair(body.as_bytes())).is_err(), "{body:.20}");
        }
        // Nesting beyond the limit that does close is text.
        let closed = format!("{deep}{}", "]".repeat(100_000));
        assert!(serde_json::from_str::<Value>(&repair(closed.as_bytes())).is_ok());
    }
}
