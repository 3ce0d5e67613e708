//! `keyroster completions` and `keyroster man`: files that are installed next to the program.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap_complete::env::Shells;
use keyroster::Registry;

use crate::args::{self, Completions, Man};
use crate::exit::{Exit, Failure};
use crate::output::raw_stdout;
use crate::platform::env;
use crate::terminal::Terminal;

pub(crate) fn completions(completions: &Completions, terminal: &Terminal) -> Result<Exit, Failure> {
    let shell = completions.shell.name();
    let shells = Shells::builtins();
    let Some(script) = shells.completer(shell) else {
        return Err(Failure::usage(format!("no completions for {shell}")));
    };
    let called = std::env::args_os().next().map_or_else(|| "keyroster".into(), PathBuf::from);
    let name = called.file_stem().unwrap_or(called.as_os_str()).to_string_lossy();
    // A program that was called by its name is found by it. A path may be a relative one.
    let program =
        if called.components().count() > 1 { std::env::current_exe()? } else { called.clone() };
    let mut out = raw_stdout();
    script.write_registration(env::COMPLETE, &name, &name, &program.to_string_lossy(), &mut out)?;
    out.flush()?;
    if terminal.width.is_some() {
        terminal.hint(&format!("to load it when the shell starts: {}", completions.shell.how()));
    }
    Ok(Exit::Done)
}

pub(crate) fn man(man: &Man, registry: &Arc<Registry>) -> Result<Exit, Failure> {
    let command = args::command(registry);
    if let Some(dir) = &man.dir {
        std::fs::create_dir_all(dir)?;
        clap_mangen::generate_to(command, dir)?;
    } else {
        let mut out = raw_stdout();
        clap_mangen::Man::new(command).render(&mut out)?;
        out.flush()?;
    }
    Ok(Exit::Done)
}
