//! `keyroster schema`: prints the JSON Schema of what a command prints.

use std::io::Write;

use keyroster::Suggestion;

use crate::args::Schema;
use crate::exit::{Exit, Failure};
use crate::output::{print_json, raw_stdout, schema, text};

pub(crate) fn run(args: &Schema) -> Result<Exit, Failure> {
    let mut out = raw_stdout();
    let Some(name) = &args.name else {
        for entry in &schema::ALL {
            writeln!(out, "{:<10} {}", entry.name, entry.help)?;
        }
        out.flush()?;
        return Ok(Exit::Done);
    };
    let Some(entry) = schema::find(name) else {
        let message = format!("no schema `{}`", text::clean(name));
        let suggestion = Suggestion::for_name(name, schema::names()).to_string();
        return Err(Failure::usage(message).with_hint(suggestion));
    };
    print_json(&schema::whole(entry)?, &mut out)?;
    Ok(Exit::Done)
}
