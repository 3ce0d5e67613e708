//! Helpers: running the binary, terminals, configuration files, schemas, and changes of keys.

pub(crate) mod binary;
pub(crate) mod changes;
pub(crate) mod hold;
pub(crate) mod pty;
pub(crate) mod schema;
pub(crate) mod settings;
