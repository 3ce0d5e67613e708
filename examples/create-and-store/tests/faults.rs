//! Everything that can go wrong, at a made-up vendor with faults on request.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

use std::fs;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use create_and_store::{Advice, Failure, advice, create_and_store};
use keyroster::http::{HttpOptions, RetryPolicy};
use keyroster::openrouter::OpenRouter;
use keyroster::{Access, ApiKey, CreateKey, ErrorKind, ListKeys, Provider, Revocation};
use keyroster_sandbox::{Fault, Sandbox};
use tempfile::TempDir;
use tokio::sync::Notify;

struct World {
    sandbox: Sandbox,
    account: Provider,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let access = sandbox.openrouter();
        // Without retries, so that a fault shows at once.
        let http = HttpOptions::default().base_url(access.base_url).retry(RetryPolicy::never());
        let builder = OpenRouter::builder().management_key(access.management_key).http(http);
        let account = Provider::new(builder.build().unwrap());
        Self { sandbox, account, folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("openrouter.key")
    }

    async fn create(&self) -> Result<ApiKey, Failure> {
        create_and_store(&self.account, &request(), &self.path(), pending()).await
    }

    /// Returns the names of the files in the folder.
    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Returns the number of keys that this program created and did not delete.
    async fn created(&self) -> usize {
        let list = self.account.list(ListKeys::all()).await.unwrap();
        list.keys.iter().filter(|key| key.name == Some(request().name)).count()
    }
}

fn request() -> CreateKey {
    CreateKey::new("create-and-store")
}

#[tokio::test]
async fn the_secret_is_stored_and_works() {
    let world = World::new().await;
    let key = world.create().await.unwrap();
    let secret = fs::read_to_string(world.path()).unwrap();

    let found = world.account.identify(&secret.into()).await.unwrap();
    assert_eq!(found.keys[0].id, key.id);
    assert_eq!(world.files(), [world.path()]);
    assert_private(&world.path());
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[tokio::test]
async fn a_file_is_never_replaced() {
    let world = World::new().await;
    fs::write(world.path(), "in use").unwrap();
    let failure = world.create().await.unwrap_err();
    assert!(matches!(failure, Failure::File(_)), "{failure}");
    assert_eq!(fs::read_to_string(world.path()).unwrap(), "in use");
    assert!(world.sandbox.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_refusal_leaves_nothing_behind() {
    for (status, kind, expected) in [
        (400, ErrorKind::InvalidRequest, Advice::FixRequest),
        (401, ErrorKind::Unauthenticated, Advice::FixAccount),
        (403, ErrorKind::PermissionDenied, Advice::FixAccount),
        (409, ErrorKind::Conflict, Advice::FixRequest),
    ] {
        let world = World::new().await;
        let fault = Fault::respond(status).header("Retry-After", "7");
        world.sandbox.add_fault(fault.method("POST"));
        let failure = world.create().await.unwrap_err();
        let Failure::NotCreated(error) = failure else { panic!("{status}: {failure}") };
        assert_eq!((error.kind(), advice(&error)), (kind, expected), "{error}");
        assert!(world.files().is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_honored_is_not_sent() {
    let world = World::new().await;
    let scoped = request().access(Access::scoped(["read"]));
    for (request, kind) in
        [(scoped, ErrorKind::Unsupported), (CreateKey::new(""), ErrorKind::InvalidRequest)]
    {
        let created = create_and_store(&world.account, &request, &world.path(), pending()).await;
        let Err(Failure::NotCreated(error)) = created else { panic!("{created:?}") };
        assert_eq!((error.kind(), advice(&error)), (kind, Advice::FixRequest), "{error}");
    }
    assert!(world.sandbox.requests().is_empty() && world.files().is_empty());
}

#[tokio::test]
async fn a_vendor_that_is_not_reached_has_created_nothing() {
    let World { sandbox, account, folder } = World::new().await;
    sandbox.stop().await;
    let path = folder.path().join("openrouter.key");
    let created = create_and_store(&account, &request(), &path, pending()).await;
    let Err(Failure::NotCreated(error)) = created else { panic!("{created:?}") };
    assert_eq!((error.kind(), advice(&error)), (ErrorKind::Transport, Advice::TryLater(None)));
}

#[tokio::test]
async fn a_key_whose_answer_is_lost_is_found() {
    for fault in [
        Fault::cut_after_commit(),
        Fault::truncate(20),
        Fault::respond(502).commit(),
        Fault::respond(200).body("<p>Please sign in.").commit(),
    ] {
        let world = World::new().await;
        world.sandbox.add_fault(fault.method("POST"));
        assert_in_doubt(&world, world.create().await.unwrap_err(), 1);
        assert_eq!(world.created().await, 1, "it was not created twice");
    }
}

#[tokio::test]
async fn a_create_that_was_lost_on_the_way_is_not_found() {
    let world = World::new().await;
    world.sandbox.add_fault(Fault::cut().method("POST"));
    assert_in_doubt(&world, world.create().await.unwrap_err(), 0);
}

#[tokio::test]
async fn a_key_whose_create_was_cancelled_is_found() {
    let world = World::new().await;
    // The vendor creates the key, and never answers.
    let arrived = Arc::new(Notify::new());
    let signal = Arc::clone(&arrived);
    world.sandbox.on_request(move |request| {
        let signal = Arc::clone(&signal);
        async move {
            if request.method == "POST" {
                signal.notify_one();
                pending::<()>().await;
            }
        }
    });
    let give_up = arrived.notified();
    let created = create_and_store(&world.account, &request(), &world.path(), give_up).await;
    assert_in_doubt(&world, created.unwrap_err(), 1);
}

/// Checks that the failure names this number of keys, all of them new, and that there is no file.
#[track_caller]
fn assert_in_doubt(world: &World, failure: Failure, keys: usize) {
    let Failure::InDoubt { orphan, found } = failure else { panic!("{failure}") };
    let found = found.unwrap();
    assert_eq!(orphan.name, request().name);
    assert_eq!(found.suspects.len(), keys, "{found:?}");
    assert!(found.suspects.iter().all(|suspect| suspect.made_since), "{found:?}");
    assert!(world.files().is_empty());
}

#[tokio::test]
async fn a_key_whose_secret_cannot_be_stored_is_revoked() {
    let world = World::new().await;
    // Another program takes the name while the vendor is being asked.
    let taken = async {
        fs::write(world.path(), "another program's").unwrap();
        pending::<()>().await;
    };
    let failure =
        create_and_store(&world.account, &request(), &world.path(), taken).await.unwrap_err();
    let Failure::NotStored { revoked, .. } = failure else { panic!("{failure}") };
    assert_eq!(revoked.unwrap(), Revocation::Revoked);
    assert_eq!(world.created().await, 0);
    assert_eq!(fs::read_to_string(world.path()).unwrap(), "another program's");
}
