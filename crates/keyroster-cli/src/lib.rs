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
//! | 1 | keys fit, and `list --exit-code` was asked for |
//! | 2 | the command line is wrong, or asks for what the vendor does not offer |
//! | 3 | partial: some accounts or keys failed, or keys may be missing, as a warning says |
//! | 4 | a credential or setting is missing, malformed or refused |
//! | 5 | a vendor or the network failed |
//! | 6 | a guard refused, and nothing was done |
//! | 130, 143 | it was told to stop, with Ctrl-C or SIGTERM |
//!
//! Data goes to standard output, everything else to standard error.

mod accounts;
mod args;
mod arguments;
mod commands;
mod env;
mod facts;
mod failure;
mod filter;
mod gather;
mod groups;
mod output;
mod progress;
mod rank;
mod select;
mod sink;
mod sort;
mod stop;
mod view;

use std::process::ExitCode;

use clap::Parser;
use keyroster::{ProviderFactory, Registry};

use args::{Arguments, Command};
use commands::turn::{self, Act};
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
        env::start_logging(arguments.manners.verbose);
        let terminal = Terminal::detect(arguments.manners);
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
            Command::Show(show) => commands::show::run(&accounts, &show).await,
            Command::Create(create) => commands::create::run(&accounts, &create, terminal).await,
            Command::Update(update) => commands::update::run(&accounts, &update, terminal).await,
            Command::Disable(turn) => turn::run(&accounts, Act::Disable, &turn, terminal).await,
            Command::Enable(turn) => turn::run(&accounts, Act::Enable, &turn, terminal).await,
            Command::Revoke(turn) => turn::run(&accounts, Act::Revoke, &turn, terminal).await,
            Command::Whoami(whoami) => commands::whoami::run(&accounts, &whoami, terminal).await,
            Command::Identify(identify) => {
                commands::identify::run(&accounts, &identify, terminal).await
            }
            Command::Providers(providers) => {
                commands::providers::run(&self.registry, &providers, terminal)
            }
            Command::Schema(schema) => commands::schema::run(&schema),
            Command::Sandbox(sandbox) => commands::sandbox::run(&sandbox, terminal).await,
        }
    }
}
