//! Lines on standard error that are redrawn in place, and erased at the end.

use std::io::{self, Write};

use crate::output::text::cut;

/// Columns that stay free. A terminal shows `^C` at the end of the line: if that started a new line, the wrong
/// line would be erased.
const MARGIN: usize = 4;

/// The lines that were drawn last. They are erased when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    drawn: usize,
}

impl Lines {
    /// Maximum number of columns of a line, and of lines.
    pub(crate) fn room() -> (usize, usize) {
        let size = terminal_size::terminal_size_of(io::stderr());
        let (width, height) = size.map_or((80, 24), |(width, height)| (width.0, height.0));
        (usize::from(width).saturating_sub(MARGIN), usize::from(height).saturating_sub(1))
    }

    /// Replaces the lines, in a single write so that nothing flickers.
    pub(crate) fn draw(&mut self, lines: &[String]) {
        let (width, height) = Self::room();
        let mut text = self.home();
        for (at, line) in lines.iter().take(height).enumerate() {
            let end = if at == 0 { "" } else { "\r\n" };
            text += &format!("{end}{}\u{1b}[K", cut(line, width));
        }
        text += "\u{1b}[J";
        self.drawn = lines.len().min(height);
        // If standard error cannot be written, there is no way left to say so.
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Moves the cursor to the beginning of the first line.
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
