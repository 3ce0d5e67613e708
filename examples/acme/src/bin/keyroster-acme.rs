//! The command `keyroster` with one more provider.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyroster_cli::App::new().provider(provider_acme::AcmeFactory).run()
}
