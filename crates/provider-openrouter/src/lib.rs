//! A keyroster provider for OpenRouter.
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
    Result, Secret, SecretShape, Unit,
};
use keyroster_http::{Credential, HttpClient};

pub use keyroster_http::{HttpOptions, Limits, RetryPolicy, Timeouts};
pub use settings::OpenRouterFactory;

/// The id of the provider in settings and records.
pub const ID: ProviderId = ProviderId::from_static("openrouter");

/// The address of OpenRouter's API.
pub const DEFAULT_BASE_URL: &str = "https://openrouter.ai/api/v1";

/// A hundred keys per page, according to a comment in OpenRouter's guide ("the most recent 100 API keys"). Its
/// schema does not promise it.
const PAGE_SIZE: PageSize = PageSize::Usual(100);

/// Newest first by creation, according to the same comment. The order of ties is not documented.
const PAGING: Paging = Paging::Offset { size: PAGE_SIZE, order: Order::Stable };

/// Maximum number of workspaces per page (OpenAPI, 2026-10-30).
const WORKSPACES_PER_PAGE: u32 = 100;

/// The order is not documented. Few accounts have a second page.
const WORKSPACE_PAGING: Paging =
    Paging::Offset { size: PageSize::Usual(WORKSPACES_PER_PAGE), order: Order::Stable };

/// The option that counts the use of the account's own provider keys ("bring your own key") against a limit.
const BYOK_IN_LIMIT: &str = "include_byok_in_limit";

/// One OpenRouter account.
#[derive(Debug)]
pub struct OpenRouter {
    info: ProviderInfo,
    http: HttpClient,
}

/// A builder of [`OpenRouter`] accounts.
#[derive(Clone, Debug, Default)]
pub struct OpenRouterBuilder {
    management_key: Option<Secret>,
    http: HttpOptions,
}

impl OpenRouter {
    /// Returns a builder. Only the management key has no default.
    #[must_use]
    pub fn builder() -> OpenRouterBuilder {
        OpenRouterBuilder::default()
    }
}

impl OpenRouterBuilder {
    /// Sets the management key, which `openrouter.ai/settings/management-keys` creates.
    #[must_use]
    pub fn management_key(mut self, key: impl Into<Secret>) -> Self {
        self.management_key = Some(key.into());
        self
    }

    /// Sets another address for the API, with `/api/v1`, as in OpenRouter's own SDKs.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.http = self.http.base_url(url);
        self
    }

    /// Sets all HTTP options, replacing earlier ones. There is no default rate limit, because OpenRouter
    /// publishes none for these routes.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Builds the account. Nothing is sent.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): the management key is missing, or an option is
    ///   malformed.
    pub fn build(self) -> Result<OpenRouter> {
        let at = |error: Error| error.with_provider(ID);
        let Some(key) = &self.management_key else {
            return Err(at(Error::new(ErrorKind::Configuration, "no credential is set")
                .with_help(
                    "set `management-key` (OPENROUTER_MANAGEMENT_KEY) to a key from \
                     https://openrouter.ai/settings/management-keys",
                )));
        };
        // Management keys look like other keys, so the kind cannot be checked here.
        let credential = Credential::bearer(key).map_err(at)?;
        let http = self
            .http
            .own_errors(wire::is_own_error)
            .client(credential, DEFAULT_BASE_URL, Limits::none())
            .map_err(at)?;
        Ok(OpenRouter { info: info(), http })
    }
}

/// Keys of both kinds: 64 hexadecimal digits after the prefix, as captured on 2026-10-30.
const SECRET_SHAPES: &[SecretShape] = &[SecretShape::new("sk-or-v1-", 16)];

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
    .with_secret_shapes(SECRET_SHAPES)
}
