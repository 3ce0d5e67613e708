//! The record of a key, and the types of its fields.

pub(crate) mod decimal;
pub(crate) mod extras;
pub(crate) mod fact;
pub(crate) mod id;
pub(crate) mod key;
pub(crate) mod quota;
pub(crate) mod status;
pub(crate) mod time;
