//! Asking a person at the terminal.

use std::io::{self, BufRead, IsTerminal};
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use keyroster::Secret;
#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

use crate::exit::Failure;
use crate::terminal::Terminal;

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

/// Secrets that a person types unseen, or the one that is piped in.
pub(crate) async fn secrets(
    questions: &[String],
    terminal: &Terminal,
) -> Result<Vec<Secret>, Failure> {
    let mut unseen = Unseen::default();
    let mut secrets = Vec::new();
    for question in questions {
        let text = if is_attended(terminal) {
            terminal.ask(question);
            unseen.line().await?
        } else {
            io::read_to_string(io::stdin().lock())?
        };
        let text = Secret::new(text);
        let trimmed = Secret::from(text.expose().trim());
        if trimmed.is_empty() {
            return Err(Failure::Usage("there is no secret: the input is empty".to_owned()));
        }
        secrets.push(trimmed);
    }
    Ok(secrets)
}

/// Reads lines that the terminal does not show. However the program is told to end meanwhile, the
/// terminal shows again what is typed.
#[derive(Debug, Default)]
struct Unseen {
    /// Set while nothing is read: a signal does then what it always does.
    #[cfg(unix)]
    idle: Option<Arc<AtomicBool>>,
}

#[cfg(unix)]
impl Unseen {
    async fn line(&mut self) -> Result<String, Failure> {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let idle = self.listen()?;
        idle.store(false, Ordering::SeqCst);
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let before = tcgetattr(io::stdin()).map_err(io::Error::from)?;
        let (done, typed) = tokio::sync::oneshot::channel();
        // A thread of its own: the program's end waits for no other one.
        std::thread::spawn(move || done.send(rpassword::read_password()));
        let told = tokio::select! {
            biased;
            _ = interrupt.recv() => SIGINT,
            _ = terminate.recv() => SIGTERM,
            typed = typed => match typed {
                // It takes Ctrl-C for a letter, and tells so.
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => SIGINT,
                typed => {
                    idle.store(true, Ordering::SeqCst);
                    return Ok(typed.map_err(io::Error::other)??);
                }
            },
        };
        tcsetattr(io::stdin(), OptionalActions::Now, &before).map_err(io::Error::from)?;
        signal_hook::low_level::emulate_default_handler(told)?;
        Err(Failure::Guard("interrupted; nothing was done".to_owned()))
    }

    /// Lets signals through whenever nothing is read: once they are listened to, they do nothing else.
    fn listen(&mut self) -> io::Result<Arc<AtomicBool>> {
        if let Some(idle) = &self.idle {
            return Ok(Arc::clone(idle));
        }
        let idle = Arc::new(AtomicBool::new(false));
        for kind in [SIGINT, SIGTERM] {
            signal_hook::flag::register_conditional_default(kind, Arc::clone(&idle))?;
        }
        self.idle = Some(Arc::clone(&idle));
        Ok(idle)
    }
}

#[cfg(not(unix))]
impl Unseen {
    #[expect(clippy::unused_async, clippy::unused_self, reason = "the same as elsewhere")]
    async fn line(&mut self) -> Result<String, Failure> {
        Ok(rpassword::read_password()?)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::process::ExitStatusExt;

    use pty_process::blocking;
    use rustix::process::{Pid, Signal, kill_process};
    use rustix::termios::{LocalModes, tcgetattr};

    use super::{SIGINT, SIGTERM, secrets};
    use crate::env;
    use crate::terminal::Terminal;

    const NAME: &str = "terminal::prompt::tests::the_terminal_shows_again_what_is_typed";

    /// Set in the process that asks.
    const ASKING: &str = "KEYROSTER_TEST_ASKING";

    /// How somebody stops it, and the signal that it dies of.
    type Ending = (fn(&mut File, Pid), i32);

    #[tokio::test]
    async fn the_terminal_shows_again_what_is_typed() {
        if env::is_set(ASKING) {
            let terminal = Terminal { width: None, attended: true, quiet: false };
            let _ = secrets(&["secret: ".to_owned()], &terminal).await;
            return;
        }
        let endings: [Ending; 2] = [
            (|typed, _| typed.write_all(b"fa4e\x03").unwrap(), SIGINT),
            (|_, process| kill_process(process, Signal::TERM).unwrap(), SIGTERM),
        ];
        for (end, signal) in endings {
            let (pty, inside) = blocking::open().unwrap();
            let program = std::env::current_exe().unwrap();
            let command = blocking::Command::new(program).args(["--exact", NAME, "--nocapture"]);
            let mut child = command.env(ASKING, "1").spawn(inside).unwrap();
            let mut file = File::from(OwnedFd::from(pty));
            let echoes =
                |file: &File| tcgetattr(file).unwrap().local_modes.contains(LocalModes::ECHO);
            let mut shown = String::new();
            while !shown.contains("secret: ") {
                let mut bytes = [0; 256];
                let count = file.read(&mut bytes).unwrap();
                shown += &String::from_utf8_lossy(&bytes[..count]);
            }
            while echoes(&file) {
                std::thread::yield_now();
            }
            end(&mut file, Pid::from_child(&child));
            assert_eq!(child.wait().unwrap().signal(), Some(signal));
            assert!(echoes(&file), "what is typed stays unseen after {signal}");
        }
    }
}
