//! What the tests share: running the binary, terminals, configuration files, schemas, and changing keys.

pub(crate) mod binary;
pub(crate) mod changes;
pub(crate) mod hold;
pub(crate) mod pty;
pub(crate) mod schema;
pub(crate) mod settings;
