//! Reads environment variables, and starts the log that they choose. No other module reads them.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use keyroster::Secret;
use tracing_subscriber::EnvFilter;

/// The configuration file.
pub(crate) const CONFIG: &str = "KEYROSTER_CONFIG";

/// How long a command may take.
pub(crate) const COMMAND_TIMEOUT: &str = "KEYROSTER_COMMAND_TIMEOUT";

/// Set by a shell's script when it asks for completions.
pub(crate) const COMPLETE: &str = "KEYROSTER_COMPLETE";

/// The prefix of variables with settings of an account: `KEYROSTER_ACCOUNT__SETTING`.
pub(crate) const ACCOUNT_PREFIX: &str = "KEYROSTER_";

/// The log filter, in the syntax of `tracing` (`debug`, `keyroster_http=trace`).
pub(crate) const LOG: &str = "KEYROSTER_LOG";

/// The log filter of all Rust programs.
pub(crate) const COMMON_LOG: &str = "RUST_LOG";

/// Returns whether a variable is set and not empty.
pub(crate) fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !Secret::new(value).expose().trim().is_empty())
}

/// Returns whether a variable is not valid UTF-8.
pub(crate) fn is_garbled(name: &str) -> bool {
    matches!(std::env::var(name), Err(std::env::VarError::NotUnicode(_)))
}

/// Returns a variable's value without the line break at its end, which a value read from a file may have.
pub(crate) fn secret(name: &str) -> Option<Secret> {
    let value = Secret::new(variable(name)?);
    let trimmed = Secret::from(value.expose().trim_end_matches(['\r', '\n']));
    (!trimmed.is_empty()).then_some(trimmed)
}

/// Like [`secret`], for a value that is not a secret.
pub(crate) fn text(name: &str) -> Option<String> {
    secret(name).map(|text| text.expose().to_owned())
}

/// Returns the folders in which a secret that could not be delivered may be kept, the best first.
pub(crate) fn rescue_folders() -> Vec<PathBuf> {
    let mut folders = vec![std::env::temp_dir()];
    folders.extend(etcetera::home_dir());
    folders.push(PathBuf::from("."));
    folders
}

/// Returns the names of all variables with settings of an account, such as `KEYROSTER_PROD__JWT`.
pub(crate) fn overrides() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        // A name that is not uppercase is a mistake, which the caller reports.
        let known = name.to_ascii_uppercase();
        // An empty list of tags has a meaning. Other empty variables count as unset.
        let counts = !value.is_empty() || known.ends_with("__TAGS");
        (known.starts_with(ACCOUNT_PREFIX) && known.contains("__") && counts).then_some(name)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Returns the configuration file that the environment names.
pub(crate) fn config_file() -> Option<PathBuf> {
    std::env::var_os(CONFIG).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Returns the system's folder for settings.
pub(crate) fn config_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir())
}

/// Replaces a leading `~` of a path by the user's home.
pub(crate) fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(rest), Ok(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// Returns the proxies that the environment names, without their credentials.
pub(crate) fn proxies() -> Vec<(&'static str, String)> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let set = names.into_iter().filter_map(|name| Some((name, text(name)?)));
    let address = |proxy: String| match proxy.rsplit_once('@') {
        Some((_, address)) => address.to_owned(),
        None => proxy,
    };
    set.map(|(name, proxy)| (name, address(proxy))).collect()
}

/// Returns whether a shell is asking for completions.
pub(crate) fn is_completing() -> bool {
    std::env::var_os(COMPLETE).is_some()
}

/// Returns a variable that the user names.
pub(crate) fn variable(name: &str) -> Option<String> {
    // Reading a name with these characters panics on some systems.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    std::env::var(name).ok()
}

/// Starts logging to standard error, if the environment or the command line requests it.
///
/// `KEYROSTER_LOG` takes precedence over `-v`, and `-v` over `RUST_LOG`.
pub(crate) fn start_logging(verbosity: u8) {
    let asked = match verbosity {
        0 => None,
        // The project's own crates start with these words.
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

/// Returns the filter in a variable, unless it is empty.
fn filter_of(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|filter| !filter.trim().is_empty())
}
