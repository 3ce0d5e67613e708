//! OpenRouter's provider against the conformance suite and the sandbox.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod conformance;
mod live;
