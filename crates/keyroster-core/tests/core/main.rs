//! What users of the library see of core alone: listings over made-up vendors, records, errors.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod changing_lists;
mod errors;
mod lazy_accounts;
mod listing;
mod listing_bounds;
mod moving_lists;
mod provider;
mod record;
mod registry;
mod roster;
mod roster_ask;
mod round_trips;
mod send;
mod stored_records;
mod support;
mod time_limits;
mod withheld_secrets;
