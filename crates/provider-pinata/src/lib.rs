//! A keyroster provider for Pinata.
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

/// The id of the provider in settings and records.
pub const ID: ProviderId = ProviderId::from_static("pinata");

/// The address of Pinata's API.
pub const DEFAULT_BASE_URL: &str = "https://api.pinata.cloud";

/// Requests per minute of the smallest plan (docs.pinata.cloud, account limits, 2026-01-12).
const FREE_PLAN_PER_MINUTE: u32 = 60;

/// Ten keys per page: documented for the legacy route, only observed on v3.
const PAGE_SIZE: PageSize = PageSize::Usual(10);

/// Newest first by creation, as users observed. Neither documented nor configurable.
const PAGING: Paging = Paging::Offset { size: PAGE_SIZE, order: Order::Stable };

/// The generation of Pinata's key API to use. All three return the same keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Generation {
    /// `/users/apiKeys` and related routes (the "legacy" API, still documented in 2026-06).
    #[default]
    Legacy,
    /// `/v3/api_keys` (documented since 2025-04-01).
    V3,
    /// `/v3/pinata/keys`, the routes of Pinata's own SDKs (npm `pinata` 2.5.6).
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
                let message = "the API generation must be `legacy`, `v3` or `v3-sdk`";
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
    /// What the account's own JWT says about its key.
    own: wire::Claims,
    /// The account's secrets, without the public key, which is the key's id.
    secrets: Vec<Secret>,
}

/// A builder of [`Pinata`] accounts.
#[derive(Clone, Debug, Default)]
pub struct PinataBuilder {
    jwt: Option<Secret>,
    key_pair: Option<(Secret, Secret)>,
    generation: Generation,
    http: HttpOptions,
}

impl Pinata {
    /// Returns a builder. Only the credential has no default.
    #[must_use]
    pub fn builder() -> PinataBuilder {
        PinataBuilder::default()
    }
}

impl PinataBuilder {
    /// Sets the JWT of an admin key. It takes precedence over a key pair.
    #[must_use]
    pub fn jwt(mut self, jwt: impl Into<Secret>) -> Self {
        self.jwt = Some(jwt.into());
        self
    }

    /// Sets the key and secret of an admin key, which the legacy routes accept instead of a JWT.
    #[must_use]
    pub fn key_pair(mut self, key: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        self.key_pair = Some((key.into(), secret.into()));
        self
    }

    /// Sets the generation of the API. The default is [`Generation::Legacy`].
    #[must_use]
    pub fn generation(mut self, generation: Generation) -> Self {
        self.generation = generation;
        self
    }

    /// Sets another address for the API, without `/v3`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.http = self.http.base_url(url);
        self
    }

    /// Sets all HTTP options, replacing earlier ones. At Pinata's own address, the default limit is that of the
    /// smallest plan: 60 requests per minute.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Builds the account. Nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the credential is missing, or an option is malformed.
    pub fn build(self) -> Result<Pinata> {
        let at = |error: Error| error.with_provider(ID);
        let (credential, own) = self.credential().map_err(at)?;
        let plan = Limits::per_minute(FREE_PLAN_PER_MINUTE);
        let options = self.http.own_errors(wire::is_own_error);
        let http = options.client(credential, DEFAULT_BASE_URL, plan).map_err(at)?;
        let mut secrets: Vec<Secret> = own.secret.iter().cloned().collect();
        secrets.extend(self.jwt);
        secrets.extend(self.key_pair.map(|(_, secret)| secret));
        Ok(Pinata { info: info(), generation: self.generation, http, own, secrets })
    }

    fn credential(&self) -> Result<(Credential, wire::Claims)> {
        let wrong = |message: &str, help: &str| {
            Err(Error::new(ErrorKind::Configuration, message).with_help(help))
        };
        if let Some(jwt) = &self.jwt {
            if jwt.expose().split('.').filter(|part| !part.is_empty()).count() != 3 {
                return wrong(
                    "the JWT is malformed: it does not consist of three parts separated by dots",
                    "set `jwt` (PINATA_JWT) to the complete JWT that Pinata showed with the key and secret",
                );
            }
            return Ok((Credential::bearer(jwt)?, wire::jwt_claims(jwt).unwrap_or_default()));
        }
        let Some((key, secret)) = &self.key_pair else {
            return wrong(
                "no credential is set",
                "set `jwt` (PINATA_JWT), or `api-key` and `api-secret` (PINATA_API_KEY, PINATA_API_SECRET), \
                 to those of an admin key",
            );
        };
        if wire::jwt_claims(secret).is_some() {
            return wrong(
                "the API secret is a JWT",
                "set `jwt` (PINATA_JWT) to it, and remove `api-key` and `api-secret` (PINATA_API_KEY, \
                 PINATA_API_SECRET)",
            );
        }
        if self.generation != Generation::Legacy {
            return wrong(
                "the v3 API requires a JWT instead of a key and its secret",
                "set `jwt` (PINATA_JWT), or set `generation` (PINATA_GENERATION) to `legacy`",
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
