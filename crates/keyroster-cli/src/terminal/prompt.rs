//! Questions to a person at the terminal.

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyroster::Secret;

use super::Terminal;
use super::interrupt::Interrupt;
use crate::exit::Failure;
use crate::platform::{self, StopSignal, TerminalMode};

/// Whether there is a terminal to ask at.
pub(crate) fn is_attended(terminal: &Terminal) -> bool {
    io::stdin().is_terminal() && terminal.is_attended()
}

/// Asks a person to confirm what is about to be done. Anything but `yes`, and no terminal, is a refusal.
pub(crate) fn confirm(question: &str, terminal: &Terminal) -> Result<(), Failure> {
    if !is_attended(terminal) {
        let message = "cannot ask for confirmation without a terminal; nothing was changed";
        return Err(Failure::guard(message).with_hint("pass --yes to proceed"));
    }
    if ask(&format!("{question}? Type `yes`: "), terminal)? == "yes" {
        return Ok(());
    }
    Err(Failure::guard("not confirmed; nothing was changed"))
}

/// Asks a question, and returns what the person types without surrounding spaces.
pub(crate) fn ask(question: &str, terminal: &Terminal) -> Result<String, Failure> {
    terminal.ask(question);
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        return Err(Failure::guard("no answer; nothing was changed"));
    }
    Ok(answer.trim().to_owned())
}

/// Asks for secrets that the terminal does not show, or reads the one that is piped in.
pub(crate) async fn secrets(
    questions: &[String],
    terminal: &Terminal,
) -> Result<Vec<Secret>, Failure> {
    let mut hidden = HiddenInput::default();
    let mut secrets = Vec::new();
    for question in questions {
        let text = if is_attended(terminal) {
            terminal.ask(question);
            hidden.line().await?
        } else {
            io::read_to_string(io::stdin().lock())?
        };
        let text = Secret::new(text);
        let trimmed = Secret::from(text.expose().trim());
        if trimmed.is_empty() {
            return Err(Failure::usage("no secret: the input is empty"));
        }
        secrets.push(trimmed);
    }
    Ok(secrets)
}

/// Reads lines without echoing them. The terminal echoes again afterwards, even if a signal ends the program.
#[derive(Debug, Default)]
struct HiddenInput {
    /// Set while nothing is read. A signal then does what it always does.
    idle: Option<Arc<AtomicBool>>,
}

impl HiddenInput {
    async fn line(&mut self) -> Result<String, Failure> {
        let idle = self.idle()?;
        idle.store(false, Ordering::SeqCst);
        let mut interrupt = Interrupt::listen()?;
        let mode = TerminalMode::current()?;
        let (done, typed) = tokio::sync::oneshot::channel();
        // A thread of its own: the end of the program waits for all others.
        std::thread::spawn(move || done.send(rpassword::read_password()));
        let signal = tokio::select! {
            biased;
            signal = interrupt.next() => signal,
            typed = typed => match typed {
                // It reads Ctrl-C as a character, and reports it.
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => StopSignal::Interrupt,
                typed => {
                    idle.store(true, Ordering::SeqCst);
                    return Ok(typed.map_err(io::Error::other)??);
                }
            },
        };
        mode.restore()?;
        signal.end_program()?;
        Err(Failure::guard("interrupted; nothing was changed"))
    }

    /// The flag that lets signals through. Once something has listened to them, they do nothing by themselves.
    fn idle(&mut self) -> io::Result<Arc<AtomicBool>> {
        if let Some(idle) = &self.idle {
            return Ok(Arc::clone(idle));
        }
        let idle = Arc::new(AtomicBool::new(false));
        platform::end_at_signal_while(&idle)?;
        self.idle = Some(Arc::clone(&idle));
        Ok(idle)
    }
}
