//! Long runs that try keyroster's promises at random, with counts that anyone can check.
//!
//! `cargo xtask prove` runs all of them in full, and `cargo xtask prove --sample` a sample of each. A proof
//! has an oracle of its own: it compares what the program said with what it knows from elsewhere, for example
//! the vendor's side. A promise that was broken fails the run; a count alone does not.
#![expect(missing_docs, reason = "a program in the form of a library, for its binary alone")]
#![expect(
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    reason = "only its binary uses them"
)]

pub mod proofs;
pub mod setup;
pub mod vendor;
pub mod verdict;
