//! What keyroster costs, each figure beside a reference that was measured in the same run.
//!
//! `cargo xtask bench` runs it. A part that waits for the network is measured by the clock, one that
//! computes by the processor's time; what lists, what serves and what measures are processes of their own,
//! so that none counts for another.
#![expect(missing_docs, reason = "a program in the form of a library, for its binaries alone")]
#![expect(clippy::exhaustive_structs, clippy::exhaustive_enums, reason = "nobody else uses them")]

pub mod decode;
pub mod job;
pub mod measure;
pub mod naive;
pub mod parts;
pub mod process;
pub mod report;
pub mod worker;
