//! The service, with twenty accounts and a client that may leave.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod accounts;
mod answers;
mod client;
mod company;
mod leaving;
