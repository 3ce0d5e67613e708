//! The command line as a whole: its help in groups, its version, its completions.

use std::sync::Arc;

use anstyle::Style;
use clap::{Command, CommandFactory, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use keyroster::Registry;

use crate::args::Arguments;
use crate::complete::Completer;

/// The commands in groups, as the help shows them.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Look", &["list", "show", "whoami", "identify"]),
    ("Change", &["create", "update", "rotate", "disable", "enable", "revoke"]),
    ("Set up", &["accounts", "config", "doctor", "completions", "man"]),
    ("Learn", &["providers", "schema", "sandbox", "help"]),
];

const EXAMPLES: [(&str, &str); 6] = [
    ("keyroster list --sandbox", "try it on made-up accounts"),
    ("keyroster accounts add", "describe an account of yours"),
    ("keyroster list --access admin", "every admin key of every account"),
    ("keyroster create prod ci --limit 25 --secret-to dotenv:.env#KEY", ""),
    ("keyroster revoke prod/7d752a1a46c8", "one key, by its id's beginning"),
    ("pass show leaked | keyroster identify -", "whose key is it, does it work?"),
];

/// The commit that this program is built from.
pub(crate) const COMMIT: Option<&str> = option_env!("KEYROSTER_COMMIT");

/// The command line, which completes what the registry's accounts tell.
pub(crate) fn command(registry: &Arc<Registry>) -> Command {
    let version = version(registry);
    let plain = Arguments::command().long_version(version.clone());
    let help = top_help(&plain);
    let completed = with_completers(plain, registry);
    completed.help_template(help)
}

/// `0.1.0 (a1d1e1c2f)`, and the providers that are compiled in.
pub(crate) fn version(registry: &Registry) -> String {
    let commit = COMMIT.map(|commit| format!(" ({commit})")).unwrap_or_default();
    let providers: Vec<String> =
        registry.factories().map(|factory| factory.info().id.to_string()).collect();
    let providers = if providers.is_empty() { "none".to_owned() } else { providers.join(", ") };
    format!("{}{commit}\nproviders: {providers}", env!("CARGO_PKG_VERSION"))
}

/// The first page of the help: commands in groups, a line each.
fn top_help(command: &Command) -> String {
    let head = Style::new().bold().underline();
    let name = Style::new().bold();
    let mut text = format!(
        "{{about-with-newline}}\n{head}Usage:{head:#} {name}{}{name:#} <COMMAND>\n",
        command.get_name()
    );
    for (title, names) in GROUPS {
        text += &format!("\n{head}{title}:{head:#}\n");
        for known in names {
            let about = match *known {
                "help" => "Print this, or the help of a command".to_owned(),
                known => command
                    .find_subcommand(known)
                    .and_then(Command::get_about)
                    .map(|about| about.to_string().trim_end_matches('.').to_owned())
                    .unwrap_or_default(),
            };
            text += &format!("  {name}{known:<12}{name:#} {about}\n");
        }
    }
    text += &format!("\n{head}Options:{head:#}\n{{options}}\n\n{head}Examples:{head:#}");
    for (example, why) in EXAMPLES {
        text += format!("\n  {example:<40}  {why}").trim_end();
    }
    text + "{after-help}"
}

/// Completes accounts, providers and keys wherever one is asked for.
fn with_completers(command: Command, registry: &Arc<Registry>) -> Command {
    let command = command.mut_args(|arg| {
        let completer = |complete: fn(&Completer, &str) -> Vec<_>| {
            let completer = Completer::new(Arc::clone(registry));
            ArgValueCompleter::new(move |typed: &std::ffi::OsStr| {
                complete(&completer, &typed.to_string_lossy())
            })
        };
        match arg.get_id().as_str() {
            "key" | "keys" => arg.add(completer(Completer::keys)),
            "account" | "accounts" => arg.add(completer(Completer::accounts)),
            "provider" => arg.add(completer(Completer::providers)),
            "tag" => arg.add(completer(Completer::tags)),
            "config" | "from" => arg.value_hint(ValueHint::FilePath),
            "dir" => arg.value_hint(ValueHint::DirPath),
            _ => arg,
        }
    });
    command.mut_subcommands(|sub| with_completers(sub, registry))
}

/// Answers the shell, if it is the shell that asks; then the program ends.
pub(crate) fn answer_the_shell(registry: &Arc<Registry>) {
    clap_complete::CompleteEnv::with_factory(|| command(registry)).var(VARIABLE).complete();
}

/// Set by the shells' scripts when they ask for completions.
pub(crate) const VARIABLE: &str = "KEYROSTER_COMPLETE";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::GROUPS;
    use crate::args::Arguments;

    #[test]
    fn the_help_names_every_command_once() {
        let mut known: Vec<String> =
            Arguments::command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        known.push("help".to_owned());
        let mut shown: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        known.sort();
        shown.sort_unstable();
        assert_eq!(shown, known);
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
