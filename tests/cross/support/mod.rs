//! Accounts at a sandbox, and responses from files.

pub(crate) mod docs;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use keyroster::openrouter::OpenRouter;
use keyroster::pinata::{Generation, Pinata};
use keyroster::{Provider, Timestamp};
use keyroster_http::{HttpOptions, RetryPolicy};
use keyroster_sandbox::{Fault, Sandbox, SandboxBuilder};

/// The time in the sandboxes of these tests.
pub(crate) const NOW: &str = "2026-06-01T12:00:00Z";

/// A sandbox whose data never changes.
pub(crate) fn sandbox() -> SandboxBuilder {
    let now: Timestamp = NOW.parse().unwrap();
    let since_epoch = Duration::from_millis(now.as_millis().unsigned_abs());
    Sandbox::builder().now(SystemTime::UNIX_EPOCH + since_epoch)
}

pub(crate) fn pinata(sandbox: &Sandbox) -> Provider {
    pinata_of(sandbox, Generation::Legacy)
}

pub(crate) fn pinata_of(sandbox: &Sandbox, generation: Generation) -> Provider {
    let access = sandbox.pinata();
    let builder = Pinata::builder().jwt(access.jwt).generation(generation);
    let builder = builder.http(quick().base_url(access.base_url));
    Provider::new(builder.build().unwrap())
}

pub(crate) fn openrouter(sandbox: &Sandbox) -> Provider {
    let access = sandbox.openrouter();
    let builder = OpenRouter::builder().management_key(access.management_key);
    Provider::new(builder.http(quick().base_url(access.base_url)).build().unwrap())
}

/// The defaults, with very short waits between attempts.
pub(crate) fn quick() -> HttpOptions {
    HttpOptions::default().retry(RetryPolicy::default().with_base(Duration::from_millis(1)))
}

/// Reads a vendor's response from a file.
pub(crate) fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Makes the sandbox reply to every request with this body.
pub(crate) fn answer_with(sandbox: &Sandbox, body: impl Into<String>) {
    sandbox.clear_faults();
    let fault = Fault::respond(200).body(body.into());
    sandbox.add_fault(fault.header("content-type", "application/json"));
}
