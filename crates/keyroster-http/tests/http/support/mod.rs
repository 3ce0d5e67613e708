//! What the tests share: an account, requests, and a process with an environment of its own.

pub(crate) mod naive;
pub(crate) mod server;

use std::process::Command;
use std::time::Duration;

use keyroster_core::{Error, Operation, Secret};
use keyroster_http::{
    BaseUrl, Credential, HttpClient, HttpClientBuilder, Request, RetryPolicy, Timeouts,
};

/// Stands for every secret: what begins so may be shown nowhere.
pub(crate) const CANARY: &str = "fa4efa4e";

/// The account's credential in these tests.
pub(crate) const TOKEN: &str = "fa4efa4e-token";

/// Set in a process that was started by a test, to do the part that needs an environment of its own.
pub(crate) const CHILD: &str = "KEYROSTER_HTTP_TEST_CHILD";

/// A client of an account at this address, with waits too short to notice.
pub(crate) fn client(url: &str) -> HttpClientBuilder {
    HttpClient::builder(BaseUrl::parse(url).unwrap())
        .credential(Credential::bearer(&Secret::from(TOKEN)).unwrap())
        .retry(quick())
        .timeouts(Timeouts::default().with_request(Duration::from_secs(20)))
}

/// As usual, without the waits between attempts.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy::default().with_base(Duration::from_millis(1))
}

pub(crate) fn get() -> Request {
    Request::get(Operation::ListKeys, "/keys")
}

pub(crate) fn create() -> Request {
    Request::create(Operation::CreateKey, "/keys").json(&"a body")
}

/// Everything that an error shows.
pub(crate) fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text += &format!(" {source} {source:?}");
        cause = source.source();
    }
    text
}

/// Whether this process was started by [`run_in_child`].
#[expect(clippy::disallowed_methods, reason = "a test speaks to the process that it starts")]
pub(crate) fn child_argument() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// Runs one test of this binary again, in a process with these variables, and waits for its success.
pub(crate) async fn run_in_child(test: &str, argument: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, argument);
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}
