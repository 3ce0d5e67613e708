//! A request without a suitable tokio runtime is an error, not a panic.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_compat::CompatExt as _;
use keyroster_core::{Error, ErrorKind};
use tokio::runtime::Builder;

use crate::support::server::{Server, fine};
use crate::support::{client, get};

fn assert_unsuitable(error: &Error, words: &str) {
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    let text = format!("{error}; {}", error.help());
    for words in [words, "cannot list keys", "`enable_all`", "`async_compat::Compat`"] {
        assert!(text.contains(words), "{text}");
    }
}

/// Smol, pollster and `futures::executor` poll a future like this.
#[test]
fn no_tokio_runtime_is_an_error() {
    let account = client("http://127.0.0.1:1").build();
    let sending = pin!(account.send(get()));
    let Poll::Ready(sent) = sending.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the error comes at once");
    };
    assert_unsuitable(&sent.unwrap_err(), "does not run inside a tokio runtime");
    assert_eq!(account.traffic().requests, 0);
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error() {
    let account = client("http://127.0.0.1:1").build();
    let without_timers = Builder::new_current_thread().enable_io().build().unwrap();
    let error = without_timers.block_on(account.send(get())).unwrap_err();
    assert_unsuitable(&error, "has no timers");
    let without_io = Builder::new_current_thread().enable_time().build().unwrap();
    let error = without_io.block_on(account.send(get())).unwrap_err();
    assert_unsuitable(&error, "has no I/O");
    assert_eq!(account.traffic().requests, 0);
}

#[test]
fn one_client_works_in_several_runtimes() {
    let servers = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = servers.block_on(Server::start([fine()]));
    let account = client(&server.url()).build();
    for _ in 0..2 {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(account.send(get())).unwrap();
    }
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn async_compat_makes_any_executor_suitable() {
    let servers = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = servers.block_on(Server::start([fine()]));
    let account = client(&server.url()).build();
    futures_executor::block_on(account.send(get()).compat()).unwrap();
    assert_eq!(server.seen().len(), 1);
}
