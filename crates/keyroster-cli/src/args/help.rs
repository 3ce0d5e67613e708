//! The help beyond single arguments: commands in groups, examples, exit codes, variables, the version.

use anstyle::Style;
use clap::Command;
use keyroster::Registry;

use crate::exit::Exit;

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

pub(super) const LIST: &str = "\
Examples:
  keyroster list --access admin --status active
  keyroster list --unused-for 90d --sort last_used -o ids
  keyroster list --account 'prod-*,lab' --group-by status
  keyroster list --status active --older-than 1y --exit-code";

pub(super) const CREATE: &str = "\
Examples:
  keyroster create prod ci --limit 25 --expires 90d --secret-to dotenv:.env#KEY
  keyroster create media up --scope pinning:pinFileToIPFS --secret-to file:key
  keyroster create prod ci --secret-to 'command:gh secret set KEY' --dry-run";

pub(super) const UPDATE: &str = "\
Examples:
  keyroster update prod/7d752a1a46c8 --limit 50 --reset monthly
  keyroster update prod/7d752a1a46c8 --name ci-2 --dry-run";

pub(super) const REVOKE: &str = "\
Examples:
  keyroster revoke prod/7d752a1a46c8
  keyroster revoke --name 'tf-*' --account prod --dry-run
  keyroster list --unused-for 1y -o ids | keyroster revoke --from - --yes";

pub(super) const IDENTIFY: &str = "\
Examples:
  pass show leaked | keyroster identify -
  keyroster identify env:OPENROUTER_API_KEY
  keyroster identify file:found.key --account prod";

/// What follows the options of the whole program: exit codes and variables.
pub(super) fn after_help() -> String {
    let mut text = String::from("Exit codes:\n");
    for exit in Exit::ALL {
        text += &format!("  {:<4} {}\n", exit.code(), exit.meaning());
    }
    text + ENVIRONMENT
}

const ENVIRONMENT: &str = "
Environment:
  KEYROSTER_CONFIG   the file that describes the accounts
  KEYROSTER_LOG      what is logged, as `debug`; RUST_LOG if it is not set
  KEYROSTER_<ACCOUNT>__<SETTING>
                     a setting of an account, before the file's; with neither,
                     the vendors' own variables (`keyroster providers`)
  NO_COLOR           no colours";

/// The commit that this program is built from.
const COMMIT: Option<&str> = option_env!("KEYROSTER_COMMIT");

/// `0.1.0 (a1d1e1c2f)`, and the providers that are compiled in.
pub(crate) fn version(registry: &Registry) -> String {
    let commit = COMMIT.map(|commit| format!(" ({commit})")).unwrap_or_default();
    let providers: Vec<String> =
        registry.factories().map(|factory| factory.info().id.to_string()).collect();
    let providers = if providers.is_empty() { "none".to_owned() } else { providers.join(", ") };
    format!("{}{commit}\nproviders: {providers}", env!("CARGO_PKG_VERSION"))
}

/// The first page of the help: commands in groups, a line each.
pub(super) fn top_help(command: &Command) -> String {
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
