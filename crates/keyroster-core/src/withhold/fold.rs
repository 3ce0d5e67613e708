//! Undoes what a text may have gone through on its way: escapes, spaces, quotes and invisible characters.

use std::borrow::Cow;
use std::ops::Range;

use secrecy::zeroize::Zeroizing;

/// Maximum number of layers of escapes that are undone, e.g. percent-encoding of percent-encoding.
const MAX_LAYERS: usize = 4;

/// Maximum length of a character reference between `&` and `;`.
const MAX_REFERENCE: usize = 10;

/// A text without escapes, spaces, quotes and invisible characters, and where each of its bytes comes from.
pub(super) struct Folded<'a> {
    bytes: Cow<'a, [u8]>,
    /// The range in the original text of each byte. `None` if nothing was changed.
    origin: Option<Vec<(u32, u32)>>,
}

impl Drop for Folded<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(bytes) = &mut self.bytes {
            drop(Zeroizing::new(std::mem::take(bytes)));
        }
    }
}

impl<'a> Folded<'a> {
    /// Folds a text.
    pub(super) fn new(text: &'a str) -> Self {
        if !changes(text.as_bytes()) {
            return Self { bytes: Cow::Borrowed(text.as_bytes()), origin: None };
        }
        let mut folded = layer(text.as_bytes(), |at| place(at, at + 1));
        for _ in 1..MAX_LAYERS {
            if !changes(&folded.0) {
                break;
            }
            let (bytes, origin) = &folded;
            let next = layer(bytes, |at| origin.get(at).copied().unwrap_or_default());
            let same = next.0.len() == bytes.len();
            drop(Zeroizing::new(std::mem::replace(&mut folded, next).0));
            if same {
                break;
            }
        }
        Self { bytes: Cow::Owned(folded.0), origin: Some(folded.1) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the text was changed.
    pub(super) fn is_changed(&self) -> bool {
        self.origin.is_some()
    }

    /// Returns the range of the original text that a range of the folded text comes from.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let Some(origin) = &self.origin else { return range };
        let (Some(first), Some(last)) = (origin.get(range.start), origin.get(range.end - 1)) else {
            return 0..0;
        };
        first.0 as usize..last.1 as usize
    }
}

/// Whether folding would change these bytes. Written for the vector unit: it looks at every byte.
fn changes(bytes: &[u8]) -> bool {
    let mut found = 0_u8;
    for &byte in bytes {
        found |= u8::from(byte <= b'"')
            | u8::from(byte == b'%')
            | u8::from(byte == b'&')
            | u8::from(byte == b'\'')
            | u8::from(byte == b'`')
            | u8::from(byte == b'\\')
            | u8::from(byte >= 0x7f);
    }
    // `!` is below the quotation mark and stays.
    found != 0
}

fn place(start: usize, end: usize) -> (u32, u32) {
    (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// Undoes one layer of escapes and drops what separates.
fn layer(bytes: &[u8], origin: impl Fn(usize) -> (u32, u32)) -> (Vec<u8>, Vec<(u32, u32)>) {
    let mut folded = Vec::with_capacity(bytes.len());
    let mut places = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (character, length) = decode(rest);
        let (start, end) = (origin(at).0, origin(at + length - 1).1);
        match character {
            Unit::Byte(byte) => {
                if !is_separator(u32::from(byte)) {
                    folded.push(byte);
                    places.push((start, end));
                }
            }
            Unit::Character(code) => {
                if !is_separator(code)
                    && let Some(character) = char::from_u32(code)
                {
                    let character = narrow(character);
                    let mut buffer = [0; 4];
                    for &byte in character.encode_utf8(&mut buffer).as_bytes() {
                        folded.push(byte);
                        places.push((start, end));
                    }
                }
            }
        }
        at += length;
    }
    (folded, places)
}

/// What an escape stands for, or a plain character.
enum Unit {
    Byte(u8),
    Character(u32),
}

/// Reads the first character or escape, and returns its length in bytes.
fn decode(rest: &[u8]) -> (Unit, usize) {
    let first = rest.first().copied().unwrap_or_default();
    let escape = match first {
        b'%' => percent(rest),
        b'&' => reference(rest),
        b'\\' => backslash(rest),
        0x80.. => character(rest),
        _ => None,
    };
    escape.unwrap_or((Unit::Byte(first), 1))
}

/// `%73`, and `%u0073`.
fn percent(rest: &[u8]) -> Option<(Unit, usize)> {
    if let Some(code) = rest.get(2..6).filter(|_| matches!(rest.get(1), Some(b'u' | b'U'))) {
        return Some((Unit::Character(hex(code)?), 6));
    }
    let byte = u8::try_from(hex(rest.get(1..3)?)?).ok()?;
    Some((Unit::Byte(byte), 3))
}

/// `\u0073`, `\u{73}`, `\x73`, and any other escaped character. Escaped white space is dropped.
fn backslash(rest: &[u8]) -> Option<(Unit, usize)> {
    let next = *rest.get(1)?;
    let escape = match next {
        b'u' if rest.get(2) == Some(&b'{') => {
            let end = rest.iter().take(MAX_REFERENCE).position(|byte| *byte == b'}')?;
            hex(rest.get(3..end)?).map(|code| (Unit::Character(code), end + 1))
        }
        b'u' => rest.get(2..6).and_then(hex).map(|code| (Unit::Character(code), 6)),
        b'x' => rest.get(2..4).and_then(hex).map(|code| (Unit::Character(code), 4)),
        _ => None,
    };
    Some(escape.unwrap_or(match next {
        b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0' => (Unit::Byte(b' '), 2),
        // The backslash goes, and the character after it is read by itself.
        _ => (Unit::Byte(b' '), 1),
    }))
}

/// `&#115;`, `&#x73;`, and the names of the ASCII characters.
fn reference(rest: &[u8]) -> Option<(Unit, usize)> {
    let end = rest.iter().take(MAX_REFERENCE + 2).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let code = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        },
        None => u32::from(match name {
            "amp" | "AMP" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" | "apos" | "nbsp" | "zwj" | "zwnj" | "shy" | "Tab" | "NewLine" => ' ',
            "sol" => '/',
            "plus" => '+',
            "equals" => '=',
            "period" => '.',
            "comma" => ',',
            "colon" => ':',
            "semi" => ';',
            "lowbar" | "UnderBar" => '_',
            "hyphen" | "dash" => '-',
            "num" => '#',
            "percnt" => '%',
            "dollar" => '$',
            "excl" => '!',
            "ast" => '*',
            "commat" => '@',
            "bsol" => '\\',
            "verbar" | "vert" => '|',
            _ => return None,
        }),
    };
    Some((Unit::Character(code), end + 1))
}

/// A character that is not ASCII.
fn character(rest: &[u8]) -> Option<(Unit, usize)> {
    let text = rest.utf8_chunks().next()?.valid();
    let character = text.chars().next()?;
    Some((Unit::Character(u32::from(character)), character.len_utf8()))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |code, digit| {
        Some(code.checked_mul(16)? + char::from(*digit).to_digit(16)?)
    })
}

/// The ASCII form of a full-width character, a hyphen or a dot.
fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character)
        }
        '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2212}' => '-',
        other => other,
    }
}

/// Whether a character can split a secret without changing how it reads: white space, controls, quotes and
/// what is invisible.
fn is_separator(code: u32) -> bool {
    let Some(character) = char::from_u32(code) else { return false };
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '"' | '\''
                | '`'
                | '\u{ad}'
                | '\u{ab}'
                | '\u{bb}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2018}'..='\u{201f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2039}'
                | '\u{203a}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::Folded;

    fn folded(text: &str) -> String {
        String::from_utf8_lossy(Folded::new(text).bytes()).into_owned()
    }

    #[test]
    fn every_escape_is_undone() {
        for text in [
            "sk-1",
            "s k\t-\n1",
            "\"s\" 'k' `-` \u{201c}1\u{201d}",
            "%73%6b%2D1",
            "%2573%256b-1",
            "&#115;&#x6B;&hyphen;1",
            "&amp;#115;k-1",
            r"\u0073k\u002d1",
            r"\x73k\-1",
            r"\\u0073k-1",
            "s\u{200b}k\u{2060}-\u{feff}\u{ad}1",
            "\u{ff53}\u{ff4b}\u{2010}\u{ff11}",
        ] {
            assert_eq!(folded(text), "sk-1", "{text:?}");
        }
        assert_eq!(folded("100% & more\\"), "100%&more\\");
        assert_eq!(folded("é"), "é");
    }

    #[test]
    fn a_place_leads_back_to_the_original() {
        let text = "é &#115;%6b-1 x";
        let folded = Folded::new(text);
        let at = folded.bytes().windows(4).position(|four| four == b"sk-1").unwrap();
        assert_eq!(&text[folded.original(at..at + 4)], "&#115;%6b-1");
    }
}
