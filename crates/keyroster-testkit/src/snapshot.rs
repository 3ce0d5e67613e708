//! Records as text that does not change by itself.

use keyroster_core::ApiKey;
use serde_json::Value;

use crate::json::to_pretty_text;

/// What stands where a value was redacted.
const REDACTED: &str = "[redacted]";

/// Records as [`assert_keys_snapshot!`](crate::assert_keys_snapshot) shows them.
///
/// The text is a contract: JSON, a record after another in the order of provider and id, members in the
/// order of their names at every depth, two spaces an indentation, whatever `serde_json` was built with.
/// `redacted` names what a vendor changes by itself, as `usage` or `quota.used`: values other than null at
/// these paths become `[redacted]`, so that a snapshot still shows whether there was one.
///
/// ```
/// use keyroster_core::{ApiKey, ProviderId};
/// use keyroster_testkit::keys_snapshot;
///
/// let mut key = ApiKey::new(ProviderId::from_static("acme"), "k-17");
/// key.created_at = "2026-01-01T00:00:00Z".parse().ok();
/// let text = keys_snapshot(&[key], &["created_at", "last_used.at"]);
/// assert!(text.contains(r#""created_at": "[redacted]""#));
/// assert!(text.contains(r#""updated_at": null"#));
/// ```
#[must_use]
pub fn keys_snapshot(keys: &[ApiKey], redacted: &[&str]) -> String {
    let mut keys: Vec<&ApiKey> = keys.iter().collect();
    keys.sort_by(|a, b| (&a.provider, &a.id).cmp(&(&b.provider, &b.id)));
    let records = keys.into_iter().map(|key| {
        let mut record = serde_json::to_value(key).unwrap_or_default();
        for path in redacted {
            redact(&mut record, &path.split('.').collect::<Vec<_>>());
        }
        record
    });
    to_pretty_text(&Value::Array(records.collect()))
}

/// Replaces what stands at a path; an array stands for each of its items.
fn redact(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Array(items), path) if !path.is_empty() => {
            for item in items {
                redact(item, path);
            }
        }
        (Value::Object(members), [name, rest @ ..]) => {
            if let Some(member) = members.get_mut(*name) {
                redact(member, rest);
            }
        }
        (Value::Null, _) | (_, [_, ..]) => {}
        (value, []) => *value = REDACTED.into(),
    }
}

/// Compares records with the snapshot of the test, by [`insta`](crate::insta).
///
/// The text is that of [`keys_snapshot`](crate::keys_snapshot): sorted, canonical, and a contract. A name
/// and what to redact may be given. Who uses it depends on `insta` no further: it is re-exported.
///
/// ```no_run
/// # use keyroster_core::KeyList;
/// # fn example(list: &KeyList) {
/// keyroster_testkit::assert_keys_snapshot!(list.keys);
/// keyroster_testkit::assert_keys_snapshot!("all-keys", list.keys);
/// keyroster_testkit::assert_keys_snapshot!("all-keys", list.keys, redact = ["last_used", "usage"]);
/// # }
/// ```
#[macro_export]
macro_rules! assert_keys_snapshot {
    ($keys:expr $(,)?) => {
        $crate::insta::with_settings!({ omit_expression => true }, {
            $crate::insta::assert_snapshot!($crate::keys_snapshot(&$keys, &[]));
        })
    };
    ($name:expr, $keys:expr $(, redact = [$($path:expr),* $(,)?])? $(,)?) => {
        $crate::insta::with_settings!({ omit_expression => true }, {
            $crate::insta::assert_snapshot!(
                $name, $crate::keys_snapshot(&$keys, &[$($($path),*)?])
            );
        })
    };
}
