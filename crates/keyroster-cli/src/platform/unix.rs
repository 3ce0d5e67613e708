//! Unix: signals, terminal modes, permission bits and devices.

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal as Kill, getpgrp, kill_process, kill_process_group};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Others, StopSignal};

/// The signals that ask the program to stop. While this exists, they do nothing by themselves.
#[derive(Debug)]
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` if the process ignores it, as `nohup` wants.
    hang_up: Option<Signal>,
}

impl StopSignals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if StopSignal::HangUp.is_heard() {
                Some(signal(SignalKind::hangup())?)
            } else {
                None
            },
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> StopSignal {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
            () = hang_up => StopSignal::HangUp,
        }
    }
}

impl StopSignal {
    const ALL: [Self; 3] = [Self::Interrupt, Self::Terminate, Self::HangUp];

    /// Whether it is listened to. `nohup` starts a program that ignores SIGHUP, which stays so.
    fn is_heard(self) -> bool {
        static IGNORED: OnceLock<bool> = OnceLock::new();
        !matches!(self, Self::HangUp) || !*IGNORED.get_or_init(|| is_ignored(SIGHUP))
    }

    fn heard() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|signal| signal.is_heard())
    }

    fn number(self) -> i32 {
        match self {
            Self::Interrupt => SIGINT,
            Self::Terminate => SIGTERM,
            Self::HangUp => SIGHUP,
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
    for signal in StopSignal::heard() {
        let code = i32::from(code(signal));
        signal_hook::flag::register_conditional_shutdown(
            signal.number(),
            code,
            Arc::clone(&first_seen),
        )?;
    }
    for signal in StopSignal::heard() {
        signal_hook::flag::register(signal.number(), Arc::clone(&first_seen))?;
    }
    Ok(())
}

/// Lets signals end the program while the flag is set, although something has listened to them.
pub(crate) fn end_at_signal_while(flag: &Arc<AtomicBool>) -> io::Result<()> {
    for signal in StopSignal::heard() {
        signal_hook::flag::register_conditional_default(signal.number(), Arc::clone(flag))?;
    }
    Ok(())
}

/// Whether the process was started with a signal ignored. What cannot be read counts as no.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Lets a write beyond the limit on the size of files be an error, as Rust does for a closed pipe, instead of
/// the end of the program.
pub(crate) fn outlive_file_limits() {
    // Without it, the limit ends the program, as it always did.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Checks that the program can open as many files as it needs. Its runtime panics if it cannot.
pub(crate) fn check_open_files() -> io::Result<()> {
    let pairs: Result<Vec<_>, _> = (0..8).map(|_| UnixStream::pair()).collect();
    pairs.map(drop)
}

/// Gives a command a process group of its own, so that all of it can be ended. At a terminal it stays in the
/// group in the foreground, because a command of another group could not ask for a password. Returns whether it
/// has its own.
pub(crate) fn give_own_group(command: &mut tokio::process::Command) -> bool {
    let terminal = File::open("/dev/tty").ok();
    let foreground = terminal.and_then(|terminal| tcgetpgrp(terminal).ok());
    if foreground == Some(getpgrp()) {
        return false;
    }
    command.process_group(0);
    true
}

/// Ends a process and everything that it started.
pub(crate) fn kill_all(process: u32, own_group: bool) {
    let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return };
    // One that has ended already needs no end.
    if own_group {
        let _ = kill_process_group(process, Kill::KILL);
        return;
    }
    for descendant in descendants(process) {
        let _ = kill_process(descendant, Kill::KILL);
    }
    let _ = kill_process(process, Kill::KILL);
}

/// The processes that a process started, and those that they started, where the system lists them.
fn descendants(process: Pid) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let all: Vec<(Pid, Pid)> = entries
        .flatten()
        .filter_map(|entry| {
            let id = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name before it may contain anything.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, Pid::from_raw(parent)?))
        })
        .collect();
    let mut found = vec![process];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// Number of bytes in a pipe.
pub(crate) fn unread_bytes(pipe: &io::PipeReader) -> io::Result<u64> {
    Ok(ioctl_fionread(pipe)?)
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

    use crate::platform::env;
    use crate::terminal::Terminal;
    use crate::terminal::prompt::secrets;

    const NAME: &str = "platform::unix::tests::the_terminal_echoes_again_after_a_prompt";

    /// Set in the child process, which prompts for a secret.
    const ASKING: &str = "KEYROSTER_TEST_ASKING";

    /// A way to stop the child, and the signal that ends it.
    type Ending = (fn(&mut File, Pid), i32);

    #[tokio::test]
    async fn the_terminal_echoes_again_after_a_prompt() {
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
            assert!(echoes(&file), "the terminal does not echo after {signal}");
        }
    }
}
