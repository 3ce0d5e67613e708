//! Unix: signals, terminal modes, permission bits and devices.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGINT, SIGTERM};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Others, StopSignal};

/// The signals that ask the program to stop. While this exists, they do nothing by themselves.
#[derive(Debug)]
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
        }
    }
}

impl StopSignal {
    const ALL: [Self; 2] = [Self::Interrupt, Self::Terminate];

    fn number(self) -> i32 {
        match self {
            Self::Interrupt => SIGINT,
            Self::Terminate => SIGTERM,
        }
    }

    /// Does what the signal does to a program that does not listen: ends it.
    pub(crate) fn end_program(self) -> io::Result<()> {
        signal_hook::low_level::emulate_default_handler(self.number())
    }
}

/// Ends the program at the second signal from now on, with the exit code of the signal.
pub(crate) fn end_at_second_signal(code: impl Fn(StopSignal) -> u8) -> io::Result<()> {
    let first_seen = Arc::new(AtomicBool::new(false));
    // Handlers run in the order of their registration: each signal finds what an earlier signal left.
    for signal in StopSignal::ALL {
        let code = i32::from(code(signal));
        signal_hook::flag::register_conditional_shutdown(
            signal.number(),
            code,
            Arc::clone(&first_seen),
        )?;
    }
    for signal in StopSignal::ALL {
        signal_hook::flag::register(signal.number(), Arc::clone(&first_seen))?;
    }
    Ok(())
}

/// Lets signals end the program while the flag is set, although something has listened to them.
pub(crate) fn end_at_signal_while(flag: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in StopSignal::ALL {
        signal_hook::flag::register_conditional_default(signal.number(), Arc::clone(flag))?;
    }
    Ok(())
}

/// The mode of the terminal on standard input, e.g. whether it shows what is typed.
#[derive(Debug)]
pub(crate) struct TerminalMode(Termios);

impl TerminalMode {
    /// The present mode.
    pub(crate) fn current() -> io::Result<Self> {
        Ok(Self(tcgetattr(io::stdin())?))
    }

    /// Sets the terminal back to this mode.
    pub(crate) fn restore(&self) -> io::Result<()> {
        Ok(tcsetattr(io::stdin(), OptionalActions::Now, &self.0)?)
    }
}

/// Whether anyone but its owner can read, write or run a file with these metadata.
pub(crate) fn is_open_to_others(file: &Metadata) -> bool {
    file.permissions().mode() & 0o077 != 0
}

/// Whether others can write a file.
pub(crate) fn is_writable_by(path: &Path, others: Others) -> bool {
    let bit = match others {
        Others::Group => 0o020,
        Others::Everyone => 0o002,
    };
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & bit != 0)
}

/// Options for a file that only its owner can read and write.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = File::options();
    options.mode(0o600);
    options
}

/// A builder of folders that only their owner can open.
pub(crate) fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Whether standard output leads anywhere: it is neither closed nor `/dev/null`.
pub(crate) fn is_stdout_read() -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let stdout = stdout.and_then(|out| out.metadata());
    let null = Path::new("/dev/null").metadata();
    let (Ok(stdout), Ok(null)) = (stdout, null) else { return false };
    stdout.rdev() != null.rdev() || stdout.rdev() == 0
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::process::ExitStatusExt;

    use pty_process::blocking;
    use rustix::process::{Pid, Signal, kill_process};
    use rustix::termios::{LocalModes, tcgetattr};

    use signal_hook::consts::{SIGINT, SIGTERM};

    use crate::env;
    use crate::terminal::Terminal;
    use crate::terminal::prompt::secrets;

    const NAME: &str = "platform::unix::tests::the_terminal_shows_again_what_is_typed";

    /// Set in the process that asks.
    const ASKING: &str = "KEYROSTER_TEST_ASKING";

    /// How a person stops it, and the signal that it dies of.
    type Ending = (fn(&mut File, Pid), i32);

    #[tokio::test]
    async fn the_terminal_shows_again_what_is_typed() {
        if env::is_set(ASKING) {
            let terminal = Terminal { width: None, message_width: Some(80), quiet: false };
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
