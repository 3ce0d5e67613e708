//! Tests across the crates: real HTTP against the sandbox, golden snapshots, and what depends on what.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod arbitrary_json;
mod broken_providers;
mod changing_accounts;
mod complete_listings;
mod dependencies;
mod doc_links;
mod docs;
mod error_messages;
mod faults;
mod hidden_secrets;
mod house_rules;
mod lifecycle;
mod many_accounts;
mod normalized_records;
mod provider_guide;
mod support;
