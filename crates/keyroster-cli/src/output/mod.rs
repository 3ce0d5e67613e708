//! Data on standard output: records, tables and documents.

pub(crate) mod details;
pub(crate) mod dry_run;
pub(crate) mod format;
mod records;
pub(crate) mod schema;
mod table;
pub(crate) mod text;

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

pub(crate) use records::{Document, FailedAccount, Record, print_ids, print_json, print_jsonl};
pub(crate) use table::{Column, Table};

/// How keys are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table that fits the terminal.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON record per line.
    Jsonl,
    /// CSV with a header; text that looks like a formula gets a leading `'`.
    Csv,
    /// One ACCOUNT/KEY-ID per line, the input format of `--from`.
    Ids,
    /// A Markdown table.
    Markdown,
}

/// How a list of other things is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    #[default]
    Table,
    Json,
}

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

/// Standard output for people, with colors on a terminal.
pub(crate) fn stdout() -> impl Write {
    io::BufWriter::new(anstream::stdout())
}

/// Standard output for programs, byte for byte. On a terminal, control characters are replaced.
pub(crate) fn raw_stdout() -> Raw {
    let terminal = io::stdout().is_terminal();
    Raw { out: io::BufWriter::new(io::stdout()), terminal, cut: Vec::new() }
}

/// See [`raw_stdout`].
#[derive(Debug)]
pub(crate) struct Raw {
    out: io::BufWriter<io::Stdout>,
    terminal: bool,
    /// The beginning of a character whose rest comes with the next write.
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
        let first = lines.next().map(text::clean).unwrap_or_default();
        self.out.write_all(first.as_bytes())?;
        for line in lines {
            self.out.write_all(b"\n")?;
            self.out.write_all(text::clean(line).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
