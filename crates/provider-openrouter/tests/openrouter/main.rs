//! OpenRouter's provider against the conformance suite.

mod conformance;
