//! Recording traffic from the sandbox and replaying it.

use std::time::{Duration, SystemTime};

use keyroster_core::{
    Access, ApiKey, CreateKey, KeyId, PageRequest, PageStart, Provider, Revocation,
};
use keyroster_sandbox::Sandbox;
use keyroster_testkit::{Cassette, Recorder, assert_keys_snapshot, cassette_complaints};
use provider_pinata::Pinata;
use tokio::runtime::Runtime;

const CASSETTES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cassettes");

/// A placeholder for the account's JWT, which cassettes do not contain.
const JWT: &str = "e30.e30.fa4efa4e";

/// Lists two pages, creates a key and revokes it. Pages are requested one by one, because a listing may choose
/// others.
fn exercise(base_url: String, jwt: &str) -> (Vec<ApiKey>, KeyId, Revocation) {
    let provider = Provider::new(Pinata::builder().jwt(jwt).base_url(base_url).build().unwrap());
    let mut request = CreateKey::new("made while it was recorded");
    request.access = Access::Admin;
    let requests = async {
        let mut keys = Vec::new();
        for start in [PageStart::First, PageStart::Offset(10)] {
            keys.extend(provider.page(&PageRequest::new(start)).await?.keys);
        }
        let made = provider.create_without_record(&request).await?.key.id;
        let revoked = provider.revoke(&made).await?;
        Ok::<_, keyroster_core::Error>((keys, made, revoked))
    };
    Runtime::new().unwrap().block_on(requests).unwrap()
}

#[test]
fn a_recording_contains_no_secret_and_can_be_replayed() {
    let runtime = Runtime::new().unwrap();
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000);
    let sandbox = Sandbox::builder().now(then).pinata_keys(14);
    let sandbox = runtime.block_on(sandbox.start()).unwrap();
    let access = sandbox.pinata();
    let recorder = Recorder::start(&access.base_url).unwrap();
    let (keys, made, revoked) = exercise(recorder.base_url(), &access.jwt);
    assert_eq!((keys.len(), revoked), (14, Revocation::Revoked));

    // Copy this file to update the cassette.
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/requests.json");
    recorder.cassette().write(path).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    for secret in sandbox.secrets() {
        assert!(!text.contains(&secret), "a secret was recorded");
    }
    // The legacy listing has a `secret` for each key, which is hidden.
    assert!(text.contains("[hidden]"));
    // The new key's id is hidden too, because its field is named like a secret. Replaying works anyway.
    assert!(!text.contains(made.as_str()));

    let server = Cassette::read(path).unwrap().play().unwrap();
    let (played, ..) = exercise(server.base_url(), JWT);
    assert_eq!(played, keys);
    assert_eq!(server.complaints(), [""; 0]);
}

#[test]
fn the_recorded_account_is_read_correctly() {
    let server = Cassette::read(format!("{CASSETTES}/requests.json")).unwrap().play().unwrap();
    let (keys, ..) = exercise(server.base_url(), JWT);
    assert_eq!(server.complaints(), [""; 0]);
    assert_keys_snapshot!("recorded-account", keys[..4]);
}

#[test]
fn no_cassette_contains_a_secret() {
    assert_eq!(cassette_complaints(CASSETTES).unwrap(), [""; 0]);
}
