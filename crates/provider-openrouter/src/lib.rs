//! OpenRouter's API keys, for keyroster.
//!
//! ```no_run
//! use keyroster_core::{ListKeys, Provider, Result};
//! use provider_openrouter::OpenRouter;
//!
//! # async fn example(management_key: String) -> Result<()> {
//! let openrouter = Provider::new(OpenRouter::builder().management_key(management_key).build()?);
//! let list = openrouter.list(ListKeys::all()).await?;
//! for key in &list.keys {
//!     println!("{} {:?}", key.id, key.quota.limit);
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
    Capabilities, Error, ErrorKind, Field, Order, PageSize, Paging, ProviderId, ProviderInfo,
    Result, Secret, Unit,
};
use keyroster_http::{Credential, HttpClient};

pub use keyroster_http::{HttpOptions, Limits, RetryPolicy, Timeouts};
pub use settings::OpenRouterFactory;

/// OpenRouter's name in settings and records.
pub const ID: ProviderId = ProviderId::from_static("openrouter");

/// Where OpenRouter's API is.
pub const DEFAULT_BASE_URL: &str = "https://openrouter.ai/api/v1";

/// A hundred keys a page: a comment in the vendor's guide ("the most recent 100 API keys"), which its
/// schema does not promise.
const PAGE_SIZE: PageSize = PageSize::Usual(100);

/// Newest first by creation: "the most recent" of the same comment. How ties are broken is not said.
const PAGING: Paging = Paging::Offset { size: PAGE_SIZE, order: Order::Stable };

/// The most workspaces that one may ask for at once (OpenAPI, 2026-10-30).
const WORKSPACES_PER_PAGE: u32 = 100;

/// No order is documented; few accounts have a second page.
const WORKSPACE_PAGING: Paging =
    Paging::Offset { size: PageSize::Usual(WORKSPACES_PER_PAGE), order: Order::Stable };

/// The vendor option that counts the use of one's own provider keys against a limit.
const BYOK_IN_LIMIT: &str = "include_byok_in_limit";

/// One OpenRouter account.
#[derive(Debug)]
pub struct OpenRouter {
    info: ProviderInfo,
    http: HttpClient,
}

/// Settings of an [`OpenRouter`] account.
#[derive(Clone, Debug, Default)]
pub struct OpenRouterBuilder {
    management_key: Option<Secret>,
    http: HttpOptions,
}

impl OpenRouter {
    /// Settings for an account; the management key is the only one that has no default.
    #[must_use]
    pub fn builder() -> OpenRouterBuilder {
        OpenRouterBuilder::default()
    }
}

impl OpenRouterBuilder {
    /// A management key, made at `openrouter.ai/settings/management-keys`.
    #[must_use]
    pub fn management_key(mut self, key: impl Into<Secret>) -> Self {
        self.management_key = Some(key.into());
        self
    }

    /// Another address than the vendor's, with `/api/v1`, as the vendor's own SDKs read it.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.http = self.http.base_url(url);
        self
    }

    /// Address, limits, retries and time-outs, in place of those set before. OpenRouter publishes no limit
    /// for these routes.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Makes the account; nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): there is no management key, or a setting is
    ///   malformed.
    pub fn build(self) -> Result<OpenRouter> {
        let at = |error: Error| error.with_provider(ID);
        let Some(key) = &self.management_key else {
            return Err(at(Error::new(ErrorKind::Configuration, "no credential is set")
                .with_help(
                    "set `management-key` (OPENROUTER_MANAGEMENT_KEY) to a key made at \
                 https://openrouter.ai/settings/management-keys",
                )));
        };
        // Management keys and others look alike, so the text tells no more than that it is a key.
        let credential = Credential::bearer(key).map_err(at)?;
        let http = self.http.client(credential, DEFAULT_BASE_URL, Limits::none()).map_err(at)?;
        Ok(OpenRouter { info: info(), http })
    }
}

const CREATE: &[Field] = &[
    Field::Limit(Unit::USD),
    Field::Reset,
    Field::Expiry,
    Field::Container,
    Field::Owner,
    Field::extra(BYOK_IN_LIMIT),
];

const UPDATE: &[Field] = &[
    Field::Name,
    Field::Disabled,
    Field::Limit(Unit::USD),
    Field::Reset,
    Field::Container,
    Field::extra(BYOK_IN_LIMIT),
];

fn info() -> ProviderInfo {
    ProviderInfo::new(
        ID,
        "OpenRouter",
        "https://openrouter.ai/docs/guides/overview/auth/management-api-keys",
        PAGING,
        Capabilities::LIST_ONLY
            .with_get()
            .with_create(CREATE)
            .with_update(UPDATE)
            .with_revoke()
            .with_whoami()
            .with_identify(),
    )
    .with_containers("workspace", WORKSPACE_PAGING)
    .with_unlisted("management keys")
}
