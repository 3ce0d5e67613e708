//! The help besides the arguments: groups of commands, examples, exit codes, variables, and the version.

use anstyle::Style;
use clap::{Arg, ArgAction, Command};
use keyroster::Registry;

use super::global::HEADING;
use crate::exit::Exit;
use crate::output::text::wrapped;
use crate::platform::env;

/// The groups of commands in the help.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Inspect keys", &["list", "show", "whoami", "identify"]),
    ("Change keys", &["create", "update", "rotate", "disable", "enable", "revoke"]),
    ("Set up", &["accounts", "config", "doctor", "completions", "man"]),
    ("Reference", &["providers", "schema", "sandbox", "help"]),
];

/// The commands that change the state of keys: the verb, and its forms in the help.
const VERBS: [(&str, &str, &str); 3] = [
    ("disable", "disabling", "disabled"),
    ("enable", "enabling", "enabled"),
    ("revoke", "revoking", "revoked"),
];

const EXAMPLES: [(&str, &str); 6] = [
    ("keyroster list --sandbox", "try it with made-up accounts"),
    ("keyroster accounts add", "add your first account"),
    ("keyroster list --access admin", "list the admin keys of all accounts"),
    ("keyroster create prod ci --limit 25 --secret-to dotenv:.env#KEY", ""),
    ("keyroster revoke prod/7d752a1a", "revoke a key by a prefix of its id"),
    ("pbpaste | keyroster identify -", "find the key that a secret belongs to"),
];

pub(super) const LIST: &str = "\
Examples:
  keyroster list --access admin --status active
  keyroster list --unused-for 90d --sort last_used -o ids
  keyroster list --account 'prod-*' --group-by status
  keyroster list --status active --older-than 1y --exit-code";

pub(super) const CREATE: &str = "\
Examples:
  keyroster create prod ci --limit 25 --expires 90d --secret-to dotenv:.env#KEY
  keyroster create media ci --scope pinning:pinFileToIPFS --secret-to file:jwt
  keyroster create prod ci --secret-to 'command:gh secret set KEY' --dry-run";

pub(super) const UPDATE: &str = "\
Examples:
  keyroster update prod/7d752a1a --limit 50 --reset monthly
  keyroster update prod/7d752a1a --name ci-2 --dry-run";

pub(super) const REVOKE: &str = "\
Examples:
  keyroster revoke prod/7d752a1a
  keyroster revoke --name 'tf-*' --account prod --dry-run
  keyroster list --unused-for 1y -o ids | keyroster revoke --from - --yes";

pub(super) const IDENTIFY: &str = "\
Examples:
  pbpaste | keyroster identify -
  keyroster identify env:OPENROUTER_API_KEY
  keyroster identify file:leaked.txt --account prod";

/// Maximum width of the end of the top page, in columns.
const MAX_WIDTH: usize = 80;

/// Minimum width of a description, in columns.
const MIN_WIDTH: usize = 20;

/// The end of the top page: exit codes and variables, wrapped for the terminal.
pub(super) fn after_help() -> String {
    let terminal = terminal_size::terminal_size_of(std::io::stdout());
    let width = terminal.map_or(MAX_WIDTH, |(width, _)| usize::from(width.0)).min(MAX_WIDTH);
    let mut text = String::from("Exit codes:\n");
    for exit in Exit::ALL {
        text += &entry(&exit.code().to_string(), "130 ".len(), exit.meaning(), width);
    }
    text += "\nEnvironment:\n";
    let setting = format!("{}<ACCOUNT>__<SETTING>", env::ACCOUNT_PREFIX);
    let falls_back = format!("log filter, e.g. `debug`; falls back to {}", env::COMMON_LOG);
    for (name, help) in [
        (env::CONFIG, "configuration file, unless you pass --config"),
        (env::LOG, &falls_back),
        (&setting, "setting of an account, takes precedence over the file"),
        ("NO_COLOR", "disables colors"),
    ] {
        text += &entry(name, env::CONFIG.len() + 2, help, width);
    }
    let vendors = "Without a configuration file, each vendor's environment variables define one account (see \
                   `keyroster providers`).";
    text + "\n" + &wrapped(vendors, width).join("\n")
}

/// A name in a column of this width, and its wrapped description next to it or below it.
fn entry(name: &str, column: usize, description: &str, width: usize) -> String {
    let indent = "  ".len() + column + 1;
    let lines = wrapped(description, width.saturating_sub(indent).max(MIN_WIDTH));
    let lines = lines.join(&format!("\n{:indent$}", ""));
    if name.len() > column {
        format!("  {name}\n{:indent$}{lines}\n", "")
    } else {
        format!("  {name:<column$} {lines}\n")
    }
}

/// The commit that the program is built from.
const COMMIT: Option<&str> = option_env!("KEYROSTER_COMMIT");

/// The version and commit, `0.1.0 (a1d1e1c2f)`, and the providers that are compiled in.
pub(crate) fn version(registry: &Registry) -> String {
    let commit = COMMIT.map(|commit| format!(" ({commit})")).unwrap_or_default();
    let providers: Vec<String> =
        registry.factories().map(|factory| factory.info().id.to_string()).collect();
    let providers = if providers.is_empty() { "none".to_owned() } else { providers.join(", ") };
    format!("{}{commit}\nproviders: {providers}", env!("CARGO_PKG_VERSION"))
}

/// The top page of the help: the groups of commands, one line per command.
pub(super) fn top_help(command: &Command) -> String {
    let head = Style::new().bold().underline();
    let name = Style::new().bold();
    let mut text = format!(
        "{{about-with-newline}}\n{head}Usage:{head:#} {name}{}{name:#} [OPTIONS] <COMMAND>\n",
        command.get_name()
    );
    for (title, names) in GROUPS {
        text += &format!("\n{head}{title}:{head:#}\n");
        for known in names {
            let about = match *known {
                "help" => "Print help for a command".to_owned(),
                known => command
                    .find_subcommand(known)
                    .and_then(Command::get_about)
                    .map(|about| about.to_string().trim_end_matches('.').to_owned())
                    .unwrap_or_default(),
            };
            text += &format!("  {name}{known:<12}{name:#} {about}\n");
        }
    }
    text += &format!("\n{head}{HEADING}:{head:#}\n{{options}}\n\n{head}Examples:{head:#}");
    for (example, why) in EXAMPLES {
        text += format!("\n  {example:<40}  {why}").trim_end();
    }
    text + "{after-help}"
}

/// Names the verb in the help of the commands that share their arguments.
pub(super) fn with_verbs(command: Command) -> Command {
    command.mut_subcommands(|command| {
        let Some((verb, gerund, participle)) =
            VERBS.into_iter().find(|(verb, _, _)| *verb == command.get_name())
        else {
            return command;
        };
        command.mut_args(|arg| match arg.get_id().as_str() {
            "keys" => arg.help(format!("Keys to {verb}; unique prefixes of their ids are enough")),
            "dry_run" => {
                arg.help(format!("Print which keys would be {participle} and change nothing"))
            }
            "include_own" => {
                arg.help(format!("Allow {gerund} the key that keyroster itself is using"))
            }
            "max_changes" => {
                arg.help(format!("Change nothing if more than N keys would be {participle}"))
            }
            _ => arg,
        })
    })
}

/// Hides `--sandbox` in the help of `keyroster sandbox`, where it has no effect.
pub(super) fn without_sandbox_flag(command: Command) -> Command {
    let hidden = Arg::new("sandbox").long("sandbox").action(ArgAction::SetTrue).hide(true);
    command.mut_subcommand("sandbox", |sandbox| sandbox.arg(hidden))
}

/// Moves `--help` of every command to the global options, below the command's own.
pub(super) fn with_help_flags(command: Command) -> Command {
    let is_long = |arg: &Arg| {
        let values = arg.get_possible_values();
        arg.get_long_help().is_some() || values.iter().any(|value| value.get_help().is_some())
    };
    let mut help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help_heading(HEADING)
        .display_order(usize::MAX);
    help = if command.get_long_about().is_some() || command.get_arguments().any(is_long) {
        help.help("Print help (see more with '--help')")
            .long_help("Print help (see a summary with '-h')")
    } else {
        help.help("Print help")
    };
    command.disable_help_flag(true).arg(help).mut_subcommands(with_help_flags)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::GROUPS;
    use crate::args::Arguments;

    #[test]
    fn help_lists_every_command_once() {
        let mut known: Vec<String> =
            Arguments::command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        known.push("help".to_owned());
        let mut shown: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        known.sort();
        shown.sort_unstable();
        assert_eq!(shown, known);
    }

    #[test]
    fn command_line_is_valid() {
        Arguments::command().debug_assert();
    }
}
