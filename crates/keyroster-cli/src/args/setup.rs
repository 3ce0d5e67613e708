//! The arguments of `doctor`, `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::output::ListFormat;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Output format.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Shell to generate completions for.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write one page per command into this directory; prints the main page if omitted.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// A shell with completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Shell {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
        }
    }

    /// How to load the completions when the shell starts.
    pub(crate) fn how(self) -> &'static str {
        match self {
            Self::Bash => "echo 'source <(keyroster completions bash)' >>~/.bashrc",
            Self::Zsh => "echo 'source <(keyroster completions zsh)' >>~/.zshrc (after compinit)",
            Self::Fish => "keyroster completions fish >~/.config/fish/completions/keyroster.fish",
            Self::Powershell => {
                "add to $PROFILE: keyroster completions powershell | Out-String | Invoke-Expression"
            }
            Self::Elvish => "add to rc.elv: eval (keyroster completions elvish | slurp)",
        }
    }
}
