//! Errors: what happened and what to do are separate, and each kind has a stable name.

use std::collections::BTreeSet;
use std::time::Duration;

use keyroster_core::{CreateKey, Error, ErrorKind, Operation, Orphan, ProviderId, Timestamp};

fn error() -> Error {
    Error::new(ErrorKind::RateLimited, "too many requests")
        .with_provider(ProviderId::from_static("acme"))
        .with_account("prod")
        .with_operation(Operation::RevokeKey)
        .with_status(429)
        .with_request_id(Some("r-1"))
        .with_retry_after(Some(Duration::from_secs(3)))
}

#[test]
fn the_text_says_what_happened_and_the_help_what_to_do() {
    let error = error();
    assert_eq!(
        error.to_string(),
        "acme, account `prod`: cannot revoke the key: too many requests (status 429, request r-1, retry after 3 s)"
    );
    assert_eq!(error.help(), "wait and try again, or lower the account's limits");
    assert_eq!(error.with_help("call them").help(), "call them");
}

#[test]
fn an_error_returned_from_main_is_readable() {
    let error = error().with_source(std::io::Error::other("connection reset"));
    let printed = format!("{error:?}");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], error.to_string());
    assert_eq!(lines[1], "hint: wait and try again, or lower the account's limits");
    assert_eq!(lines[2], "caused by: connection reset");
    assert!(format!("{error:#?}").contains("kind: RateLimited"));
}

#[test]
fn every_kind_has_a_stable_name() {
    let names: BTreeSet<&str> = ErrorKind::ALL.into_iter().map(ErrorKind::as_str).collect();
    assert_eq!(names.len(), ErrorKind::ALL.len());
    for kind in ErrorKind::ALL {
        // The names are those of the variants, and changing one is a breaking change.
        let variant = kind.as_str().replace('-', "");
        assert_eq!(format!("{kind:?}").to_lowercase(), variant);
        assert_eq!(kind.to_string(), kind.as_str());
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        let help = Error::new(kind, "x").help().to_owned();
        assert!(!help.is_empty() && !help.ends_with('.'), "{help}");
    }
}

#[test]
fn an_error_serializes_with_its_place_and_its_orphan() {
    let json = serde_json::to_value(error()).unwrap();
    assert_eq!(json["kind"], "rate-limited");
    assert_eq!(json["message"], error().to_string());
    assert_eq!(json["operation"], "revoke");
    assert_eq!(json["status"], 429);
    assert_eq!(json["retry_after_ms"], 3000);
    let sent_at = Timestamp::from_seconds(0).unwrap();
    let orphan = Orphan::new(&CreateKey::new("ci").container("w1"), sent_at);
    let error = Error::new(ErrorKind::Indeterminate, "no response").with_orphan(orphan);
    let json = serde_json::to_value(&error).unwrap();
    assert_eq!(json["orphan"]["name"], "ci");
    assert_eq!(json["orphan"]["container"], "w1");
    assert_eq!(
        error.help(),
        "look for a key named `ci`, created about 1970-01-01T00:00:00Z, before trying again"
    );
}
