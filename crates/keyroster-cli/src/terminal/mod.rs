//! Messages on standard error, and what is known about the terminal.

pub(crate) mod interrupt;
pub(crate) mod lines;
pub(crate) mod prompt;

use std::io::{self, IsTerminal, Write};

use anstyle::Style;
use keyroster::{Error, Warning};

use crate::exit::Failure;
use crate::output::{BAD, BOLD, DIM, WARN, text};

/// Width of a terminal that does not report it.
const DEFAULT_WIDTH: usize = 80;

/// Where the output goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Number of columns of standard output. `None` if it is not a terminal.
    pub(crate) width: Option<usize>,
    /// Number of columns of standard error. `None` if no one reads it on a terminal.
    pub(crate) message_width: Option<usize>,
    /// Whether to print only data, warnings and errors.
    pub(crate) quiet: bool,
}

impl Terminal {
    /// Finds out where the output goes, and sets the colors for the whole program.
    pub(crate) fn detect(color: anstream::ColorChoice, quiet: bool) -> Self {
        color.write_global();
        let width = |size: Option<(terminal_size::Width, terminal_size::Height)>| {
            size.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
        };
        let out = io::stdout();
        let err = io::stderr();
        Self {
            width: out.is_terminal().then(|| width(terminal_size::terminal_size_of(&out))),
            message_width: err.is_terminal().then(|| width(terminal_size::terminal_size_of(&err))),
            quiet,
        }
    }

    /// Whether a person reads standard error.
    pub(crate) fn is_attended(&self) -> bool {
        self.message_width.is_some()
    }

    /// Prints why a command failed.
    pub(crate) fn error(&self, message: &str) {
        self.labeled("error", BAD.bold(), message);
    }

    /// Prints an error of the library and, on a line of its own, what to do.
    pub(crate) fn failure(&self, error: &Error) {
        self.error(&error.to_string());
        self.error_hint(error.help());
    }

    /// Prints why a command failed and, on a line of its own, what to do.
    pub(crate) fn report(&self, failure: &Failure) {
        if let Failure::Account(error) = failure {
            return self.failure(error);
        }
        self.error(&failure.message());
        if let Some(hint) = failure.hint() {
            self.error_hint(hint);
        }
    }

    /// Prints what makes a result uncertain.
    pub(crate) fn warning(&self, message: &str) {
        self.labeled("warning", WARN.bold(), message);
    }

    /// Prints what the library warns about.
    pub(crate) fn warnings(&self, warnings: &[Warning]) {
        for warning in warnings {
            self.warning(&warning.message);
        }
    }

    /// Prints a warning and, on a line of its own, what to do. The hint is printed even with `--quiet`.
    pub(crate) fn warning_with_hint(&self, message: &str, hint: &str) {
        self.warning(message);
        self.error_hint(hint);
    }

    /// Prints what to do about an error, even with `--quiet`.
    pub(crate) fn error_hint(&self, message: &str) {
        self.labeled("hint", BOLD, message);
    }

    /// Prints what to do next.
    pub(crate) fn hint(&self, message: &str) {
        if !self.quiet {
            self.labeled("hint", BOLD, message);
        }
    }

    /// Prints what was done.
    pub(crate) fn message(&self, message: &str) {
        if !self.quiet {
            self.plan(message);
        }
    }

    /// Prints what is about to be done, even with `--quiet`, because the user is asked about it.
    pub(crate) fn plan(&self, message: &str) {
        let _ = writeln!(anstream::stderr(), "{}", self.wrap(message));
    }

    /// Asks a person, who answers on the same line.
    #[expect(clippy::unused_self, reason = "all messages go through the terminal")]
    pub(crate) fn ask(&self, question: &str) {
        let mut err = anstream::stderr();
        let _ = write!(err, "{BOLD}{question}{BOLD:#}");
        let _ = err.flush();
    }

    /// Shows a person how far the work is, on a line that the next call replaces. An empty text clears it.
    pub(crate) fn progress(&self, message: &str) {
        if self.is_attended() && !self.quiet {
            let mut err = anstream::stderr();
            let _ = write!(err, "\r\u{1b}[K{DIM}{message}{DIM:#}");
            let _ = err.flush();
        }
    }

    /// Prints a message for a person who reads both streams, and nothing into a log file.
    pub(crate) fn note(&self, message: &str) {
        if self.is_attended() && self.width.is_some() && !self.quiet {
            let message = self.wrap(message);
            // If standard error cannot be written, there is no way left to say so.
            let _ = writeln!(anstream::stderr(), "{DIM}{message}{DIM:#}");
        }
    }

    fn labeled(&self, label: &str, style: Style, message: &str) {
        let message = self.wrap(&format!("{label}: {message}"));
        let message = message.get(label.len() + 1..).unwrap_or_default();
        let _ = writeln!(anstream::stderr(), "{style}{label}:{style:#}{message}");
    }

    fn wrap(&self, message: &str) -> String {
        match self.message_width {
            Some(width) => text::wrapped_message(message, width),
            None => message.to_owned(),
        }
    }
}
