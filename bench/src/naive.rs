//! A sequential listing, as in the vendors' own SDKs: one page after the other, until one is empty.

use std::io;

use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::Value;

use crate::job::{Account, Vendor};

/// A plain client that keeps connections.
#[derive(Clone, Debug)]
pub struct Walk {
    client: reqwest::Client,
    account: Account,
}

/// The result of a sequential listing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Walked {
    pub keys: usize,
    pub requests: u64,
}

impl Walk {
    #[expect(clippy::disallowed_methods, reason = "the plain client is what is compared with")]
    pub fn new(account: Account) -> io::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        Ok(Self { client: client.map_err(io::Error::other)?, account })
    }

    /// Calls `each` with the body of each page that has keys.
    pub async fn pages(&self, mut each: impl FnMut(&[u8])) -> io::Result<Walked> {
        let (route, member) = match self.account.vendor {
            Vendor::Pinata => ("/users/apiKeys?", "keys"),
            Vendor::OpenRouter => ("/keys?include_disabled=true&include_expired=true&", "data"),
        };
        let workspaces = self.workspaces().await?;
        let mut walked = Walked::default();
        walked.requests += u64::from(self.account.vendor == Vendor::OpenRouter);
        for workspace in workspaces {
            let mut offset = 0;
            loop {
                let body = self.get(&format!("{route}{workspace}offset={offset}")).await?;
                walked.requests += 1;
                let page: Value = serde_json::from_slice(&body)?;
                let keys = page[member].as_array().map_or(0, Vec::len);
                if keys == 0 {
                    break;
                }
                each(&body);
                offset += keys;
            }
            walked.keys += offset;
        }
        Ok(walked)
    }

    /// The query for each workspace; an empty one if the vendor has no workspaces.
    async fn workspaces(&self) -> io::Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Page {
            data: Vec<Workspace>,
        }
        #[derive(Deserialize)]
        struct Workspace {
            id: String,
        }
        if self.account.vendor == Vendor::Pinata {
            return Ok(vec![String::new()]);
        }
        let page: Page = serde_json::from_slice(&self.get("/workspaces?limit=100").await?)?;
        Ok(page.data.iter().map(|workspace| format!("workspace_id={}&", workspace.id)).collect())
    }

    #[expect(clippy::disallowed_methods, reason = "the plain client is what is compared with")]
    async fn get(&self, path: &str) -> io::Result<Vec<u8>> {
        let url = format!("{}{path}", self.account.base_url);
        let bearer = format!("Bearer {}", self.account.secret);
        let request = self.client.get(url).header(AUTHORIZATION, bearer);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let body = answer.map_err(io::Error::other)?.bytes().await.map_err(io::Error::other)?;
        Ok(body.into())
    }
}
