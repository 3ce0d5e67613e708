//! The operating system: environment variables, child processes, and what differs between systems (signals, terminal
//! modes, file permissions and devices).

pub(crate) mod env;
pub(crate) mod process;

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use other::*;
#[cfg(unix)]
pub(crate) use unix::*;

/// Who else can access a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// The file's group.
    Group,
    /// Everyone.
    Everyone,
}

/// A signal that asks the program to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// SIGHUP, because the terminal was closed.
    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems have no such signal"))]
    HangUp,
    /// SIGTERM, from a service manager or `kill`.
    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems have no such signal"))]
    Terminate,
}
