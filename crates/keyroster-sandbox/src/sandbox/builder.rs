//! How a sandbox is set up.

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

/// What a sandbox shall be; see [`Sandbox::builder`].
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

    /// The address to listen at, which must be a loopback one. By default 127.0.0.1 and any port
    /// that is free.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// What all random parts follow from: keys, secrets, identifiers, which requests a fault's
    /// share meets. 1 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// How many keys the Pinata account has, with the one that is handed out. 24 by default, at
    /// least 1.
    pub fn pinata_keys(mut self, keys: usize) -> Self {
        self.config.pinata_keys = keys.max(1);
        self
    }

    /// How many keys the OpenRouter account has, without the management key. 30 by default, at
    /// least 1.
    pub fn openrouter_keys(mut self, keys: usize) -> Self {
        self.config.openrouter_keys = keys.max(1);
        self
    }

    /// How many workspaces the OpenRouter account has; the first is the default one. 3 by default,
    /// at least 1.
    pub fn openrouter_workspaces(mut self, workspaces: usize) -> Self {
        self.config.openrouter_workspaces = workspaces.max(1);
        self
    }

    /// How much later every answer comes. Not at all by default.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.config.latency = latency;
        self
    }

    /// The time at the start, around which the seeded data lies; it runs on from there. The
    /// machine's by default.
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

    /// How Pinata behaves where its documents are silent.
    pub fn pinata_quirks(mut self, quirks: PinataQuirks) -> Self {
        self.config.pinata = quirks;
        self
    }

    /// How OpenRouter behaves where its documents are silent.
    pub fn openrouter_quirks(mut self, quirks: OpenRouterQuirks) -> Self {
        self.config.openrouter = quirks;
        self
    }

    /// Starts the sandbox; it serves while the returned value lives. Needs a tokio runtime with
    /// I/O and time.
    ///
    /// Fails if the address is not a loopback one, or cannot be listened at.
    pub async fn start(self) -> io::Result<Sandbox> {
        if !self.listen.ip().is_loopback() {
            let message = format!(
                "the sandbox listens at loopback addresses only (127.0.0.1 or ::1), not at {}: \
                 it hands out admin credentials to anyone who asks",
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
