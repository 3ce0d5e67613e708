//! Tests of writing files that matter, on a real file system.

#[cfg(unix)]
mod refusals;
#[cfg(unix)]
mod writing;
