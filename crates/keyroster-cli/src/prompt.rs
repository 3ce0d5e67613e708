//! Asking a person at the terminal.

use std::io::{self, BufRead, IsTerminal};

use keyroster::Secret;

use crate::failure::Failure;
use crate::output::Terminal;

/// Whether somebody is there to be asked.
pub(crate) fn is_attended(terminal: &Terminal) -> bool {
    io::stdin().is_terminal() && terminal.attended
}

/// Lets a person say `yes` to what is about to be done; anything else, or nobody there, is a refusal.
pub(crate) fn confirm(question: &str, terminal: &Terminal) -> Result<(), Failure> {
    if !is_attended(terminal) {
        return Err(Failure::Guard(format!(
            "nobody is at the terminal to be asked whether to {question}; nothing was done; add --yes"
        )));
    }
    if ask(&format!("{question}? Type `yes`: "), terminal)? == "yes" {
        return Ok(());
    }
    Err(Failure::Guard("not confirmed; nothing was done".to_owned()))
}

/// What a person types, without the spaces around it.
pub(crate) fn ask(question: &str, terminal: &Terminal) -> Result<String, Failure> {
    terminal.ask(question);
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        return Err(Failure::Guard("no answer; nothing was done".to_owned()));
    }
    Ok(answer.trim().to_owned())
}

/// A secret that a person types unseen, or that is piped in.
pub(crate) fn secret(question: &str, terminal: &Terminal) -> Result<Secret, Failure> {
    let text = if is_attended(terminal) {
        terminal.ask(question);
        rpassword::read_password()?
    } else {
        io::read_to_string(io::stdin().lock())?
    };
    let text = Secret::new(text);
    let trimmed = Secret::from(text.expose().trim());
    if trimmed.is_empty() {
        return Err(Failure::Usage("there is no secret: the input is empty".to_owned()));
    }
    Ok(trimmed)
}
