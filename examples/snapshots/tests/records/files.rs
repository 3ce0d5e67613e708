//! Files of an earlier version and of a later one.

use keyroster::{
    Access, Amount, Expiry, KeyStatus, LastUsed, Limit, Reset, State, Timestamp, Unit,
};

fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

/// The file stays as version 0.1 wrote it: whatever the record learns later, old files are read.
#[test]
fn a_file_of_version_0_1_is_read() {
    let keys = snapshots::read(include_str!("files/version-0.1.json")).unwrap();
    let [admin, scoped, revoked] = &keys[..] else { panic!("three keys: {keys:?}") };

    assert_eq!(admin.access, Access::Admin);
    assert_eq!(admin.quota.limit, Limit::Unlimited);
    assert_eq!(admin.status_at(now()), KeyStatus::Active);

    assert_eq!(scoped.access, Access::scoped(["data:pinList", "pinning:unpin"]));
    assert_eq!(scoped.quota.limit, Limit::Amount(Amount::new(50, Unit::REQUESTS)));
    assert_eq!(scoped.status_at(now()), KeyStatus::Exhausted);

    assert_eq!(revoked.extras.get("region"), Some(&"eu".into()));
    assert_eq!(revoked.status_at(now()), KeyStatus::Revoked);
}

#[test]
fn what_is_written_is_read() {
    let keys = snapshots::read(include_str!("files/version-0.1.json")).unwrap();
    let file = snapshots::write(&keys).unwrap();
    assert_eq!(snapshots::read(&file).unwrap(), keys);
}

/// A made-up later version: it adds fields and words everywhere, and leaves out what it does not know.
#[test]
fn a_later_versions_file_is_read() {
    let keys = snapshots::read(include_str!("files/later.json")).unwrap();
    let [words, gaps] = &keys[..] else { panic!("two keys: {keys:?}") };

    // What this version knows is there, next to what it does not.
    assert_eq!(words.name.as_deref(), Some("ci"));
    assert_eq!(words.state, State::new(Some(false), Some(false)));
    assert_eq!(words.usage.len(), 1);
    // What it does not know is unknown, and never "no" or "never".
    assert_eq!(words.access, Access::Unknown);
    assert_eq!(words.expiry, Expiry::Unknown);
    assert_eq!(words.last_used, LastUsed::Unknown);
    assert_eq!(words.quota.limit, Limit::Unknown);
    assert_eq!(words.quota.reset, Reset::Unknown);

    assert_eq!(gaps.id.as_str(), "k-2");
    assert_eq!(gaps.expiry, Expiry::Unknown);
    assert_eq!(gaps.status_at(now()), KeyStatus::Unknown);
}
