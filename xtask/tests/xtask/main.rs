//! Tests of the chores: the crate of a new provider is created, built and tested.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod new_provider;
