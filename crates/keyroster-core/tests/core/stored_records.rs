//! Stored records: this version reads those of earlier and later ones, and a schema describes them.

use boon::{Compiler, SchemaIndex, Schemas};
use keyroster_core::{
    API_KEY_SCHEMA, Access, Amount, ApiKey, Expiry, Fact, KeyStatus, LastUsed, Limit, ProviderId,
    Reset, State, Timestamp, Unit,
};
use serde_json::Value;

/// Records of every shape of both vendors, as version 0.1 wrote them. This file must not change.
const EARLIER: &str = include_str!("records/written-by-0.1.json");

/// Records of a made-up later version: with unknown members and words, and without some members.
const LATER: &str = include_str!("records/written-by-a-later-version.json");

fn schema() -> (Schemas, SchemaIndex) {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    let schema: Value = serde_json::from_str(API_KEY_SCHEMA).unwrap();
    let id = schema["$id"].as_str().unwrap().to_owned();
    compiler.add_resource(&id, schema).unwrap();
    let index = compiler.compile(&id, &mut schemas).unwrap();
    (schemas, index)
}

fn assert_valid(record: &Value) {
    let (schemas, index) = schema();
    let outcome = schemas.validate(record, index);
    assert!(outcome.is_ok(), "{record}: {}", outcome.unwrap_err());
}

#[test]
fn records_of_an_earlier_version_round_trip() {
    let written: Vec<Value> = serde_json::from_str(EARLIER).unwrap();
    assert!(written.len() >= 19, "{}", written.len());
    for record in written {
        let read: ApiKey = serde_json::from_value(record.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), record);
        assert_valid(&record);
    }
}

#[test]
fn records_of_a_later_version_are_read() {
    let read: Vec<ApiKey> = serde_json::from_str(LATER).unwrap();
    let [full, bare] = &read[..] else { panic!("{read:?}") };
    assert_eq!(full.name.as_deref(), Some("sliding"));
    assert_eq!(full.state, State::new(Some(false), Some(false)));
    assert_eq!(full.access, Access::Unknown);
    assert_eq!(full.quota.limit, Limit::Unknown);
    assert_eq!(full.quota.used, Some(Amount::new(7, Unit::REQUESTS)));
    assert_eq!(full.quota.reset, Reset::Unknown);
    assert_eq!(full.usage[0].total, Some(Amount::new(7, Unit::REQUESTS)));
    assert_eq!(full.owner.as_ref().unwrap().id, "u1");
    assert_eq!(full.container.as_ref().unwrap().id, "w1");
    assert_eq!(full.expiry, Expiry::Unknown);
    assert_eq!(full.last_used, LastUsed::Unknown);
    assert!(full.extras.get("id").is_some());
    assert_eq!(*bare, ApiKey::new(ProviderId::from_static("acme"), "k2"));
    assert_eq!(serde_json::from_str::<KeyStatus>("\"frozen\"").unwrap(), KeyStatus::Unknown);
}

#[test]
fn unreadable_facts_are_stored_by_name() {
    let mut key = ApiKey::new(ProviderId::from_static("acme"), "k1");
    key.unreadable.extend([Fact::LastUsed, Fact::Access]);
    let json = serde_json::to_string(&key).unwrap();
    assert!(json.ends_with(r#""extras":{},"unreadable":["access","last-used"]}"#), "{json}");
    assert_eq!(serde_json::from_str::<ApiKey>(&json).unwrap(), key);
    // A fact of a later version is read as one that this version does not know.
    let later = json.replace("last-used", "region");
    let read: ApiKey = serde_json::from_str(&later).unwrap();
    assert!(read.unreadable.contains(&Fact::Other), "{read:?}");
}

#[test]
fn a_record_without_provider_or_id_is_refused() {
    for record in [r#"{"id":"k1"}"#, r#"{"provider":"acme"}"#] {
        assert!(serde_json::from_str::<ApiKey>(record).is_err(), "{record}");
    }
}

#[test]
fn the_schema_names_every_member() {
    let schema: Value = serde_json::from_str(API_KEY_SCHEMA).unwrap();
    let mut key = ApiKey::new(ProviderId::from_static("acme"), "k1");
    let always = serde_json::to_value(&key).unwrap();
    assert_valid(&always);
    // The only member that may be left out.
    key.unreadable.insert(Fact::Expiry);
    let record = serde_json::to_value(key).unwrap();
    assert_valid(&record);
    let members = record.as_object().unwrap();
    let properties = schema["properties"].as_object().unwrap();
    assert!(members.keys().eq(properties.keys()), "{members:?}");
    let required = schema["required"].as_array().unwrap();
    assert_eq!(required.len(), always.as_object().unwrap().len());
}

#[test]
fn the_schema_refuses_what_is_not_a_record() {
    let (schemas, index) = schema();
    let record = ApiKey::new(ProviderId::from_static("acme"), "k1");
    let valid = serde_json::to_value(record).unwrap();
    for (member, wrong) in [
        ("id", Value::Null),
        ("created_at", "yesterday".into()),
        ("expiry", serde_json::json!({ "kind": "sliding" })),
        ("unreadable", serde_json::json!([])),
        ("unreadable", serde_json::json!(["expiry", "expiry"])),
        ("state", serde_json::json!({ "disabled": "no", "revoked": null })),
    ] {
        let mut record = valid.clone();
        record[member] = wrong;
        assert!(schemas.validate(&record, index).is_err(), "{record}");
    }
}

#[test]
fn a_time_becomes_a_system_time_and_back() {
    let at: Timestamp = "1931-11-22T10:00:00.123456789Z".parse().unwrap();
    assert_eq!(Timestamp::from(std::time::SystemTime::from(at)), at);
}
