//! What the tests share: made-up vendors, and a simulated list that moves while it is read.

pub(crate) mod simulation;
pub(crate) mod vendor;
