//! A listing as the vendors' own SDKs write it: one page after the other, until one is empty.

use std::io;

use keyroster_sandbox::{OpenRouterAccess, PinataAccess};
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::Value;

/// A vendor's list of keys.
#[derive(Clone, Debug)]
pub struct Source {
    client: reqwest::Client,
    base_url: String,
    bearer: String,
    route: &'static str,
    /// The member of a page that holds the keys.
    member: &'static str,
}

impl Source {
    pub fn pinata(access: &PinataAccess) -> io::Result<Self> {
        Self::new(&access.base_url, &access.jwt, "/users/apiKeys?", "keys")
    }

    pub fn openrouter(access: &OpenRouterAccess) -> io::Result<Self> {
        let route = "/keys?include_disabled=true&include_expired=true&";
        Self::new(&access.base_url, &access.management_key, route, "data")
    }

    #[expect(clippy::disallowed_methods, reason = "the plain client is what is compared with")]
    fn new(
        base_url: &str,
        secret: &str,
        route: &'static str,
        member: &'static str,
    ) -> io::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        Ok(Self {
            client: client.map_err(io::Error::other)?,
            base_url: base_url.to_owned(),
            bearer: format!("Bearer {secret}"),
            route,
            member,
        })
    }

    #[expect(clippy::disallowed_methods, reason = "the plain client is what is compared with")]
    async fn get(&self, path: &str) -> io::Result<Vec<u8>> {
        let url = format!("{}{path}", self.base_url);
        let request = self.client.get(url).header(AUTHORIZATION, &self.bearer);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let body = answer.map_err(io::Error::other)?.bytes().await.map_err(io::Error::other)?;
        Ok(body.into())
    }

    /// The pages' bodies, the last and empty one excepted, of a list and how many keys they hold.
    pub async fn pages(&self, mut each: impl FnMut(&[u8])) -> io::Result<usize> {
        let mut found = 0;
        for workspace in self.workspaces().await? {
            let mut offset = 0;
            loop {
                let body = self.get(&format!("{}{workspace}offset={offset}", self.route)).await?;
                let page: Value = serde_json::from_slice(&body)?;
                let keys = page[self.member].as_array().map_or(0, Vec::len);
                if keys == 0 {
                    break;
                }
                each(&body);
                offset += keys;
            }
            found += offset;
        }
        Ok(found)
    }

    /// The queries that name each workspace.
    async fn workspaces(&self) -> io::Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Page {
            data: Vec<Workspace>,
        }
        #[derive(Deserialize)]
        struct Workspace {
            id: String,
        }
        if self.member == "keys" {
            return Ok(vec![String::new()]);
        }
        let page: Page = serde_json::from_slice(&self.get("/workspaces?limit=100").await?)?;
        Ok(page.data.iter().map(|workspace| format!("workspace_id={}&", workspace.id)).collect())
    }
}
