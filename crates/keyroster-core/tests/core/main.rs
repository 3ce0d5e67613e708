//! What users of the library see of core alone: listings over made-up vendors, records, errors.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod asking;
mod edges;
mod guards;
mod handle;
mod lazy;
mod listing;
mod moving;
mod patience;
mod record;
mod roster;
mod rounds;
mod simulation;
mod vendor;
