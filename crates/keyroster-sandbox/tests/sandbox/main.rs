//! The sandbox over real HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic, as tests may")]

mod control;
mod faults;
mod openrouter;
mod openrouter_quirks;
mod pinata;
mod seeded;

use std::time::{Duration, SystemTime};

use keyroster_sandbox::{Sandbox, SandboxBuilder};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// The time at which a frozen clock is.
const NOW: Duration = Duration::from_hours(500_000);

/// A sandbox whose clock only moves when a test advances it.
fn frozen() -> SandboxBuilder {
    Sandbox::builder().now(SystemTime::UNIX_EPOCH + NOW).frozen_clock()
}

/// A sandbox, a client, and short ways to ask.
struct Fixture {
    sandbox: Sandbox,
    client: Client,
}

/// An answer, read completely.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[expect(clippy::disallowed_methods, reason = "a plain client is what the sandbox is tested with")]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn send(request: RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    #[expect(clippy::disallowed_methods, reason = "the sandbox is trusted")]
    let text = response.text().await?;
    Ok(Reply { status, headers, text })
}

impl Fixture {
    async fn start() -> Self {
        Self::of(Sandbox::builder()).await
    }

    async fn of(builder: SandboxBuilder) -> Self {
        Self { sandbox: builder.start().await.unwrap(), client: client() }
    }

    fn pinata(&self, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
        let access = self.sandbox.pinata();
        let url = format!("{}{path}", access.base_url);
        with_body(self.client.request(method, url).bearer_auth(access.jwt), body)
    }

    fn openrouter(&self, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
        let access = self.sandbox.openrouter();
        let url = format!("{}{path}", access.base_url);
        with_body(self.client.request(method, url).bearer_auth(access.management_key), body)
    }

    async fn get_pinata(&self, path: &str) -> Reply {
        send(self.pinata(Method::GET, path, None)).await.unwrap()
    }

    async fn get_openrouter(&self, path: &str) -> Reply {
        send(self.openrouter(Method::GET, path, None)).await.unwrap()
    }

    /// Asks OpenRouter as another key.
    async fn openrouter_as(&self, key: &str, method: Method, path: &str) -> Reply {
        let url = format!("{}{path}", self.sandbox.openrouter().base_url);
        send(self.client.request(method, url).bearer_auth(key)).await.unwrap()
    }

    /// Asks Pinata as another key.
    async fn pinata_as(&self, jwt: &str, method: Method, path: &str) -> Reply {
        let url = format!("{}{path}", self.sandbox.pinata().base_url);
        send(self.client.request(method, url).bearer_auth(jwt)).await.unwrap()
    }

    async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let url = format!("{}{path}", self.sandbox.control_url());
        send(with_body(self.client.request(method, url), body)).await.unwrap()
    }

    fn truth(&self, vendor: &str) -> Vec<Value> {
        self.sandbox.truth()[vendor].as_array().unwrap().clone()
    }
}

fn with_body(request: RequestBuilder, body: Option<&Value>) -> RequestBuilder {
    match body {
        None => request,
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
    }
}

/// One field of every element.
fn all<'a>(list: &'a [Value], field: &str) -> Vec<&'a Value> {
    list.iter().map(|element| &element[field]).collect()
}
