//! The settings of a sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;

use crate::clock::{Clock, real_now};
use crate::http::server;
use crate::openrouter::quirks::OpenRouterQuirks;
use crate::pinata::quirks::PinataQuirks;
use crate::sandbox::Sandbox;
use crate::world::{Config, World};

/// The settings of a sandbox; see [`Sandbox::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct SandboxBuilder {
    listen: SocketAddr,
    now: Option<SystemTime>,
    frozen: bool,
    config: Config,
}

impl SandboxBuilder {
    pub(crate) fn new() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            now: None,
            frozen: false,
            config: Config {
                seed: 1,
                pinata_keys: 24,
                openrouter_keys: 30,
                openrouter_workspaces: 3,
                latency: Duration::ZERO,
                pinata: PinataQuirks::default(),
                openrouter: OpenRouterQuirks::default(),
            },
        }
    }

    /// Sets the address to listen on, which must be a loopback one. By default 127.0.0.1 and a free port.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Sets the seed of all random parts: keys, secrets, identifiers, and the requests that meet a fault's
    /// share. 1 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Sets the number of keys of the Pinata account, including the admin credential. 24 if not set, and at
    /// least 1.
    pub fn pinata_keys(mut self, keys: usize) -> Self {
        self.config.pinata_keys = keys.max(1);
        self
    }

    /// Sets the number of keys of the OpenRouter account, without the management key. 30 if not set, and at
    /// least 1.
    pub fn openrouter_keys(mut self, keys: usize) -> Self {
        self.config.openrouter_keys = keys.max(1);
        self
    }

    /// Sets the number of workspaces of the OpenRouter account. The first is the vendor's default workspace. 3
    /// if not set, and at least 1.
    pub fn openrouter_workspaces(mut self, workspaces: usize) -> Self {
        self.config.openrouter_workspaces = workspaces.max(1);
        self
    }

    /// Sets the delay of every reply. Zero by default.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.config.latency = latency;
        self
    }

    /// Sets the initial time, on which the times of seeded data depend. The machine's by default.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// Freezes the clock, which then moves only by [`Sandbox::advance`]. For tests of expiries, lags and
    /// rate limits whose outcome must not depend on how fast the machine is.
    pub fn frozen_clock(mut self) -> Self {
        self.frozen = true;
        self
    }

    /// Sets how Pinata behaves where its documents say nothing.
    pub fn pinata_quirks(mut self, quirks: PinataQuirks) -> Self {
        self.config.pinata = quirks;
        self
    }

    /// Sets how OpenRouter behaves where its documents say nothing.
    pub fn openrouter_quirks(mut self, quirks: OpenRouterQuirks) -> Self {
        self.config.openrouter = quirks;
        self
    }

    /// Starts the sandbox, which serves until the returned value is dropped. It needs a tokio runtime with
    /// I/O and timers.
    ///
    /// # Errors
    ///
    /// The address is not a loopback address, or is already in use.
    pub async fn start(self) -> io::Result<Sandbox> {
        if !self.listen.ip().is_loopback() {
            let message = format!(
                "the sandbox only listens on loopback addresses (127.0.0.1 or ::1), not on {}: it \
                 gives admin credentials to anyone who asks",
                self.listen.ip()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(self.listen).await?;
        let address = listener.local_addr()?;
        let clock = Clock::new(self.now.unwrap_or_else(real_now), self.frozen);
        let world = Arc::new(World::new(self.config, clock));
        let task = tokio::spawn(server::serve(listener, Arc::clone(&world)));
        Ok(Sandbox::new(world, address, task))
    }
}
