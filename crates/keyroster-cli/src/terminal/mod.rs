//! What is said on standard error, and where the output goes.

pub(crate) mod interrupt;
pub(crate) mod lines;
pub(crate) mod prompt;

use std::io::{self, IsTerminal, Write};

use anstyle::Style;

use crate::exit::Failure;
use crate::output::{BAD, BOLD, DIM, WARN};

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

impl Terminal {
    /// Looks where the output goes, and sets the colours for the whole program.
    pub(crate) fn detect(color: anstream::ColorChoice, quiet: bool) -> Self {
        color.write_global();
        let width = io::stdout().is_terminal().then(|| {
            let size = terminal_size::terminal_size_of(io::stdout());
            size.map_or(80, |(width, _)| usize::from(width.0))
        });
        Self { width, attended: io::stderr().is_terminal(), quiet }
    }

    /// Says why a command failed.
    #[expect(clippy::unused_self, reason = "what is said goes through the terminal")]
    pub(crate) fn error(&self, message: &str) {
        say("error", BAD.bold(), message);
    }

    /// Prints why a command failed and, on a line of its own, what to do.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.error(&failure.message());
        if let Some(hint) = failure.hint() {
            say("hint", BOLD, hint);
        }
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
