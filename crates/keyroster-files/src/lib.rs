#![doc = include_str!("../README.md")]

#[cfg(any(target_os = "linux", target_os = "android"))]
mod attributes;
mod edit;
mod error;
mod keep;
mod lock;
mod place;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod system;

pub use crate::edit::FileEdit;
pub use crate::error::{FileError, FileErrorKind};
pub use crate::keep::keep;
pub use crate::place::Place;
