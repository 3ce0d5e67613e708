//! The proofs.

mod dotenv;
mod odd_answers;

use std::io;

use crate::setup::Setup;
use crate::verdict::Verdict;

/// A proof, with the name that the command line uses.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    pub name: &'static str,
    /// The promise.
    pub promise: &'static str,
    pub run: fn(&Setup) -> io::Result<Verdict>,
}

/// All proofs. To add one: a module here with a function `run`, and an entry.
pub const PROOFS: &[Proof] = &[
    Proof {
        name: "dotenv",
        promise: "creates that write to one dotenv file at once lose no secret",
        run: dotenv::run,
    },
    Proof {
        name: "odd-answers",
        promise: "whatever a server answers, nothing wrong is said, no secret is shown, and none is lost",
        run: odd_answers::run,
    },
];
