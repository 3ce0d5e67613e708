//! What keyroster costs. Each figure is next to a reference from the same run.
//!
//! `cargo xtask bench` runs it. Parts that wait for the network are measured by the clock, parts that compute by
//! the processor's time. Listing, serving and measuring happen in different processes, so that none counts for
//! another.
#![expect(missing_docs, reason = "a program in the form of a library, for its binaries alone")]
#![expect(
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    reason = "only its binaries use them"
)]

pub mod decode;
pub mod job;
pub mod measure;
pub mod naive;
pub mod parts;
pub mod process;
pub mod report;
pub mod worker;
