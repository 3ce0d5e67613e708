//! Text for a terminal: made harmless, wrapped, cut and quoted.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text from a vendor or a user, without anything that could control the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

/// `1 key`, `2 keys`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// A text in lines of at most `room` columns, unless a word is longer.
pub(crate) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A message whose long lines are broken between words. Indented lines stay whole: they are commands or lists.
pub(crate) fn wrapped_message(message: &str, width: usize) -> String {
    let lines = message.lines().flat_map(|line| {
        if line.width() <= width || line.starts_with(' ') {
            vec![line.to_owned()]
        } else {
            wrapped(line, width)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A word that a shell takes as it is.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+=".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", clean(word).replace('\'', r"'\''"))
}

/// Marks that are invisible or change the direction of writing, so that a name could look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text in at most `width` columns, with an ellipsis where it is cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let mut short: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::{clean, wrapped_message};

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c\nd é"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d é");
    }
    #[test]
    fn messages_wrap_between_words() {
        let message =
            "error: this is longer than the line\n  keyroster revoke prod/7d752a1a46c8\nend";
        let wrapped =
            "error: this is\nlonger than the\nline\n  keyroster revoke prod/7d752a1a46c8\nend";
        assert_eq!(wrapped_message(message, 16), wrapped);
        assert_eq!(wrapped_message(message, 80), message);
    }
}
