//! Records as stable text for snapshots.

use keyroster_core::ApiKey;
use serde_json::Value;

use crate::json::to_pretty_text;

/// Replaces a redacted value.
const REDACTED: &str = "[redacted]";

/// Returns records as the text of [`assert_keys_snapshot!`](crate::assert_keys_snapshot).
///
/// The text is a contract: a JSON array sorted by provider and id, with members sorted by name at every depth
/// and an indentation of two spaces, whatever features `serde_json` was built with. `redacted` names values
/// that the vendor changes by itself, such as `usage` or `quota.used`. Values other than null at these paths
/// become `[redacted]`, so that a snapshot still shows whether there was one.
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

/// Replaces the value at a path. A path through an array applies to each of its items.
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

/// Compares records with a snapshot of [`insta`](crate::insta), which is re-exported.
///
/// The text is that of [`keys_snapshot`](crate::keys_snapshot): sorted, canonical, and a contract. A name and
/// paths to redact are optional. The records may be the output of an `.await`.
///
/// ```no_run
/// # use keyroster_core::KeyList;
/// # use keyroster_core::{ListKeys, Provider};
/// # async fn example(list: &KeyList, account: &Provider) -> keyroster_core::Result<()> {
/// keyroster_testkit::assert_keys_snapshot!(list.keys);
/// keyroster_testkit::assert_keys_snapshot!("all-keys", list.keys);
/// keyroster_testkit::assert_keys_snapshot!("all-keys", list.keys, redact = ["last_used", "usage"]);
/// keyroster_testkit::assert_keys_snapshot!(account.list(ListKeys::all()).await?.keys);
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! assert_keys_snapshot {
    ($keys:expr $(,)?) => {{
        // Outside of the closure of `with_settings!`, in which nothing can be awaited.
        let text = $crate::keys_snapshot(&$keys, &[]);
        $crate::insta::with_settings!({ omit_expression => true }, {
            $crate::insta::assert_snapshot!(text);
        })
    }};
    ($name:expr, $keys:expr $(, redact = [$($path:expr),* $(,)?])? $(,)?) => {{
        let text = $crate::keys_snapshot(&$keys, &[$($($path),*)?]);
        $crate::insta::with_settings!({ omit_expression => true }, {
            $crate::insta::assert_snapshot!($name, text);
        })
    }};
}
