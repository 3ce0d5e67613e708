//! New secrets: where they go, and getting them there.

pub(crate) mod deliver;
pub(crate) mod sink;
