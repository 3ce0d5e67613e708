//! Acme's API keys, for keyroster.
//!
#![doc = include_str!("../README.md")]

mod client;
mod normalize;
mod settings;
mod wire;

use keyroster_core::{
    Capabilities, Error, ErrorKind, Paging, ProviderId, ProviderInfo, Result, Secret,
};
use keyroster_http::{Credential, HttpClient, HttpOptions, Limits};

pub use settings::AcmeFactory;

/// Acme's name in settings and records.
pub const ID: ProviderId = ProviderId::from_static("acme");

/// The address of Acme's API. While it is empty, each account has to set one (`ACME_BASE_URL`), so that no
/// credential is sent to a guess. It stays empty for a vendor that users host themselves.
pub const DEFAULT_BASE_URL: &str = "";

/// The rate limit that the vendor documents, e.g. `Limits::per_minute(60)`.
const PLAN: Limits = Limits::none();

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
    /// Settings for an account. The admin key and, without [`DEFAULT_BASE_URL`], the base URL are required.
    #[must_use]
    pub fn builder() -> AcmeBuilder {
        AcmeBuilder::default()
    }
}

impl AcmeBuilder {
    /// A key that may manage the account's keys.
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

    /// Creates the account. Nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the admin key or the address is missing, or a setting is
    ///   malformed.
    pub fn build(self) -> Result<Acme> {
        let at = |error: Error| error.with_provider(ID);
        let Some(key) = &self.admin_key else {
            return Err(at(Error::new(ErrorKind::Configuration, "no credential is set")
                .with_help("set ACME_ADMIN_KEY to a key that is allowed to manage keys")));
        };
        // Or `Credential::headers`, for headers of the vendor's own.
        let credential = Credential::bearer(key).map_err(at)?;
        let options = self.http.own_errors(wire::is_own_error);
        let http = options.client(credential, DEFAULT_BASE_URL, PLAN).map_err(at)?;
        Ok(Acme { info: info(), http })
    }
}

/// How the vendor pages its keys, and what it can do. Declare only what you have written.
fn info() -> ProviderInfo {
    let can = Capabilities::LIST_ONLY;
    ProviderInfo::new(ID, "Acme", "https://docs.acme.example", Paging::Single, can)
}
