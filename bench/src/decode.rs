//! From a page to records: processor time and allocations per key, compared with `serde_json` alone.
//!
//! Every reader fetches the page from a sandbox in another process, with the same HTTP client, and the cost of
//! fetching alone is subtracted.

use std::hint::black_box;
use std::io;

use keyroster::{Operation, PageRequest, Provider, Secret};
use keyroster_http::{Credential, HttpClient, HttpOptions, Limits, Request, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::job::{Account, Vendor};
use crate::measure::{per, thread_cpu};
use crate::worker::{provider, shown};

/// What is measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spec {
    /// An account whose first page has all keys.
    pub account: Account,
    pub keys: usize,
    /// Number of times that the readers are measured in turn.
    pub rounds: usize,
}

impl Spec {
    /// The first argument, as JSON.
    fn from_arguments() -> io::Result<Self> {
        Ok(serde_json::from_str(&std::env::args().nth(1).unwrap_or_default())?)
    }
}

/// The cost of one way to read a page, without fetching it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Reader {
    /// Nanoseconds of the processor per key, one figure per round.
    pub nanos: Vec<f64>,
    pub allocations: f64,
    pub bytes: f64,
}

/// The three ways, measured in turn.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The length of a key in the page, in bytes.
    pub length: f64,
    pub ours: Reader,
    pub bare: Reader,
    pub value: Reader,
}

/// Number of times that allocations are counted.
const COUNTS: usize = 31;

/// Number of allocations and of allocated bytes of some work.
pub type Count = fn(&mut dyn FnMut()) -> (u64, u64);

/// Measures, and prints the outcome as a line of JSON.
#[expect(clippy::print_stdout, reason = "the line is what the program is for")]
pub fn main(count: Count) -> io::Result<()> {
    let spec = Spec::from_arguments()?;
    let page = Page::new(&spec)?;
    let keys = page.records()?;
    if keys != spec.keys {
        return Err(io::Error::other(format!("{keys} of {} keys were read", spec.keys)));
    }
    // A reader that gives up would be a fast one.
    let length = page.check()?;
    let fetch = || drop(page.fetch());
    let ours = || drop(black_box(page.records()));
    let bare = || page.bare();
    let value = || page.decode::<Value>();
    let readers: [&dyn Fn(); 4] = [&fetch, &ours, &bare, &value];
    // How many pieces a page arrives in differs from time to time, and with it what fetching allocates.
    let counts = readers.map(|reader| {
        let counts = (0..COUNTS).map(|_| count(&mut || reader()));
        let (allocations, bytes): (Vec<u64>, Vec<u64>) = counts.unzip();
        (middle(allocations), middle(bytes))
    });
    let mut nanos = [(); 4].map(|()| Vec::new());
    for round in 0..spec.rounds {
        // Another one begins each time, since it reuses what the one before has freed.
        for turn in 0..readers.len() {
            let turn = (round + turn) % readers.len();
            let start = thread_cpu();
            readers[turn]();
            nanos[turn].push(thread_cpu().saturating_sub(start).as_nanos());
        }
    }
    let each = |total: u64| per(total, spec.keys);
    let reader = |at: usize| Reader {
        nanos: nanos[at]
            .iter()
            .zip(&nanos[0])
            .map(|(all, fetch)| each(u64::try_from(all.saturating_sub(*fetch)).unwrap_or(u64::MAX)))
            .collect(),
        allocations: each(counts[at].0.saturating_sub(counts[0].0)),
        bytes: each(counts[at].1.saturating_sub(counts[0].1)),
    };
    let outcome =
        Outcome { length: each(length), ours: reader(1), bare: reader(2), value: reader(3) };
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

fn middle(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or_default()
}

/// A page that is fetched again for each reader.
struct Page {
    runtime: Runtime,
    vendor: Vendor,
    provider: Provider,
    client: HttpClient,
}

impl Page {
    fn new(spec: &Spec) -> io::Result<Self> {
        let account = &spec.account;
        let credential = Credential::bearer(&Secret::from(account.secret.as_str()));
        let options = HttpOptions::default().base_url(account.base_url.as_str());
        let client = options.client(credential.map_err(shown)?, &account.base_url, Limits::none());
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            vendor: account.vendor,
            provider: provider(account.clone(), None).map_err(shown)?,
            client: client.map_err(shown)?,
        })
    }

    /// Reads the page with the provider, and returns the number of keys.
    fn records(&self) -> io::Result<usize> {
        let page = self.runtime.block_on(self.provider.page(&PageRequest::default()));
        Ok(black_box(page.map_err(shown)?).keys.len())
    }

    /// Only fetches the page.
    fn fetch(&self) -> keyroster::Result<Response> {
        let route = match self.vendor {
            Vendor::Pinata => "/users/apiKeys",
            Vendor::OpenRouter => "/keys",
        };
        let request = Request::get(Operation::ListKeys, route).query("offset", 0);
        let request = match self.vendor {
            Vendor::Pinata => request,
            Vendor::OpenRouter => {
                request.query("include_disabled", true).query("include_expired", true)
            }
        };
        self.runtime.block_on(self.client.send(request))
    }

    /// Checks that every reader can read the page, and returns its length.
    fn check(&self) -> io::Result<u64> {
        let response = self.fetch().map_err(shown)?;
        match self.vendor {
            Vendor::Pinata => drop(response.json::<BarePinataPage>().map_err(shown)?),
            Vendor::OpenRouter => drop(response.json::<BareOpenRouterPage>().map_err(shown)?),
        }
        let value: Value = response.json().map_err(shown)?;
        Ok(value.to_string().len() as u64)
    }

    fn bare(&self) {
        match self.vendor {
            Vendor::Pinata => self.decode::<BarePinataPage>(),
            Vendor::OpenRouter => self.decode::<BareOpenRouterPage>(),
        }
    }

    fn decode<T: DeserializeOwned>(&self) {
        if let Ok(response) = self.fetch() {
            drop(black_box(response.json::<T>()));
        }
    }
}

/// Pinata's page, with the types that one would declare without expecting surprises.
#[derive(Deserialize)]
#[expect(dead_code, reason = "what is measured is reading the fields")]
struct BarePinataPage {
    keys: Vec<BarePinataKey>,
    count: Option<u64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is measured is reading the fields")]
struct BarePinataKey {
    id: Option<String>,
    name: Option<String>,
    key: String,
    secret: Option<String>,
    max_uses: Option<u64>,
    uses: Option<u64>,
    user_id: Option<String>,
    scopes: Option<Value>,
    revoked: Option<bool>,
    #[serde(rename = "createdAt")]
    created_at: Option<String>,
    #[serde(rename = "updatedAt")]
    updated_at: Option<String>,
}

/// OpenRouter's page, with the types that one would declare without expecting surprises.
#[derive(Deserialize)]
#[expect(dead_code, reason = "what is measured is reading the fields")]
struct BareOpenRouterPage {
    data: Vec<BareOpenRouterKey>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what is measured is reading the fields")]
struct BareOpenRouterKey {
    hash: String,
    name: Option<String>,
    label: Option<String>,
    disabled: Option<bool>,
    limit: Option<f64>,
    limit_remaining: Option<f64>,
    limit_reset: Option<String>,
    include_byok_in_limit: Option<bool>,
    usage: Option<f64>,
    usage_daily: Option<f64>,
    usage_weekly: Option<f64>,
    usage_monthly: Option<f64>,
    byok_usage: Option<f64>,
    byok_usage_daily: Option<f64>,
    byok_usage_weekly: Option<f64>,
    byok_usage_monthly: Option<f64>,
    created_at: Option<String>,
    updated_at: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    creator_user_id: Option<String>,
    external_user: Option<String>,
    workspace_id: Option<String>,
    is_management_key: Option<bool>,
    is_provisioning_key: Option<bool>,
}
