//! One operation with one fault against the sandbox, and what must be true for any result.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use keyroster::openrouter::OpenRouter;
use keyroster::pinata::Pinata;
use keyroster::{
    Access, ApiKey, CreateKey, CreatedKey, Error, ErrorKind, ListKeys, Liveness, Provider, Result,
    Revocation, UpdateKey,
};
use keyroster_http::{HttpOptions, RetryPolicy, Timeouts};
use keyroster_sandbox::{Fault, Sandbox, Vendor};
use serde_json::Value;
use tokio::sync::Mutex;

use super::expected::{Class, Task, Times, Trouble};

/// The name of the key that the operation under test creates.
const NAME: &str = "made-under-a-fault";

/// The time that a request has to be answered.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) vendor: Vendor,
    pub(crate) task: Task,
    pub(crate) trouble: Trouble,
    pub(crate) times: Times,
}

/// A sandbox with the current time, since an orphan is searched for by its creation time.
pub(crate) async fn sandbox() -> Sandbox {
    Sandbox::builder().pinata_keys(12).openrouter_keys(8).start().await.unwrap()
}

/// The account at the sandbox, with very short waits.
pub(crate) fn provider(sandbox: &Sandbox, vendor: Vendor, request: Duration) -> Provider {
    let retry = RetryPolicy::default().with_base(Duration::from_millis(1)).with_max_attempts(3);
    let timeouts = Timeouts::default().with_request(request);
    if vendor == Vendor::Pinata {
        let access = sandbox.pinata();
        let builder = Pinata::builder().jwt(access.jwt);
        let http = HttpOptions::default().base_url(access.base_url).retry(retry).timeouts(timeouts);
        Provider::new(builder.http(http).build().unwrap())
    } else {
        let access = sandbox.openrouter();
        let builder = OpenRouter::builder().management_key(access.management_key);
        let http = HttpOptions::default().base_url(access.base_url).retry(retry).timeouts(timeouts);
        Provider::new(builder.http(http).build().unwrap())
    }
}

/// A request for a key with this name, with what the vendor requires.
pub(crate) fn request(vendor: Vendor, name: &str) -> CreateKey {
    let mut request = CreateKey::new(name);
    if vendor == Vendor::Pinata {
        request.access = Access::scoped(["pinning:pinFileToIPFS"]);
    }
    request
}

/// The keys at the vendor, by their ids.
pub(crate) fn ids(sandbox: &Sandbox, vendor: Vendor) -> BTreeSet<String> {
    rows(sandbox, vendor).iter().map(|row| id(row).to_owned()).collect()
}

fn rows(sandbox: &Sandbox, vendor: Vendor) -> Vec<Value> {
    sandbox.truth()[vendor.as_str()].as_array().unwrap().clone()
}

fn id(row: &Value) -> &str {
    row.get("hash").or(row.get("key")).and_then(Value::as_str).unwrap()
}

impl Cell {
    fn fault(self, elsewhere: &str) -> Fault {
        let page = "<!DOCTYPE html><html><body>Sign in to the network</body></html>";
        let fault = match self.trouble {
            Trouble::BadGateway => Fault::respond(502).body(page),
            Trouble::BadGatewayAfterCommit => Fault::respond(502).body(page).commit(),
            Trouble::Throttled => Fault::respond(429).header("retry-after", "0.02"),
            Trouble::ThrottledWithoutRetryAfter => Fault::respond(429),
            Trouble::Cut => Fault::cut(),
            Trouble::CutAfterCommit => Fault::cut_after_commit(),
            Trouble::TimeOut => Fault::delay(3_600_000),
            Trouble::Truncated => Fault::truncate(5),
            Trouble::Html => Fault::respond(200).body(page).commit(),
            Trouble::Empty => Fault::respond(200).body("").commit(),
            Trouble::OtherJson => {
                Fault::respond(200).body(serde_json::json!({ "other": ["shape"] })).commit()
            }
            Trouble::Oversized => Fault::respond(200).body("x".repeat(9 << 20)).commit(),
            Trouble::Redirect => Fault::respond(307).header("location", elsewhere),
            Trouble::ProxyPage => Fault::respond(403).body(page).commit(),
            Trouble::ProxyJson => Fault::respond(404)
                .body(serde_json::json!({ "message": "no Route matched with those values" }))
                .commit(),
        };
        let fault = fault.vendor(self.vendor);
        if self.times == Times::Once { fault.limit(1) } else { fault }
    }

    /// Runs the operation, compares its result with the sandbox, and returns its class.
    pub(crate) async fn run(self, elsewhere: &str) -> Class {
        let Self { vendor, task, .. } = self;
        let sandbox = sandbox().await;
        let calm = provider(&sandbox, vendor, REQUEST_TIMEOUT);
        let existing = calm.create(&request(vendor, "existing")).await.unwrap();
        let before = ids(&sandbox, vendor);
        sandbox.add_fault(self.fault(elsewhere));
        let expiring = match (self.trouble, self.times) {
            (Trouble::TimeOut, Times::Once) => 1,
            (Trouble::TimeOut, Times::Always) => usize::MAX,
            _ => 0,
        };
        let clock = expire(&sandbox, expiring);
        let troubled = provider(&sandbox, vendor, REQUEST_TIMEOUT);

        let outcome = perform(&troubled, task, &existing, vendor).await;

        *clock.lock().await = 0;
        sandbox.clear_faults();
        let made: BTreeSet<String> = ids(&sandbox, vendor).difference(&before).cloned().collect();
        assert!(made.len() <= usize::from(task == Task::Create), "{self:?} made {made:?}");
        match outcome {
            Ok(done) => {
                self.check_done(&sandbox, &calm, &existing, done, &made).await;
                let again = troubled.traffic().retries > 0;
                if again { Class::OkAfterRetry } else { Class::Ok }
            }
            Err(error) => {
                self.check_error(&sandbox, &calm, &error, &made).await;
                match error.kind() {
                    ErrorKind::Indeterminate => Class::Indeterminate,
                    ErrorKind::Unsupported => Class::Unsupported,
                    kind => Class::Error(kind),
                }
            }
        }
    }

    /// Checks that what was reported as done is done once.
    async fn check_done(
        self,
        sandbox: &Sandbox,
        calm: &Provider,
        existing: &CreatedKey,
        done: Done,
        made: &BTreeSet<String>,
    ) {
        let rows = rows(sandbox, self.vendor);
        let row = rows.iter().find(|row| id(row) == existing.key.id.as_str());
        match done {
            Done::Keys(keys) => {
                let listed: Vec<_> = keys.iter().map(|key| key.id.to_string()).collect();
                let whole: BTreeSet<_> = listed.iter().cloned().collect();
                assert_eq!(listed.len(), whole.len(), "{self:?}: a key is listed twice");
                assert_eq!(whole, ids(sandbox, self.vendor), "{self:?}");
            }
            Done::Key(key) => {
                assert_eq!(key.id, existing.key.id, "{self:?}");
                assert_eq!(key.name.as_deref(), row.unwrap()["name"].as_str(), "{self:?}");
                let disabled = row.unwrap().get("disabled") == Some(&Value::Bool(true));
                assert_eq!(disabled, self.task == Task::Disable, "{self:?}");
                let renamed = key.name.as_deref() == Some(NAME);
                assert_eq!(renamed, self.task == Task::Update, "{self:?}");
            }
            Done::Created(created) => {
                let id = created.key.id.to_string();
                assert_eq!(made, &BTreeSet::from([id]), "{self:?}");
                let owner = calm.identify(&created.secret).await.unwrap();
                assert_eq!(owner.liveness, Liveness::Live, "{self:?}: the secret is lost");
                assert_eq!(owner.keys[0].id, created.key.id, "{self:?}");
            }
            Done::Revoked => {
                let gone = row.is_none_or(|row| row["revoked"] == true);
                assert!(gone, "{self:?}: reported as revoked, and alive");
            }
            Done::Answered => {}
        }
    }

    /// Checks that an error reads well, shows no secret, and reports a key that may exist.
    async fn check_error(
        self,
        sandbox: &Sandbox,
        calm: &Provider,
        error: &Error,
        made: &BTreeSet<String>,
    ) {
        let (short, long) = (error.to_string(), format!("{error:?}"));
        assert!(short.starts_with(self.vendor.as_str()), "{self:?}: {short}");
        assert!(!short.contains(['\n', '<']) && short.len() < 500, "{self:?}: {short}");
        for secret in sandbox.secrets() {
            assert!(!short.contains(&secret) && !long.contains(&secret), "{self:?}");
        }
        assert!(!short.contains("elsewhere") && !long.contains("elsewhere"), "{self:?}: {short}");
        if error.kind() != ErrorKind::Indeterminate {
            assert!(made.is_empty(), "{self:?}: {short}, and a key was made");
            assert!(error.orphan().is_none(), "{self:?}");
            return;
        }
        assert!(error.help().contains(NAME), "{self:?}: the key is not named: {}", error.help());
        let suspects = calm.reconcile(error.orphan().unwrap()).await.unwrap();
        let suspects: BTreeSet<_> =
            suspects.suspects.iter().map(|suspect| suspect.key.id.to_string()).collect();
        assert_eq!(&suspects, made, "{self:?}");
    }
}

/// Lets the time of the next requests expire as soon as they have arrived, on the runtime's clock, so that the
/// outcome does not depend on the machine's speed. Returns how many are left.
fn expire(sandbox: &Sandbox, requests: usize) -> Arc<Mutex<usize>> {
    let left = Arc::new(Mutex::new(requests));
    let hook = Arc::clone(&left);
    sandbox.on_request(move |_| {
        let left = Arc::clone(&hook);
        async move {
            let mut left = left.lock().await;
            if *left > 0 {
                *left -= 1;
                tokio::time::pause();
                tokio::time::advance(REQUEST_TIMEOUT + Duration::from_secs(1)).await;
                tokio::time::resume();
            }
        }
    });
    left
}

/// The result of a successful operation.
enum Done {
    Keys(Vec<ApiKey>),
    Key(Box<ApiKey>),
    Created(Box<CreatedKey>),
    Revoked,
    Answered,
}

async fn perform(
    provider: &Provider,
    task: Task,
    existing: &CreatedKey,
    vendor: Vendor,
) -> Result<Done> {
    let id = &existing.key.id;
    let key = |key| Done::Key(Box::new(key));
    Ok(match task {
        Task::List => Done::Keys(provider.list(ListKeys::all()).await?.keys),
        Task::Get => key(provider.get(id).await?),
        Task::Create => Done::Created(Box::new(provider.create(&request(vendor, NAME)).await?)),
        Task::Update => {
            let mut change = UpdateKey::default();
            change.name = Some(NAME.to_owned());
            key(provider.update(id, &change).await?.key)
        }
        Task::Disable => key(provider.update(id, &UpdateKey::new().disabled(true)).await?.key),
        Task::Revoke => {
            // The key existed. After a lost response, either attempt may have revoked it.
            assert_ne!(provider.revoke(id).await?, Revocation::AlreadyGone);
            Done::Revoked
        }
        Task::WhoAmI => {
            assert_eq!(provider.whoami().await?.access, Access::Admin);
            Done::Answered
        }
        Task::Identify => {
            let found = provider.identify(&existing.secret).await?;
            assert_eq!(found.liveness, Liveness::Live);
            let [owner] = &found.keys[..] else { panic!("{:?}", found.evidence) };
            assert_eq!(owner.id, existing.key.id);
            Done::Answered
        }
    })
}
