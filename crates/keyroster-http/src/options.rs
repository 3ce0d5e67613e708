//! The options that every HTTP provider offers.

use keyroster_core::{Result, Setting, Settings};

use crate::base_url::BaseUrl;
use crate::client::HttpClient;
use crate::credential::Credential;
use crate::limits::Limits;
use crate::retry::RetryPolicy;
use crate::timeouts::Timeouts;

/// The options that every HTTP provider offers. The provider chooses a default for each.
///
/// ```
/// use keyroster_http::{HttpOptions, Limits, RetryPolicy};
///
/// let options = HttpOptions::default()
///     .base_url("http://127.0.0.1:8080")
///     .limits(Limits::per_minute(250))
///     .retry(RetryPolicy::never());
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct HttpOptions {
    base_url: Option<String>,
    limits: Option<Limits>,
    retry: Option<RetryPolicy>,
    timeouts: Option<Timeouts>,
}

/// The names of the settings that [`HttpOptions::from_settings`] reads.
const BASE_URL: &str = "base-url";
const REQUESTS_PER_MINUTE: &str = "requests-per-minute";

impl HttpOptions {
    /// The setting of another address than the vendor's.
    #[must_use]
    pub const fn base_url_setting(env: &'static str, help: &'static str) -> Setting {
        Setting::plain(BASE_URL, env, help)
    }

    /// The setting of the plan's rate limit.
    #[must_use]
    pub const fn rate_setting(env: &'static str, help: &'static str) -> Setting {
        Setting::plain(REQUESTS_PER_MINUTE, env, help)
    }

    /// Reads the two settings above, as far as they are set; `known` are the provider's settings.
    ///
    /// - [`Configuration`](keyroster_core::ErrorKind::Configuration): one is malformed; the error names it
    ///   and its environment variable.
    pub fn from_settings(settings: &Settings, known: &[Setting]) -> Result<Self> {
        let help = |name: &str| {
            let env = known.iter().find(|setting| setting.name == name).map_or(name, |s| s.env);
            format!("correct `{name}` ({env}), or leave it out")
        };
        let mut options = Self::default();
        if let Some(url) = settings.plain(BASE_URL) {
            BaseUrl::parse(url).map_err(|error| error.with_help(help(BASE_URL)))?;
            options = options.base_url(url);
        }
        if let Some(rate) = settings.plain(REQUESTS_PER_MINUTE) {
            let limits = Limits::parse_per_minute(rate);
            let wrong = |error: keyroster_core::Error| error.with_help(help(REQUESTS_PER_MINUTE));
            options = options.limits(limits.map_err(wrong)?);
        }
        Ok(options)
    }

    /// Another address than the vendor's.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// How fast the account may ask. Without it, the vendor's documented plan holds at the vendor's own
    /// address, and elsewhere no limit but on the requests at once.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// How often and how long a request is tried.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// How long one attempt may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    /// Makes the client of an account at a vendor whose own address and plan these are.
    ///
    /// - [`Configuration`](keyroster_core::ErrorKind::Configuration): the address is malformed.
    pub fn client(self, credential: Credential, vendor: &str, plan: Limits) -> Result<HttpClient> {
        let own = BaseUrl::parse(vendor)?;
        let base = self.base_url.as_deref().map(BaseUrl::parse).transpose()?;
        let base = base.unwrap_or_else(|| own.clone());
        let plan = if base == own { plan } else { Limits::none() };
        Ok(HttpClient::builder(base)
            .credential(credential)
            .limits(self.limits.unwrap_or(plan))
            .retry(self.retry.unwrap_or_default())
            .timeouts(self.timeouts.unwrap_or_default())
            .build())
    }
}
