//! The command `keyroster`, as a library: anyone can add a provider and ship their own binary.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     keyroster_cli::App::new().run()
//! }
//! ```
//!
//! # Exit codes
//!
//! | code | means |
//! |---|---|
//! | 0 | done |
//! | 2 | the command line is wrong, or asks for what the vendor does not offer |
//! | 3 | partial: some accounts failed, the others' keys were shown |
//! | 4 | a credential or setting is missing, malformed or refused |
//! | 5 | a vendor or the network failed |
//!
//! Data goes to standard output, everything else to standard error.

mod accounts;
mod args;
mod commands;
mod env;
mod failure;
mod gather;
mod output;
mod view;

use std::process::ExitCode;

use clap::Parser;
use keyroster::{ProviderFactory, Registry};

use args::{Arguments, Command};
use failure::Failure;
use output::Terminal;

/// The command and the providers that it knows.
#[derive(Debug)]
pub struct App {
    registry: Registry,
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl App {
    /// The command with the providers whose Cargo features are on.
    #[must_use]
    pub fn new() -> Self {
        Self { registry: keyroster::registry() }
    }

    /// Adds a provider.
    #[must_use]
    pub fn provider(mut self, factory: impl ProviderFactory + 'static) -> Self {
        self.registry.add(factory);
        self
    }

    /// Reads the command line, does what it says, and tells how it went.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let arguments = Arguments::parse();
        env::start_logging();
        let terminal = Terminal::detect();
        let outcome = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::from)
            .and_then(|runtime| runtime.block_on(self.dispatch(arguments, &terminal)));
        match outcome {
            Ok(code) => code,
            Err(failure) => failure.report(&terminal),
        }
    }

    async fn dispatch(
        &self,
        arguments: Arguments,
        terminal: &Terminal,
    ) -> Result<ExitCode, Failure> {
        let accounts = accounts::Source { registry: &self.registry, sandbox: arguments.sandbox };
        match arguments.command {
            Command::List(list) => commands::list::run(&accounts, &list, terminal).await,
            Command::Show(show) => commands::show::run(&accounts, &show, terminal).await,
            Command::Providers(providers) => {
                commands::providers::run(&self.registry, &providers, terminal)
            }
            Command::Sandbox(sandbox) => commands::sandbox::run(&sandbox, terminal).await,
        }
    }
}
