//! OpenRouter's provider against the conformance suite and the sandbox.

mod conformance;
mod live;
