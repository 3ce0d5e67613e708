//! A sandbox with a client, and shortcuts for requests.

pub(crate) mod openrouter;

use std::time::{Duration, SystemTime};

use keyroster_sandbox::{Sandbox, SandboxBuilder};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// The time of a frozen clock, since 1970.
pub(crate) const NOW: Duration = Duration::from_hours(500_000);

/// A sandbox whose clock only moves when a test advances it.
pub(crate) fn frozen() -> SandboxBuilder {
    Sandbox::builder().now(SystemTime::UNIX_EPOCH + NOW).frozen_clock()
}

/// A sandbox, a client, and shortcuts for requests.
pub(crate) struct Fixture {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

/// A complete reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[expect(clippy::disallowed_methods, reason = "a plain client is what the sandbox is tested with")]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

pub(crate) async fn send(request: RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    #[expect(clippy::disallowed_methods, reason = "the sandbox is trusted")]
    let text = response.text().await?;
    Ok(Reply { status, headers, text })
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        Self::of(Sandbox::builder()).await
    }

    pub(crate) async fn of(builder: SandboxBuilder) -> Self {
        Self { sandbox: builder.start().await.unwrap(), client: client() }
    }

    pub(crate) fn pinata(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> RequestBuilder {
        let access = self.sandbox.pinata();
        let url = format!("{}{path}", access.base_url);
        with_body(self.client.request(method, url).bearer_auth(access.jwt), body)
    }

    pub(crate) fn openrouter(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> RequestBuilder {
        let access = self.sandbox.openrouter();
        let url = format!("{}{path}", access.base_url);
        with_body(self.client.request(method, url).bearer_auth(access.management_key), body)
    }

    pub(crate) async fn get_pinata(&self, path: &str) -> Reply {
        send(self.pinata(Method::GET, path, None)).await.unwrap()
    }

    pub(crate) async fn get_openrouter(&self, path: &str) -> Reply {
        send(self.openrouter(Method::GET, path, None)).await.unwrap()
    }

    /// Sends a request to OpenRouter with another key.
    pub(crate) async fn openrouter_as(&self, key: &str, method: Method, path: &str) -> Reply {
        let url = format!("{}{path}", self.sandbox.openrouter().base_url);
        send(self.client.request(method, url).bearer_auth(key)).await.unwrap()
    }

    /// Sends a request to Pinata with another key.
    pub(crate) async fn pinata_as(&self, jwt: &str, method: Method, path: &str) -> Reply {
        let url = format!("{}{path}", self.sandbox.pinata().base_url);
        send(self.client.request(method, url).bearer_auth(jwt)).await.unwrap()
    }

    pub(crate) async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let url = format!("{}{path}", self.sandbox.control_url());
        send(with_body(self.client.request(method, url), body)).await.unwrap()
    }

    pub(crate) fn truth(&self, vendor: &str) -> Vec<Value> {
        self.sandbox.truth()[vendor].as_array().unwrap().clone()
    }
}

fn with_body(request: RequestBuilder, body: Option<&Value>) -> RequestBuilder {
    match body {
        None => request,
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
    }
}

/// Returns a field of every element.
pub(crate) fn all<'a>(list: &'a [Value], field: &str) -> Vec<&'a Value> {
    list.iter().map(|element| &element[field]).collect()
}
