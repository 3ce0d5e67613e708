//! The one place that reads the environment.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use keyroster::{ProviderFactory, Secret, Settings};
use tracing_subscriber::EnvFilter;

/// What is logged, in the syntax of `tracing`'s filters (`debug`, `keyroster_http=trace`).
const LOG: &str = "KEYROSTER_LOG";

/// The same, of programs in general.
const COMMON_LOG: &str = "RUST_LOG";

/// The settings of a provider that stand in its environment variables; an empty one counts as unset.
pub(crate) fn settings(factory: &dyn ProviderFactory) -> Settings {
    let mut settings = Settings::new();
    for setting in factory.settings() {
        let Ok(value) = std::env::var(setting.env) else { continue };
        // A value read from a file often brings its line break along.
        let trimmed = value.trim_end_matches(['\r', '\n']);
        if !trimmed.is_empty() {
            settings = settings.with(setting.name, trimmed);
        }
        drop(Secret::new(value));
    }
    settings
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
    let own = std::env::var(LOG).ok();
    let short = own.is_none() && asked.is_some();
    let Some(filter) = own.or(asked).or_else(|| std::env::var(COMMON_LOG).ok()) else { return };
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
