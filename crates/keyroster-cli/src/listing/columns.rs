//! Keys in columns: tables and CSV.

use std::io::{self, Write};

use anstyle::Style;
use keyroster::Decimal;

use super::fields::Field;
use crate::exit::Failure;
use crate::output::{Column, Record, Table, text};

/// Prints whole, exact and absolute values. What the vendor does not report is empty.
pub(crate) fn print_csv<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    fields: &[Field],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(fields.iter().map(Field::name))?;
    for record in records {
        let cell = |field: &Field| match field.exact(&record) {
            // An id is for use in commands, and no one can choose it.
            id if field.is_id() => id,
            text => inert(text),
        };
        csv.write_record(fields.iter().map(cell))?;
    }
    csv.flush().map_err(io::Error::into)
}

/// A text that no spreadsheet takes for a formula, with an apostrophe in front if it could be one.
pub(crate) fn inert(text: String) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins && text.parse::<Decimal>().is_err() { format!("'{text}") } else { text }
}

/// A table of records for people. `id` returns the id as it is shown.
pub(crate) fn table<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    fields: &[Field],
    columns: &[Column],
    id: impl Fn(&Record<'a>) -> String,
) -> Table {
    let mut table = Table::new(columns);
    for record in records {
        let cell = |field: &Field| match field {
            field if field.is_id() => (text::clean(&id(&record)), Style::new()),
            field => field.display(&record),
        };
        table.push(fields.iter().map(cell).collect());
    }
    table
}
