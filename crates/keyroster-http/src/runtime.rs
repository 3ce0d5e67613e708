//! Checks that the caller runs inside a suitable tokio runtime.

use std::net::Ipv4Addr;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result};
use tokio::net::UdpSocket;
use tokio::runtime::{self, Handle};

/// The last runtime that was found suitable. A client may be used in several.
#[derive(Debug, Default)]
pub(crate) struct RuntimeCheck(Mutex<Option<runtime::Id>>);

impl RuntimeCheck {
    /// Returns an error where tokio would panic.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no tokio runtime, or it has no timers or no
    ///   I/O.
    pub(crate) fn check(&self) -> Result<()> {
        let Ok(handle) = Handle::try_current() else {
            return Err(unsuitable("the code does not run inside a tokio runtime"));
        };
        let mut suitable = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *suitable == Some(handle.id()) {
            return Ok(());
        }
        // Tokio cannot be asked whether it has these. It panics when they are used, and prints why.
        if catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_err() {
            return Err(unsuitable("the tokio runtime has no timers"));
        }
        if catch_unwind(register_socket).is_err() {
            return Err(unsuitable("the tokio runtime has no I/O"));
        }
        *suitable = Some(handle.id());
        Ok(())
    }
}

/// Registers an unused socket with the runtime. The result does not matter, only whether it panics.
fn register_socket() {
    if let Ok(socket) = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
        && socket.set_nonblocking(true).is_ok()
    {
        drop(UdpSocket::from_std(socket));
    }
}

fn unsuitable(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message).with_help(
        "use a tokio runtime built with `enable_all`, or wrap the future in `async_compat::Compat`",
    )
}
