//! Creates OpenRouter accounts from named settings.

use keyroster_core::{Provider, ProviderFactory, ProviderInfo, Result, Setting, Settings};
use keyroster_http::HttpOptions;

use crate::{OpenRouter, info};

/// Creates OpenRouter accounts from named settings.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OpenRouterFactory;

const SETTINGS: &[Setting] = &[
    Setting::secret("management-key", "OPENROUTER_MANAGEMENT_KEY", "management key"),
    HttpOptions::base_url_setting(
        "OPENROUTER_BASE_URL",
        "address of the API, by default https://openrouter.ai/api/v1",
    ),
    HttpOptions::rate_setting(
        "OPENROUTER_REQUESTS_PER_MINUTE",
        "rate limit, or `none`; by default `none`",
    ),
    HttpOptions::timeout_setting("OPENROUTER_TIMEOUT"),
    HttpOptions::proxy_setting("OPENROUTER_PROXY"),
    HttpOptions::ca_file_setting("OPENROUTER_CA_FILE"),
    HttpOptions::user_agent_setting("OPENROUTER_USER_AGENT"),
];

impl ProviderFactory for OpenRouterFactory {
    fn info(&self) -> ProviderInfo {
        info()
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_setting(&self, name: &str, value: &str) -> Result<()> {
        HttpOptions::from_settings(&Settings::new().with(name, value), SETTINGS).map(drop)
    }

    fn build(&self, settings: &Settings) -> Result<Provider> {
        let http = HttpOptions::from_settings(settings, SETTINGS)?;
        let mut builder = OpenRouter::builder().http(http);
        if let Some(key) = settings.secret("management-key") {
            builder = builder.management_key(key.clone());
        }
        Ok(Provider::new(builder.build()?))
    }
}
