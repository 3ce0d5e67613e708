//! HTTP/1.1 on loopback: the server, its bodies, and the control API.

mod body;
pub(crate) mod control;
pub(crate) mod server;
