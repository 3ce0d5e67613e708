//! `keyroster show`: one key with every field that its vendor reports.

use std::io::Write;

use crate::accounts::find_key::{Purpose, Target};
use crate::accounts::{Source, find_key};
use crate::args::Show;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::listing::columns::{print_csv, table};
use crate::listing::fields::Field;
use crate::output::{
    Format, Record, details, print_ids, print_json, print_jsonl, raw_stdout, stdout,
};

pub(crate) async fn run(accounts: &Source<'_>, show: &Show) -> Result<Exit, Failure> {
    let accounts = accounts.open().await?;
    let Target { account, key, .. } = find_key::one(&accounts, &show.key, Purpose::Show).await?;
    let now = clock::now();
    let record = Record::new(&account, &key, now);
    match show.output {
        Format::Table => {
            let mut out = stdout();
            details::print(&account, &key, now, &mut out)?;
            out.flush()?;
        }
        Format::Json => print_json(&record.alone(), &mut raw_stdout())?,
        Format::Jsonl => print_jsonl([record], &mut raw_stdout())?,
        Format::Ids => print_ids([record], &mut raw_stdout())?,
        Format::Csv => print_csv([record], &Field::exact_ones(), &mut raw_stdout())?,
        Format::Markdown => {
            let fields = Field::shown();
            let columns: Vec<_> = fields.iter().map(Field::column).collect();
            let whole = |record: &Record<'_>| record.key.id.to_string();
            table([record], &fields, &columns, whole).print_markdown(&mut raw_stdout())?;
        }
    }
    Ok(Exit::Done)
}
