//! The command `keyroster`.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyroster_cli::App::new().run()
}
