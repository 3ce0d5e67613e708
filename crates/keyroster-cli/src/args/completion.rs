//! Completes accounts, providers, tags, and the ids of keys, which the vendors are asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use futures_util::StreamExt;
use keyroster::{ListKeys, Registry};

use crate::accounts::Source;
use crate::config::Config;
use crate::output::text;
use crate::platform::env;

/// Maximum time to wait for the ids of keys; those found by then are offered.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Completes from the configuration and the vendors' lists. An error completes nothing, because the user is
/// in the middle of a line.
struct Completer {
    registry: Arc<Registry>,
}

impl Completer {
    fn new(registry: Arc<Registry>) -> Self {
        Self { registry }
    }

    /// The accounts' names.
    fn accounts(&self, typed: &str) -> Vec<CompletionCandidate> {
        candidates(self.names(), typed, "")
    }

    /// The providers' ids.
    fn providers(&self, typed: &str) -> Vec<CompletionCandidate> {
        let ids = self.registry.factories().map(|factory| factory.info().id.to_string());
        candidates(ids, typed, "")
    }

    /// The accounts' tags.
    fn tags(&self, typed: &str) -> Vec<CompletionCandidate> {
        let config = Config::inspect(named_config().as_deref(), &self.registry);
        let accounts = config.map(|(config, _)| config.accounts).unwrap_or_default();
        let tags: BTreeSet<String> =
            accounts.into_iter().flat_map(|account| account.tags).collect();
        candidates(tags, typed, "")
    }

    /// `ACCOUNT/`, then the ids of the account's keys, with their names.
    fn keys(&self, typed: &str) -> Vec<CompletionCandidate> {
        let Some((account, id)) = typed.split_once('/') else {
            return candidates(self.names(), typed, "/");
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| runtime.block_on(self.ids(account, id))).unwrap_or_default()
    }

    async fn ids(&self, account: &str, prefix: &str) -> Vec<CompletionCandidate> {
        let mut found = Vec::new();
        let search = async {
            let config = named_config();
            let source = Source {
                registry: &self.registry,
                sandbox: is_sandbox(),
                config: config.as_deref(),
            };
            let accounts = source.open().await.ok()?;
            let provider = accounts.open(account).await.ok()?;
            let mut keys = provider.keys(ListKeys::all());
            while let Some(Ok(key)) = keys.next().await {
                if key.id.as_str().starts_with(prefix) {
                    let candidate =
                        CompletionCandidate::new(format!("{account}/{}", key.id.as_str()));
                    let name = key.name.as_deref().map(|name| text::clean(name).into());
                    found.push(candidate.help(name));
                }
            }
            Some(())
        };
        // After a timeout, what was found so far is good.
        let _ = tokio::time::timeout(TIMEOUT, search).await;
        found
    }

    fn names(&self) -> Vec<String> {
        if is_sandbox() {
            return self
                .registry
                .factories()
                .map(|factory| factory.info().id.to_string())
                .collect();
        }
        let config = Config::inspect(named_config().as_deref(), &self.registry);
        let accounts = config.map(|(config, _)| config.accounts).unwrap_or_default();
        accounts.into_iter().map(|account| account.name).collect()
    }
}

fn candidates(
    names: impl IntoIterator<Item = String>,
    typed: &str,
    end: &str,
) -> Vec<CompletionCandidate> {
    let matching = names.into_iter().filter(|name| name.starts_with(typed));
    matching.map(|name| CompletionCandidate::new(name + end)).collect()
}

/// Whether the line being typed contains `--sandbox`.
fn is_sandbox() -> bool {
    std::env::args_os().any(|word| word == "--sandbox")
}

/// The file that the line being typed passes to `--config`.
fn named_config() -> Option<PathBuf> {
    let mut words = std::env::args_os().skip_while(|word| word != "--config");
    words.nth(1).map(|file| Path::new(&file).to_owned())
}

/// Adds completers to every argument that takes an account, provider, tag or key.
pub(super) fn with_completers(command: Command, registry: &Arc<Registry>) -> Command {
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

/// Prints the completions and exits, if the shell asks for them.
pub(crate) fn answer_the_shell(registry: &Arc<Registry>) {
    clap_complete::CompleteEnv::with_factory(|| super::command(registry))
        .var(env::COMPLETE)
        .complete();
}
