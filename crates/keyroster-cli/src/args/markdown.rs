//! Holds the documents to the program: the reference of the command line, which is rendered from clap's own
//! description, and the tables of exit codes.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use clap::{Arg, Command};

use crate::exit::Exit;

/// Every command with its arguments, as Markdown.
fn reference(mut command: Command) -> String {
    command.build();
    let mut text =
        String::from("\n### Global options\n\nAccepted before or after any command.\n\n");
    for arg in arguments(&command).filter(|arg| arg.is_global_set()) {
        text += &item(arg);
    }
    section(&command, &mut text);
    text
}

/// A command, or its subcommands if it has any.
fn section(command: &Command, text: &mut String) {
    let below: Vec<&Command> =
        command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
    if !below.is_empty() {
        for sub in below {
            section(sub, text);
        }
        return;
    }
    let mut command = command.clone().term_width(0);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string);
    let _ = writeln!(
        *text,
        "\n### {name}\n\n{}\n\n```text\n{usage}\n```\n",
        about.unwrap_or_default().trim_end_matches('.').to_owned() + "."
    );
    let mut heading = None;
    for arg in arguments(&command).filter(|arg| !arg.is_global_set()) {
        if arg.get_help_heading() != heading {
            heading = arg.get_help_heading();
            let _ = writeln!(*text, "\n{}:\n", heading.unwrap_or("Options"));
        }
        *text += &item(arg);
    }
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let lines = examples.trim().strip_prefix("Examples:\n").unwrap_or(&examples).lines();
        let lines: Vec<&str> = lines.map(str::trim).collect();
        let _ = writeln!(*text, "\n```sh\n{}\n```", lines.join("\n"));
    }
}

/// The arguments of a command, in the order of the help.
fn arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    let (positional, options): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version"))
        .partition(|arg| arg.is_positional());
    positional.into_iter().chain(options)
}

/// An argument with its help, default and values.
fn item(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    let name = arg.to_string();
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = help.trim().trim_end_matches('.').replace("\n\n", "\n\n  ");
    let mut text = format!("- `{short}{}`: {help}.", name.trim_end_matches("..."));
    if !arg.get_action().takes_values() {
        return text + "\n";
    }
    let default: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    if !default.is_empty() {
        let _ = write!(text, " Default: `{}`.", default.join(","));
    }
    let values = arg.get_possible_values();
    if values.iter().all(|value| value.get_help().is_none()) {
        let names: Vec<String> =
            values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        if !names.is_empty() {
            let _ = write!(text, " Values: {}.", names.join(", "));
        }
        return text + "\n";
    }
    text.push('\n');
    for value in values {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "  - `{}`: {help}", value.get_name());
    }
    text
}

/// The exit codes, as a table of Markdown.
fn exit_codes() -> String {
    let mut text = String::from("| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | {} |", exit.code(), exit.meaning());
    }
    text
}

/// The document with other text between the marks `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
fn with_part(document: &str, name: &str, part: &str) -> Option<String> {
    let begin = format!("<!-- {name}:begin -->\n");
    let end = format!("<!-- {name}:end -->\n");
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{part}{end}{after}"))
}

/// Compares a part of a document with what it should be, or writes it.
#[expect(clippy::disallowed_methods, reason = "the tests' only setting")]
fn hold(file: &str, name: &str, part: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let document = std::fs::read_to_string(&path).unwrap();
    let fresh = with_part(&document, name, part).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, fresh).unwrap();
    } else {
        assert!(
            fresh == document,
            "{file} is stale; run `UPDATE_DOCS=1 cargo test -p keyroster-cli documents_are_fresh`"
        );
    }
}

#[test]
fn the_documents_are_fresh() {
    let command = super::command(&Arc::new(keyroster::registry()));
    hold("../../docs/cli.md", "commands", &(reference(command) + "\n"));
    for file in ["../../docs/cli.md", "README.md"] {
        hold(file, "exit-codes", &exit_codes());
    }
}
