//! The Pinata provider with the conformance suite, recorded traffic and the sandbox.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod cassettes;
mod conformance;
mod live;
