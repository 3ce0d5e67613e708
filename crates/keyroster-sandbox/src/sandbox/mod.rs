//! A running sandbox.

mod builder;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::fault::Fault;
use crate::http::control;
use crate::log::RequestRecord;
use crate::world::World;

pub use self::builder::SandboxBuilder;

/// A running sandbox. It stops when it is dropped.
pub struct Sandbox {
    world: Arc<World>,
    address: SocketAddr,
    task: JoinHandle<()>,
    pinata: PinataAccess,
    openrouter: OpenRouterAccess,
}

/// The address of the imitated Pinata, and an admin credential.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PinataAccess {
    /// `http://127.0.0.1:PORT`, instead of `https://api.pinata.cloud`.
    pub base_url: String,
    /// For `Authorization: Bearer`.
    pub jwt: String,
    /// The public part of the credential, which is also its id in lists.
    pub api_key: String,
    /// For `pinata_secret_api_key`.
    pub api_secret: String,
}

/// The address of the sandbox's OpenRouter, and a management key for it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OpenRouterAccess {
    /// `http://127.0.0.1:PORT/api/v1`, instead of `https://openrouter.ai/api/v1`.
    pub base_url: String,
    /// For `Authorization: Bearer`.
    pub management_key: String,
}

#[derive(Serialize)]
struct ReadyLine<'a> {
    pinata: &'a PinataAccess,
    openrouter: &'a OpenRouterAccess,
    control_url: String,
}

impl Sandbox {
    /// Starts with all defaults on a free port of 127.0.0.1.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder for a sandbox with other settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    pub(crate) fn new(world: Arc<World>, address: SocketAddr, task: JoinHandle<()>) -> Self {
        let base_url = format!("http://{address}");
        let (api_key, api_secret, jwt) = world.lock().pinata.access();
        let openrouter = OpenRouterAccess {
            base_url: format!("{base_url}/api/v1"),
            management_key: world.lock().openrouter.management_key(),
        };
        let pinata = PinataAccess { base_url, jwt, api_key, api_secret };
        Self { world, address, task, pinata, openrouter }
    }

    /// Returns how to reach Pinata.
    #[must_use]
    pub fn pinata(&self) -> PinataAccess {
        self.pinata.clone()
    }

    /// Returns how to reach OpenRouter.
    #[must_use]
    pub fn openrouter(&self) -> OpenRouterAccess {
        self.openrouter.clone()
    }

    /// Returns the URL of the control API: `http://127.0.0.1:PORT/__sandbox`.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}{}", self.address, control::PREFIX)
    }

    /// Returns all of the above as one line of JSON, for another process.
    #[must_use]
    pub fn ready_line(&self) -> String {
        let line = ReadyLine {
            pinata: &self.pinata,
            openrouter: &self.openrouter,
            control_url: self.control_url(),
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Returns every key in any state, in the vendors' own fields, newest first:
    /// `{"pinata":[…],"openrouter":[…]}`. Keys deleted at OpenRouter are not included, keys revoked at
    /// Pinata are.
    #[must_use]
    pub fn truth(&self) -> Value {
        self.world.truth()
    }

    /// Returns the requests so far, in the order in which they arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.world.lock().log.clone()
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.world.lock().faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.world.lock().faults.clear();
    }

    /// Calls `hook` for each request of a client, after its operation and before its reply. The reply is sent
    /// when the hook's future ends, so a hook can hold a reply back, or change the account between the pages
    /// of a listing, at the same place in each run. It replaces the hook that was set before.
    ///
    /// The future always runs to its end, even if the client goes away. The status in the record is not set
    /// yet. A hook that sends requests to the sandbox is called for
    /// these, too.
    ///
    /// ```
    /// use keyroster_sandbox::Sandbox;
    ///
    /// # async fn example(sandbox: &Sandbox) {
    /// let (arrived, mut requests) = tokio::sync::mpsc::unbounded_channel();
    /// sandbox.on_request(move |request| {
    ///     let arrived = arrived.clone();
    ///     async move { drop(arrived.send(request.path)) }
    /// });
    /// // … a client lists keys …
    /// assert_eq!(requests.recv().await.as_deref(), Some("/users/apiKeys"));
    /// # }
    /// ```
    pub fn on_request<F>(&self, hook: impl Fn(RequestRecord) -> F + Send + Sync + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.world.lock().hook = Some(Arc::new(move |request| Box::pin(hook(request))));
    }

    /// Moves the sandbox's clock forward.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// Restores the initial state: seeded keys, no log, no faults. The clock and the hook stay as they are.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Returns every secret that this sandbox has created, for tests that search for leaks.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.world.secrets()
    }

    /// Stops the sandbox and waits until the port is free. Open connections are closed.
    pub async fn stop(mut self) {
        self.task.abort();
        // The error only says that the task was aborted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

impl fmt::Debug for PinataAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut access = f.debug_struct("PinataAccess");
        access.field("base_url", &self.base_url).field("api_key", &self.api_key);
        access.finish_non_exhaustive()
    }
}

impl fmt::Debug for OpenRouterAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut access = f.debug_struct("OpenRouterAccess");
        access.field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
