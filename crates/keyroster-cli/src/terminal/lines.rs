//! Lines on standard error that are drawn again and again, and are gone at the end.

use std::io::{self, Write};

use crate::output::text::cut;

/// Columns that stay free: a terminal that shows `^C` at the end of a line must not begin another for it,
/// as what is erased afterwards would be the wrong line.
const MARGIN: usize = 4;

/// The lines that are drawn last; they are erased when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    drawn: usize,
}

impl Lines {
    /// The columns that a line may have, and how many lines there can be.
    pub(crate) fn room() -> (usize, usize) {
        let size = terminal_size::terminal_size_of(io::stderr());
        let (width, height) = size.map_or((80, 24), |(width, height)| (width.0, height.0));
        (usize::from(width).saturating_sub(MARGIN), usize::from(height).saturating_sub(1))
    }

    /// Draws lines in place of those before, in one piece and over them, so that nothing flickers.
    pub(crate) fn draw(&mut self, lines: &[String]) {
        let (width, height) = Self::room();
        let mut text = self.home();
        for (at, line) in lines.iter().take(height).enumerate() {
            let end = if at == 0 { "" } else { "\r\n" };
            text += &format!("{end}{}\u{1b}[K", cut(line, width));
        }
        text += "\u{1b}[J";
        self.drawn = lines.len().min(height);
        // Nobody is left to tell that standard error cannot be written.
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// To the beginning of the first line.
    fn home(&self) -> String {
        match self.drawn {
            0 | 1 => "\r".to_owned(),
            lines => format!("\r\u{1b}[{}A", lines - 1),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if self.drawn > 0 {
            let mut err = io::stderr().lock();
            let _ = err.write_all(format!("{}\u{1b}[J", self.home()).as_bytes());
            let _ = err.flush();
        }
    }
}
