//! A conformance suite for keyroster providers.
#![doc = include_str!("../README.md")]

mod capture;
mod fake;
mod harness;
#[cfg(feature = "http")]
mod http;
mod live;
mod macros;
mod mutate;
mod report;
mod samples;
mod scenario;
mod scenarios;
mod shared;
mod snapshot;
mod suite;
mod verdict;

pub use fake::{FakeContainer, FakeKey, FakePage, FakeVendor, Fault, Keys};
pub use harness::Harness;
#[cfg(feature = "http")]
pub use http::{
    Call, Cassette, Expected, HttpAccount, Recorder, Reply, Script, ScriptServer, VendorApi,
    cassette_complaints,
};
pub use insta;
pub use live::Live;
#[doc(hidden)]
pub use report::{guard, run_test};
pub use samples::Samples;
pub use scenario::Scenario;
pub use snapshot::keys_snapshot;
pub use suite::Suite;
pub use verdict::{Failure, Section, Verdict};
