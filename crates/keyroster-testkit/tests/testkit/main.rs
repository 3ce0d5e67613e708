//! Tests of the kit itself, and the smallest provider that the suite fits.

#[cfg(feature = "http")]
mod cassettes;
mod guard;
mod list_only;
mod numbered;
mod program;
#[cfg(feature = "http")]
mod readme;
mod snapshots;
