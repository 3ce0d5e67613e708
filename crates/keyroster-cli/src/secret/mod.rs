//! A new secret: where it goes, and bringing it there.

pub(crate) mod deliver;
pub(crate) mod sink;
