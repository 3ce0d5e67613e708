//! Tests of the testkit itself, and the smallest provider that passes the suite.

#[cfg(feature = "http")]
mod cassettes;
#[cfg(feature = "http")]
mod directory;
mod guard;
mod list_only;
mod numbered;
mod program;
#[cfg(feature = "http")]
mod readme;
mod snapshots;
