//! Standard error as a terminal for progress, with a margin.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::TermLike;

/// Columns that stay free: a terminal that shows `^C` at the end of a line must not begin another for it,
/// as what is cleared afterwards would be the wrong line.
const MARGIN: u16 = 4;

/// What is written is kept until it is flushed, so that nothing flickers.
#[derive(Debug, Default)]
pub(crate) struct Margin(Mutex<Vec<u8>>);

/// The columns and lines of the terminal.
fn size() -> (u16, u16) {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or((80, 24), |(width, height)| (width.0, height.0))
}

impl Margin {
    fn write(&self, text: &str) -> io::Result<()> {
        // A poisoned lock only means that another writer panicked; what it wrote is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes())
    }

    /// Moves the cursor so far; by nothing, the terminal would move it by one.
    fn go(&self, count: usize, direction: char) -> io::Result<()> {
        if count == 0 { Ok(()) } else { self.write(&format!("\u{1b}[{count}{direction}")) }
    }
}

impl TermLike for Margin {
    fn width(&self) -> u16 {
        size().0.saturating_sub(MARGIN)
    }

    fn height(&self) -> u16 {
        size().1
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.go(count, 'A')
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.go(count, 'B')
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.go(count, 'C')
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.go(count, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write(text)?;
        self.write("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.write(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write("\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let text = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut err = io::stderr().lock();
        err.write_all(&text)?;
        err.flush()
    }
}
