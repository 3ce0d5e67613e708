//! The decorator: what it saves, and that it hides nothing.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod conformance;
mod sandbox;
