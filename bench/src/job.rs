//! The jobs of other processes and their results, a line of JSON each.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The job of a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Job {
    Serve(Serve),
    List(List),
    Roster(Roster),
}

/// Sandboxes that serve until standard input closes. The result is a [`Served`] for each.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Serve {
    pub sandboxes: usize,
    pub pinata_keys: usize,
    pub openrouter_keys: usize,
    /// Number of workspaces of each OpenRouter account, which share its keys.
    pub workspaces: usize,
    pub latency: Duration,
    pub rate: Option<Rate>,
    /// Keys per page, if not the vendor's own number.
    pub page_size: Option<u32>,
}

impl Serve {
    /// One sandbox with this number of keys at each vendor.
    #[must_use]
    pub fn keys(keys: usize) -> Self {
        Self {
            sandboxes: 1,
            pinata_keys: keys,
            openrouter_keys: keys,
            workspaces: 1,
            latency: Duration::ZERO,
            rate: None,
            page_size: None,
        }
    }

    #[must_use]
    pub fn workspaces(self, workspaces: usize) -> Self {
        Self { workspaces, ..self }
    }

    #[must_use]
    pub fn latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }
}

/// A number of requests in each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub requests: u32,
    pub interval_ms: u32,
}

/// The address of a sandbox: the fields of its ready line that are used.
#[derive(Clone, Debug, Deserialize)]
pub struct Served {
    pub pinata: ServedPinata,
    pub openrouter: ServedOpenRouter,
    pub control_url: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ServedPinata {
    pub base_url: String,
    pub jwt: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ServedOpenRouter {
    pub base_url: String,
    pub management_key: String,
}

impl Served {
    #[must_use]
    pub fn account(&self, vendor: Vendor) -> Account {
        let (base_url, secret) = match vendor {
            Vendor::Pinata => (&self.pinata.base_url, &self.pinata.jwt),
            Vendor::OpenRouter => (&self.openrouter.base_url, &self.openrouter.management_key),
        };
        Account { vendor, base_url: base_url.clone(), secret: secret.clone() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vendor {
    Pinata,
    OpenRouter,
}

impl Vendor {
    pub const ALL: [Self; 2] = [Self::Pinata, Self::OpenRouter];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pinata => "Pinata",
            Self::OpenRouter => "OpenRouter",
        }
    }

    /// Number of keys on a page.
    #[must_use]
    pub fn page_size(self) -> usize {
        match self {
            Self::Pinata => 10,
            Self::OpenRouter => 100,
        }
    }
}

/// An account at a sandbox.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    pub vendor: Vendor,
    pub base_url: String,
    pub secret: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut account = f.debug_struct("Account");
        account.field("vendor", &self.vendor).field("base_url", &self.base_url);
        account.finish_non_exhaustive()
    }
}

/// A listing of one account that keeps no key. The result is a [`Listed`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct List {
    pub account: Account,
    pub way: Way,
    /// The rate limit in the library's settings.
    pub rate: Option<Rate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// keyroster with its default settings.
    Library,
    /// Requests pages one at a time until one is empty.
    Sequential,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Listed {
    pub keys: usize,
    pub requests: u64,
    /// The time to build the client and to list, without the start of the process and its runtime.
    pub elapsed: Duration,
    pub cpu: Duration,
    /// The peak resident memory before the listing, and after it.
    pub idle_kib: u64,
    pub peak_kib: u64,
}

/// A listing of many accounts. The result is a [`Rostered`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Roster {
    pub accounts: Vec<Account>,
    /// Number of accounts that are listed at once, if not the library's default.
    pub at_once: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Rostered {
    pub listed: Listed,
    pub failures: usize,
    pub slowest: Duration,
}
