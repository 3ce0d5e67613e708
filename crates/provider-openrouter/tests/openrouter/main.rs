//! The OpenRouter provider with the conformance suite and the sandbox.

mod conformance;
mod live;
