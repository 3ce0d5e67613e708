//! The one place that reads the environment.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use keyroster::{ProviderFactory, Secret, Settings};
use tracing_subscriber::EnvFilter;

/// What is logged, in the syntax of `tracing`'s filters (`debug`, `keyroster_http=trace`); the second is
/// read where the first is not set.
const LOG: [&str; 2] = ["KEYROSTER_LOG", "RUST_LOG"];

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

/// Logs to standard error what the environment asks for; nothing unless asked.
pub(crate) fn start_logging() {
    let Some(filter) = LOG.iter().find_map(|name| std::env::var(name).ok()) else { return };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
