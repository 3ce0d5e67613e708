//! Acme's API keys, for keyroster.
//!
//! ```no_run
//! use keyroster_core::{ListKeys, Provider, Result};
//! use provider_acme::Acme;
//!
//! # async fn example(admin_key: String) -> Result<()> {
//! let acme = Provider::new(Acme::builder().admin_key(admin_key).build()?);
//! for key in acme.list(ListKeys::all()).await?.keys {
//!     println!("{} {:?}", key.id, key.access);
//! }
//! # Ok(())
//! # }
//! ```
//!
#![doc = include_str!("../README.md")]

mod client;
mod normalize;
mod settings;
mod wire;

use keyroster_core::{
    Capabilities, Error, ErrorKind, Field, Paging, ProviderId, ProviderInfo, Result, Secret,
};
use keyroster_http::{Credential, HttpClient, HttpOptions, Limits};

pub use settings::AcmeFactory;

/// Acme's name in settings and records.
pub const ID: ProviderId = ProviderId::from_static("acme");

/// The address of Acme's API.
pub const DEFAULT_BASE_URL: &str = "https://api.acme.example/2";

/// The rate limit of every account (Acme's documents, 2026-11-01).
const PLAN: Limits = Limits::per_minute(120);

/// Acme's own options of a create and an update: a rate limit, in requests a second.
const RATE: &str = "rate";
const BURST: &str = "burst";

/// One Acme account.
#[derive(Debug)]
pub struct Acme {
    info: ProviderInfo,
    http: HttpClient,
}

/// Settings of an [`Acme`] account.
#[derive(Clone, Debug, Default)]
pub struct AcmeBuilder {
    admin_key: Option<Secret>,
    http: HttpOptions,
}

impl Acme {
    /// Settings for an account. Only the admin key is required.
    #[must_use]
    pub fn builder() -> AcmeBuilder {
        AcmeBuilder::default()
    }
}

impl AcmeBuilder {
    /// A key whose role is `full`.
    #[must_use]
    pub fn admin_key(mut self, key: impl Into<Secret>) -> Self {
        self.admin_key = Some(key.into());
        self
    }

    /// Address, limits, retries and timeouts.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Makes the account; nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the admin key is missing, or a setting is malformed.
    pub fn build(self) -> Result<Acme> {
        let at = |error: Error| error.with_provider(ID);
        let Some(key) = &self.admin_key else {
            return Err(at(Error::new(ErrorKind::Configuration, "no credential is set")
                .with_help("set ACME_ADMIN_KEY to a key whose role is `full`")));
        };
        let credential = Credential::headers([("x-acme-key", "", key)]).map_err(at)?;
        let options = self.http.own_errors(wire::is_own_error);
        let http = options.client(credential, DEFAULT_BASE_URL, PLAN).map_err(at)?;
        Ok(Acme { info: info(), http })
    }
}

const CREATE: &[Field] = &[
    Field::Admin,
    Field::Scopes,
    Field::Expiry,
    Field::Container,
    Field::extra(RATE),
    Field::extra(BURST),
];

const UPDATE: &[Field] =
    &[Field::Name, Field::Disabled, Field::Expiry, Field::extra(RATE), Field::extra(BURST)];

fn info() -> ProviderInfo {
    let can = Capabilities::LIST_ONLY
        .with_get()
        .with_create(CREATE)
        .with_update(UPDATE)
        .with_rotate(&[])
        .with_revoke()
        .with_whoami();
    ProviderInfo::new(ID, "Acme", "https://docs.acme.example/keys", Paging::Cursor, can)
}
