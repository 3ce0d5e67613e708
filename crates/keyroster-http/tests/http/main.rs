//! Everything in HTTP that could expose a credential, create two keys with one request, or hang, tried against
//! a local server that does it.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod certificates;
mod http2;
mod links;
mod logs;
mod odd_bodies;
mod options;
mod proxies;
mod records;
mod redirects;
mod requests;
mod responses;
mod retries;
mod runtimes;
mod sent_once;
mod support;
mod vendor_messages;
