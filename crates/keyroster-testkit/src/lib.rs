//! A conformance suite for keyroster providers.
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod fake;
mod harness;
#[cfg(feature = "http")]
mod http;
mod json;
mod live;
mod log_capture;
mod samples;
mod snapshot;
mod suite;

pub use fake::{FakeContainer, FakeKey, FakePage, FakeVendor, Fault, Keys};
pub use harness::Harness;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use http::{
    Call, Cassette, Expected, HttpAccount, Recorder, Reply, Script, ScriptServer, VendorApi,
    cassette_complaints,
};
pub use insta;
pub use live::Live;
pub use samples::Samples;
pub use snapshot::keys_snapshot;
pub use suite::{Failure, Scenario, Section, Suite, Verdict};
#[doc(hidden)]
pub use suite::{guard, run_test};
