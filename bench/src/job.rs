//! What a process of its own is told to do, and what it answers: a line of JSON each way.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the process does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Job {
    Serve(Serve),
    List(List),
    Roster(Roster),
}

/// Sandboxes, which serve until standard input closes. The answer is a [`Served`] each.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Serve {
    pub sandboxes: usize,
    pub pinata_keys: usize,
    pub openrouter_keys: usize,
    /// So many workspaces has each OpenRouter account, and its keys are spread over them.
    pub workspaces: usize,
    pub latency: Duration,
    pub rate: Option<Rate>,
    /// Keys per page, if not the vendor's own number.
    pub page_size: Option<u32>,
}

impl Serve {
    /// One sandbox with so many keys at each vendor.
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

/// So many requests in each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub requests: u32,
    pub interval_ms: u32,
}

/// Where a sandbox is; the fields of its ready line that are used.
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

    /// How many keys a page has.
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

/// A listing of one account, key by key, none of them kept. The answer is a [`Listed`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct List {
    pub account: Account,
    pub way: Way,
    /// The limit that the library is told of.
    pub rate: Option<Rate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// keyroster with its default settings.
    Library,
    /// One page after the other, until one is empty.
    Sequential,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Listed {
    pub keys: usize,
    pub requests: u64,
    /// The client's making and the listing; the process and its runtime were there before.
    pub elapsed: Duration,
    pub cpu: Duration,
    /// The most memory that was ever resident, before the listing and after it.
    pub idle_kib: u64,
    pub peak_kib: u64,
}

/// A listing of many accounts as one. The answer is a [`Rostered`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Roster {
    pub accounts: Vec<Account>,
    /// How many are asked at once, where that is not the library's own choice.
    pub at_once: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Rostered {
    pub listed: Listed,
    pub failures: usize,
    pub slowest: Duration,
}
