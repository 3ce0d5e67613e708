//! Pinata's API keys, for keyroster.
//!
//! ```no_run
//! use keyroster_core::{ListKeys, Provider, Result};
//! use provider_pinata::Pinata;
//!
//! # async fn example(jwt: String) -> Result<()> {
//! let pinata = Provider::new(Pinata::builder().jwt(jwt).build()?);
//! for key in pinata.list(ListKeys::all()).await?.keys {
//!     println!("{} {:?}", key.id, key.access);
//! }
//! # Ok(())
//! # }
//! ```
//!
#![doc = include_str!("../README.md")]

mod client;
mod normalize;
mod scopes;
mod settings;
mod wire;

use std::str::FromStr;

use keyroster_core::{
    Capabilities, Error, ErrorKind, Field, Order, PageSize, Paging, ProviderId, ProviderInfo,
    Result, Secret, Unit,
};
use keyroster_http::{Credential, HttpClient};

pub use keyroster_http::{HttpOptions, Limits, RetryPolicy, Timeouts};
pub use settings::PinataFactory;

/// Pinata's name in settings and records.
pub const ID: ProviderId = ProviderId::from_static("pinata");

/// Where Pinata's API is.
pub const DEFAULT_BASE_URL: &str = "https://api.pinata.cloud";

/// The smallest plan's rate, requests a minute (docs.pinata.cloud, account limits, 2026-01-12).
const FREE_PLAN_PER_MINUTE: u32 = 60;

/// Ten keys a page: documented for the legacy route, observed on v3, where nothing promises it.
const PAGE_SIZE: PageSize = PageSize::Usual(10);

/// Newest first by creation, as far as users saw; neither documented nor settable.
const PAGING: Paging = Paging::Offset { size: PAGE_SIZE, order: Order::Stable };

/// Which generation of Pinata's key API is spoken.
///
/// All three show the same keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Generation {
    /// `/users/apiKeys` and its siblings (the "legacy" API, still documented in 2026-06).
    #[default]
    Legacy,
    /// `/v3/api_keys` (documented since 2025-04-01).
    V3,
    /// `/v3/pinata/keys`, the spelling that Pinata's own SDKs call (npm `pinata` 2.5.6).
    V3Sdk,
}

impl FromStr for Generation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "legacy" => Ok(Self::Legacy),
            "v3" => Ok(Self::V3),
            "v3-sdk" => Ok(Self::V3Sdk),
            _ => {
                let message = "the API generation is neither `legacy`, `v3` nor `v3-sdk`";
                Err(Error::new(ErrorKind::Configuration, message))
            }
        }
    }
}

/// One Pinata account.
#[derive(Debug)]
pub struct Pinata {
    info: ProviderInfo,
    generation: Generation,
    http: HttpClient,
    /// What the credential in use says of itself, without asking.
    own: wire::Claims,
}

/// Settings of a [`Pinata`] account.
#[derive(Clone, Debug, Default)]
pub struct PinataBuilder {
    jwt: Option<Secret>,
    key_pair: Option<(Secret, Secret)>,
    generation: Generation,
    http: HttpOptions,
}

impl Pinata {
    /// Settings for an account; a credential is the only one that has no default.
    #[must_use]
    pub fn builder() -> PinataBuilder {
        PinataBuilder::default()
    }
}

impl PinataBuilder {
    /// The JWT of an admin key; it wins over a key pair.
    #[must_use]
    pub fn jwt(mut self, jwt: impl Into<Secret>) -> Self {
        self.jwt = Some(jwt.into());
        self
    }

    /// Key and secret of an admin key, which the legacy routes take instead of the JWT.
    #[must_use]
    pub fn key_pair(mut self, key: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        self.key_pair = Some((key.into(), secret.into()));
        self
    }

    /// Another generation of the API than the legacy one.
    #[must_use]
    pub fn generation(mut self, generation: Generation) -> Self {
        self.generation = generation;
        self
    }

    /// Another address than the vendor's, without `/v3`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.http = self.http.base_url(url);
        self
    }

    /// Address, limits, retries and time-outs, in place of those set before. Without a limit, the smallest
    /// plan's 60 requests a minute hold at Pinata's own address.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Makes the account; nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no credential, or a setting is malformed.
    pub fn build(self) -> Result<Pinata> {
        let at = |error: Error| error.with_provider(ID);
        let (credential, own) = self.credential().map_err(at)?;
        let plan = Limits::per_minute(FREE_PLAN_PER_MINUTE);
        let http = self.http.client(credential, DEFAULT_BASE_URL, plan).map_err(at)?;
        Ok(Pinata { info: info(), generation: self.generation, http, own })
    }

    fn credential(&self) -> Result<(Credential, wire::Claims)> {
        let wrong = |message: &str, help: &str| {
            Err(Error::new(ErrorKind::Configuration, message).with_help(help))
        };
        if let Some(jwt) = &self.jwt {
            if jwt.expose().split('.').filter(|part| !part.is_empty()).count() != 3 {
                return wrong(
                    "the JWT is malformed: it is not three parts joined by dots",
                    "set `jwt` (PINATA_JWT) to the whole JWT that Pinata showed beside key and secret",
                );
            }
            return Ok((Credential::bearer(jwt)?, wire::jwt_claims(jwt).unwrap_or_default()));
        }
        let Some((key, secret)) = &self.key_pair else {
            return wrong(
                "no credential is set",
                "set `jwt` (PINATA_JWT), or `api-key` and `api-secret` (PINATA_API_KEY, PINATA_API_SECRET), \
                 of an admin key",
            );
        };
        if self.generation != Generation::Legacy {
            return wrong(
                "the v3 routes take a JWT, not a key and its secret",
                "set `jwt` (PINATA_JWT), or use the legacy generation",
            );
        }
        let pair = Credential::headers([
            ("pinata_api_key", "", key),
            ("pinata_secret_api_key", "", secret),
        ])?;
        let key = Some(key.expose().to_owned());
        Ok((pair, wire::Claims { key, ..wire::Claims::default() }))
    }
}

const CREATE: &[Field] = &[Field::Admin, Field::Scopes, Field::Limit(Unit::REQUESTS)];

fn info() -> ProviderInfo {
    ProviderInfo::new(
        ID,
        "Pinata",
        "https://docs.pinata.cloud/api-reference/endpoint/list-api-keys",
        PAGING,
        Capabilities::LIST_ONLY
            .with_create(CREATE)
            .with_secret_parts(&[wire::API_SECRET])
            .with_revoke()
            .with_whoami()
            .with_identify(),
    )
}
