//! `keyroster schema`: what the JSON of each command looks like.

use std::io::Write;
use std::process::ExitCode;

use crate::args::Schema;
use crate::exit::Failure;
use crate::output::{print_json, raw_stdout, schema, text};

pub(crate) fn run(args: &Schema) -> Result<ExitCode, Failure> {
    let mut out = raw_stdout();
    let Some(name) = &args.name else {
        for entry in &schema::ALL {
            writeln!(out, "{:<10} {}", entry.name, entry.help)?;
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(entry) = schema::find(name) else {
        let nearest = schema::ALL.iter().min_by_key(|entry| strsim::levenshtein(name, entry.name));
        return Err(Failure::Usage(format!(
            "there is no schema `{}`; `{}` is nearest, and `keyroster schema` names them all",
            text::clean(name),
            nearest.map_or("key", |entry| entry.name)
        )));
    };
    print_json(&schema::whole(entry)?, &mut out)?;
    Ok(ExitCode::SUCCESS)
}
