//! What the commands take that help to install and to mend.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::output::ListFormat;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// How to print the findings.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a page for each command into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}

/// A shell that completes.
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

    /// How it reads the script when it starts.
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
