//! The command `keyroster` with Acme.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyroster_cli::App::new().provider(provider_acme::AcmeFactory).run()
}
