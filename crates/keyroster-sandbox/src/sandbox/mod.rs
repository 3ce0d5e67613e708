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

/// A running sandbox; it stops when it is dropped.
pub struct Sandbox {
    world: Arc<World>,
    address: SocketAddr,
    task: JoinHandle<()>,
    pinata: PinataAccess,
    openrouter: OpenRouterAccess,
}

/// Where the imitation of Pinata is, and an admin credential for it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PinataAccess {
    /// `http://127.0.0.1:PORT`, in place of `https://api.pinata.cloud`.
    pub base_url: String,
    /// For `Authorization: Bearer`.
    pub jwt: String,
    /// The credential's public part, which is its identifier in the listing too.
    pub api_key: String,
    /// For `pinata_secret_api_key`.
    pub api_secret: String,
}

/// Where the imitation of OpenRouter is, and a management key for it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OpenRouterAccess {
    /// `http://127.0.0.1:PORT/api/v1`, in place of `https://openrouter.ai/api/v1`.
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
    /// Starts with all defaults at a free port of 127.0.0.1.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up another sandbox than the default one.
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

    /// How to reach Pinata.
    #[must_use]
    pub fn pinata(&self) -> PinataAccess {
        self.pinata.clone()
    }

    /// How to reach OpenRouter.
    #[must_use]
    pub fn openrouter(&self) -> OpenRouterAccess {
        self.openrouter.clone()
    }

    /// Where the sandbox itself is steered: `http://127.0.0.1:PORT/__sandbox`.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}{}", self.address, control::PREFIX)
    }

    /// All of the above as one line of JSON, for a process that hands it to another.
    #[must_use]
    pub fn ready_line(&self) -> String {
        let line = ReadyLine {
            pinata: &self.pinata,
            openrouter: &self.openrouter,
            control_url: self.control_url(),
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Every key in whatever state, in the vendors' own fields, newest first:
    /// `{"pinata":[…],"openrouter":[…]}`. A key deleted at OpenRouter is gone; a key revoked at
    /// Pinata is not.
    #[must_use]
    pub fn truth(&self) -> Value {
        self.world.truth()
    }

    /// The requests so far, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.world.lock().log.clone()
    }

    /// Puts a fault in force.
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

    /// Goes back to the start: seeded keys, no log, no faults. The clock runs on.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Every secret this sandbox ever made, for tests that look for them where none may be.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.world.secrets()
    }

    /// Stops it and waits until the port is free. Open connections are cut.
    pub async fn stop(mut self) {
        self.task.abort();
        // The error says that the task was aborted.
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
