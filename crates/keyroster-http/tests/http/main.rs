//! Every trap of HTTP that could show a credential, make two keys out of one request, or hang: each
//! against a server on loopback that does it.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod http2;
mod links;
mod logs;
mod proxies;
mod records;
mod redirects;
mod requests;
mod responses;
mod retries;
mod sent_once;
mod support;
mod vendor_messages;
