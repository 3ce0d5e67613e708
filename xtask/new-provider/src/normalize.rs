//! Turns Acme's JSON into records.

use keyroster_core::ApiKey;

use crate::{ID, wire};

/// The record of a key, or `None` if it has no `id`: nothing can be done with such a key.
#[expect(dead_code, reason = "until client.rs lists")]
pub(crate) fn key(mut wire: wire::KeyRow) -> Option<ApiKey> {
    let mut key = ApiKey::new(ID, wire.id.take()?);
    key.name = wire.name.take();
    // Set what the vendor reports of these, and nothing else: `state`, `access`, `quota`,
    // `usage`, `owner`, `container`, `created_at`, `updated_at`, `expiry`, `last_used`.
    key.extras = wire.leftovers();
    Some(key)
}
