//! Acme's JSON to the record.

use keyroster_core::ApiKey;

use crate::{ID, wire};

/// The record of a key; none if the vendor's has no `id`, without which nothing can be done with it.
#[expect(dead_code, reason = "until client.rs lists")]
pub(crate) fn key(mut wire: wire::KeyRow) -> Option<ApiKey> {
    let mut key = ApiKey::new(ID, wire.id.take()?);
    key.name = wire.name.take();
    // Whatever the vendor says of these, and nothing that it does not say: `state`, `access`, `quota`,
    // `usage`, `owner`, `container`, `created_at`, `updated_at`, `expiry`, `last_used`.
    key.extras = wire.leftovers();
    Some(key)
}
