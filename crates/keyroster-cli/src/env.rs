//! The one place that reads the environment.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use keyroster::Secret;
use tracing_subscriber::EnvFilter;

/// The file that describes the accounts.
pub(crate) const CONFIG: &str = "KEYROSTER_CONFIG";

/// Set by the shells' scripts when they ask for completions.
pub(crate) const COMPLETE: &str = "KEYROSTER_COMPLETE";

/// What the variables begin with that set something of an account: `KEYROSTER_ACCOUNT__SETTING`.
pub(crate) const ACCOUNT_PREFIX: &str = "KEYROSTER_";

/// What is logged, in the syntax of `tracing`'s filters (`debug`, `keyroster_http=trace`).
pub(crate) const LOG: &str = "KEYROSTER_LOG";

/// The same, of programs in general.
pub(crate) const COMMON_LOG: &str = "RUST_LOG";

/// Whether a variable holds something; an empty one counts as unset.
pub(crate) fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !Secret::new(value).expose().trim().is_empty())
}

/// Whether a variable holds what is no text.
pub(crate) fn is_garbled(name: &str) -> bool {
    matches!(std::env::var(name), Err(std::env::VarError::NotUnicode(_)))
}

/// A variable's value without the line break at its end, which a value read from a file brings along.
pub(crate) fn secret(name: &str) -> Option<Secret> {
    let value = Secret::new(variable(name)?);
    let trimmed = Secret::from(value.expose().trim_end_matches(['\r', '\n']));
    (!trimmed.is_empty()).then_some(trimmed)
}

/// The same of a value that is no secret.
pub(crate) fn text(name: &str) -> Option<String> {
    secret(name).map(|text| text.expose().to_owned())
}

/// The names of all variables that set something of an account, as `KEYROSTER_PROD__JWT`.
pub(crate) fn overrides() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        // One that was written otherwise than in capitals is a mistake to be told.
        let known = name.to_ascii_uppercase();
        // No tags at all can be wanted; what else is empty is as good as unset.
        let counts = !value.is_empty() || known.ends_with("__TAGS");
        (known.starts_with(ACCOUNT_PREFIX) && known.contains("__") && counts).then_some(name)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The configuration file that the environment names.
pub(crate) fn config_file() -> Option<PathBuf> {
    std::env::var_os(CONFIG).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Where this system keeps programs' settings.
pub(crate) fn config_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir())
}

/// A path whose `~` stands for the user's home.
pub(crate) fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(rest), Ok(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// The proxies that the environment names, without what authenticates there.
pub(crate) fn proxies() -> Vec<(&'static str, String)> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let set = names.into_iter().filter_map(|name| Some((name, text(name)?)));
    let address = |proxy: String| match proxy.rsplit_once('@') {
        Some((_, address)) => address.to_owned(),
        None => proxy,
    };
    set.map(|(name, proxy)| (name, address(proxy))).collect()
}

/// Whether a shell asks what it may complete.
pub(crate) fn is_completing() -> bool {
    std::env::var_os(COMPLETE).is_some()
}

/// A variable that the user names.
pub(crate) fn variable(name: &str) -> Option<String> {
    // A name with these in it cannot be one, and asking for it would panic on some systems.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    std::env::var(name).ok()
}

/// Logs to standard error what the environment or the command line asks for; nothing unless asked.
///
/// The program's own variable comes before the flag, and the flag before the variable of all programs.
pub(crate) fn start_logging(verbosity: u8) {
    let asked = match verbosity {
        0 => None,
        // The crates of ours, whose names begin so.
        1 => Some("keyroster=debug,provider=debug".to_owned()),
        _ => Some("keyroster=trace,provider=trace".to_owned()),
    };
    let own = filter_of(LOG);
    let short = own.is_none() && asked.is_some();
    let Some(filter) = own.or(asked).or_else(|| filter_of(COMMON_LOG)) else { return };
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false);
    if short {
        log.compact().without_time().init();
    } else {
        log.init();
    }
}

/// What a variable lets through; an empty one says nothing.
fn filter_of(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|filter| !filter.trim().is_empty())
}
