#![doc = include_str!("../README.md")]

mod accounts;
mod args;
mod clock;
mod commands;
mod config;
mod exit;
mod listing;
mod output;
mod platform;
mod secret;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;

use clap::FromArgMatches;
use keyroster::{ProviderFactory, Registry};

use args::{Arguments, Command};
use commands::key_state::{self, KeyAction};
use commands::setup;
use exit::{Exit, Failure};
use terminal::Terminal;

/// The command with its providers.
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
    /// Creates the command with the providers whose Cargo features are enabled.
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

    /// Runs the command line of this process, and returns its exit code.
    #[must_use]
    pub fn run(self) -> ExitCode {
        platform::outlive_file_limits();
        let registry = Arc::new(self.registry);
        args::completion::answer_the_shell(&registry);
        let matches = args::command(&registry).get_matches();
        let arguments = match Arguments::from_arg_matches(&matches) {
            Ok(arguments) => arguments,
            Err(error) => error.exit(),
        };
        platform::env::start_logging(arguments.global.verbose);
        let terminal = Terminal::detect(arguments.global.color.into(), arguments.global.quiet);
        let outcome = platform::check_open_files()
            .and_then(|()| tokio::runtime::Builder::new_current_thread().enable_all().build())
            .map_err(Failure::from)
            .and_then(|runtime| runtime.block_on(dispatch(&registry, arguments, &terminal)));
        match outcome {
            Ok(exit) => exit,
            Err(failure) => report(&failure, &terminal),
        }
        .into()
    }
}

async fn dispatch(
    registry: &Arc<Registry>,
    arguments: Arguments,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let accounts = accounts::Source {
        registry,
        sandbox: arguments.sandbox,
        config: arguments.config.as_deref(),
    };
    match arguments.command {
        Command::List(list) => commands::list::run(&accounts, &list, terminal).await,
        Command::Show(show) => commands::show::run(&accounts, &show).await,
        Command::Create(create) => commands::create::run(&accounts, &create, terminal).await,
        Command::Update(update) => commands::update::run(&accounts, &update, terminal).await,
        Command::Rotate(rotate) => commands::rotate::run(&accounts, &rotate, terminal).await,
        Command::Disable(args) => {
            key_state::run(&accounts, KeyAction::Disable, &args, terminal).await
        }
        Command::Enable(args) => {
            key_state::run(&accounts, KeyAction::Enable, &args, terminal).await
        }
        Command::Revoke(args) => {
            key_state::run(&accounts, KeyAction::Revoke, &args, terminal).await
        }
        Command::Whoami(whoami) => commands::whoami::run(&accounts, &whoami, terminal).await,
        Command::Identify(identify) => {
            commands::identify::run(&accounts, &identify, terminal).await
        }
        Command::Accounts(command) => commands::accounts::run(&accounts, &command, terminal).await,
        Command::Config(command) => commands::config::run(&accounts, &command, terminal),
        Command::Doctor(doctor) => commands::doctor::run(&accounts, &doctor, terminal).await,
        Command::Completions(completions) => setup::completions(&completions, terminal),
        Command::Man(man) => setup::man(&man, registry),
        Command::Providers(providers) => commands::providers::run(registry, &providers, terminal),
        Command::Schema(schema) => commands::schema::run(&schema),
        Command::Sandbox(sandbox) => commands::sandbox::run(&sandbox, terminal).await,
    }
}

/// Prints why a command failed, and returns how it ended.
fn report(failure: &Failure, terminal: &Terminal) -> Exit {
    // The reader of the output has read enough.
    if failure.is_broken_pipe() {
        return Exit::Done;
    }
    terminal.report(failure);
    failure.exit()
}
