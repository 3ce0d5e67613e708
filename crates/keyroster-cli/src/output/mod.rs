//! Printing: data to standard output, everything else to standard error.

mod lines;
mod records;
mod table;

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::args::Manners;
use crate::view;

pub(crate) use lines::Lines;
pub(crate) use records::{
    Asked, Course, Document, FailedAccount, Keys, Record, inert, print_csv, print_ids, print_json,
    print_jsonl, table,
};
pub(crate) use table::{Column, Table};

/// What is known of where the output goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// How many columns standard output has; none where it is no terminal.
    pub(crate) width: Option<usize>,
    /// Whether standard error is read by a person.
    pub(crate) attended: bool,
    /// Whether warnings and errors are all that is said beside the data.
    pub(crate) quiet: bool,
}

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

impl Terminal {
    /// Looks where the output goes, and sets the colours for the whole program.
    pub(crate) fn detect(manners: Manners) -> Self {
        anstream::ColorChoice::from(manners.color).write_global();
        let width = io::stdout().is_terminal().then(|| {
            let size = terminal_size::terminal_size_of(io::stdout());
            size.map_or(80, |(width, _)| usize::from(width.0))
        });
        Self { width, attended: io::stderr().is_terminal(), quiet: manners.quiet }
    }

    /// Says why a command failed.
    #[expect(clippy::unused_self, reason = "what is said goes through the terminal")]
    pub(crate) fn error(&self, message: &str) {
        say("error", BAD.bold(), message);
    }

    /// Says what a person should know about a result.
    #[expect(clippy::unused_self, reason = "what is said goes through the terminal")]
    pub(crate) fn warning(&self, message: &str) {
        say("warning", WARN.bold(), message);
    }

    /// Says what to do next.
    pub(crate) fn hint(&self, message: &str) {
        if !self.quiet {
            say("hint", BOLD, message);
        }
    }

    /// Says what was done.
    pub(crate) fn say(&self, message: &str) {
        if !self.quiet {
            self.plan(message);
        }
    }

    /// Says what would be done, or is about to be: it is what a person is asked about.
    #[expect(clippy::unused_self, reason = "what is said goes through the terminal")]
    pub(crate) fn plan(&self, message: &str) {
        let _ = writeln!(anstream::stderr(), "{message}");
    }

    /// Says what was done, which is no news to whoever wants quiet.
    pub(crate) fn done(&self, message: &str) {
        if !self.quiet {
            self.say(message);
        }
    }

    /// Asks a person, who answers on the same line.
    #[expect(clippy::unused_self, reason = "what is said goes through the terminal")]
    pub(crate) fn ask(&self, question: &str) {
        let mut err = anstream::stderr();
        let _ = write!(err, "{BOLD}{question}{BOLD:#}");
        let _ = err.flush();
    }

    /// Tells a person how far it is, on a line that the next call replaces; with nothing, it is cleared.
    pub(crate) fn progress(&self, message: &str) {
        if self.attended && !self.quiet {
            let mut err = anstream::stderr();
            let _ = write!(err, "\r\u{1b}[K{DIM}{message}{DIM:#}");
            let _ = err.flush();
        }
    }

    /// Says something to a person, and nothing to a log file.
    pub(crate) fn note(&self, message: &str) {
        if self.attended && self.width.is_some() && !self.quiet {
            // Nobody is left to tell that standard error cannot be written.
            let _ = writeln!(anstream::stderr(), "{DIM}{message}{DIM:#}");
        }
    }
}

fn say(what: &str, style: Style, message: &str) {
    let _ = writeln!(anstream::stderr(), "{style}{what}:{style:#} {message}");
}

/// Standard output for people, which colours on a terminal alone.
pub(crate) fn stdout() -> impl Write {
    io::BufWriter::new(anstream::stdout())
}

/// Standard output for programs: byte for byte, but that nothing steers a terminal.
pub(crate) fn raw_stdout() -> Raw {
    let terminal = io::stdout().is_terminal();
    Raw { out: io::BufWriter::new(io::stdout()), terminal, cut: Vec::new() }
}

/// See [`raw_stdout`].
#[derive(Debug)]
pub(crate) struct Raw {
    out: io::BufWriter<io::Stdout>,
    terminal: bool,
    /// The beginning of a character whose rest the next write brings.
    cut: Vec<u8>,
}

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.terminal {
            return self.out.write(bytes);
        }
        self.cut.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.cut) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let rest = self.cut.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut self.cut, rest));
        let lines = text.map_err(io::Error::other)?;
        let mut lines = lines.split('\n');
        let first = lines.next().map(view::clean).unwrap_or_default();
        self.out.write_all(first.as_bytes())?;
        for line in lines {
            self.out.write_all(b"\n")?;
            self.out.write_all(view::clean(line).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
