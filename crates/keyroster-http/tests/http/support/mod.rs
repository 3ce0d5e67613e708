//! Helpers of the tests: an account, requests, and child processes.

pub(crate) mod naive;
pub(crate) mod server;
pub(crate) mod tls;

use std::process::Command;
use std::time::Duration;

use keyroster_core::{Error, Operation, Secret};
use keyroster_http::{
    BaseUrl, Credential, HttpClient, HttpClientBuilder, Request, RetryPolicy, Timeouts,
};

/// Prefix of every secret in the tests. Text with it must not be shown anywhere.
pub(crate) const CANARY: &str = "fa4efa4e";

/// The account's credential in these tests.
pub(crate) const TOKEN: &str = "fa4efa4e-token";

/// Environment variable with the argument of a child process, which runs the part of a test that needs other
/// environment variables.
pub(crate) const CHILD: &str = "KEYROSTER_HTTP_TEST_CHILD";

/// Returns a builder for an account at this address, with very short waits.
pub(crate) fn client(url: &str) -> HttpClientBuilder {
    HttpClient::builder(BaseUrl::parse(url).unwrap())
        .credential(Credential::bearer(&Secret::from(TOKEN)).unwrap())
        .retry(quick())
        .timeouts(Timeouts::default().with_request(Duration::from_secs(20)))
}

/// The default policy with very short waits.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy::default().with_base(Duration::from_millis(1))
}

pub(crate) fn get() -> Request {
    Request::get(Operation::ListKeys, "/keys")
}

pub(crate) fn create() -> Request {
    Request::create(Operation::CreateKey, "/keys").json(&"a body")
}

/// Returns everything that an error shows.
pub(crate) fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text += &format!(" {source} {source:?}");
        cause = source.source();
    }
    text
}

/// Returns the argument if this process was started by [`run_in_child`].
#[expect(clippy::disallowed_methods, reason = "a test talks to its child process")]
pub(crate) fn child_argument() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// Runs one test of this binary in a child process with these environment variables.
pub(crate) async fn run_in_child(test: &str, argument: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, argument);
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}
