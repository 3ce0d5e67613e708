//! The options of every command: what is printed besides the data, and in which colors.

use clap::{ArgAction, Args, ValueEnum};

/// The heading of the options that every command has.
pub(super) const HEADING: &str = "Global options";

/// What is printed besides the data, and in which colors.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct GlobalArgs {
    /// Print only data, warnings and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Log what keyroster does; `-vv` for every detail.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Color the output: `auto`, `always` or `never`.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) color: Color,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
