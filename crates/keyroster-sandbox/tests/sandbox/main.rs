//! The sandbox over real HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic, as tests may")]

mod control;
mod faults;
mod openrouter;
mod openrouter_quirks;
mod pinata;
mod seeded;
mod support;
